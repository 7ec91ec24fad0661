"""Publish pipelined, mandatory and confirmed over a connection that heals by itself; at most a window is under way."""

from __future__ import annotations

import asyncio
import logging
import random
import ssl
from collections.abc import Callable, Sequence
from itertools import takewhile
from typing import Any

import pika
from pika.adapters.asyncio_connection import AsyncioConnection
from pika.channel import Channel
from pika.spec import Basic, BasicProperties

from services.kernel import rpc
from services.kernel.faultpoint import reached
from services.kernel.relaying.outbox import Ready

log = logging.getLogger(__name__)
# pika reports each failed attempt several times, with tracebacks; what matters is logged here.
logging.getLogger("pika").setLevel(logging.CRITICAL)

WINDOW = 1000
"""Messages that are published and not yet confirmed."""
SLICE = 100
"""Messages between two looks at the socket, so that the broker works while the next ones are made."""
CONNECTING = 5.0
BACKOFF = 0.1, 5.0
CONTENT_TYPE = "application/cloudevents+json"


class Lost(Exception):
    """The broker is away, or would not take a message: what lies above `confirmed` has to be sent again."""


class Publisher:
    """One connection with two channels: events out, and the log's wake-ups in.

    `on_wake` is called for each wake-up of the log on the queue `feed`, `on_trouble` when something has to be sent
    again: from then on everything raises Lost, until `restart`.
    """

    def __init__(
        self,
        amqp_url: str,
        name: str,
        *,
        exchange: str,
        feed: str,
        on_wake: Callable[[], None] = lambda: None,
        on_trouble: Callable[[], None] = lambda: None,
    ) -> None:
        self.name = name
        self._broker = rpc.Broker.parse(amqp_url)
        self._exchange, self._feed = exchange, feed
        self.on_wake, self.on_trouble = on_wake, on_trouble
        self._connection: AsyncioConnection | None = None
        self._channel: Channel | None = None
        self._under_way: dict[int, int] = {}
        self._tag = 0
        self._again: int | None = None
        self._usable = asyncio.Event()
        self._closed = asyncio.Event()
        self._moved = asyncio.Event()
        self._keeper: asyncio.Task[None] | None = None

    @property
    def connected(self) -> bool:
        return self._usable.is_set()

    def restart(self) -> int | None:
        """The lowest number that has to be sent again, with everything above, if there is one. Ends the trouble."""
        again, self._again = self._again, None
        if again is not None:
            self._under_way = {}
        return again

    def start(self) -> None:
        """Returns at once; the connection comes when the broker does."""
        self._keeper = asyncio.create_task(self._keep(), name="publisher")

    async def stop(self) -> None:
        if self._keeper is None:
            return
        self._keeper.cancel()
        await asyncio.gather(self._keeper, return_exceptions=True)
        self._keeper = None
        if self._connection is not None and self._connection.is_open:
            self._connection.close()
            try:
                async with asyncio.timeout(2):
                    await self._closed.wait()
            except TimeoutError:
                log.warning("the broker did not say goodbye")

    async def usable(self) -> None:
        await self._usable.wait()

    async def publish(self, batch: Sequence[Ready]) -> None:
        """Returns when all are under way; raises Lost when the connection went, or the broker refused one before."""
        for start in range(0, len(batch), SLICE):
            part = batch[start : start + SLICE]
            while len(self._under_way) + len(part) > WINDOW:
                await self._movement()
            channel = self._channel
            if self._again is not None or channel is None or not channel.is_open:
                raise Lost
            for one in part:
                self._send(channel, one)
            await asyncio.sleep(0)
        reached("after_publish")

    async def settled(self) -> None:
        """Returns when everything under way was confirmed; raises Lost."""
        while self._under_way:
            await self._movement()
        if self._again is not None:
            raise Lost

    def _send(self, channel: Channel, one: Ready) -> None:
        self._tag += 1
        self._under_way[self._tag] = one.sequence
        properties = BasicProperties(
            content_type=CONTENT_TYPE, delivery_mode=2, message_id=one.id, user_id=self._broker.user
        )
        channel.basic_publish(self._exchange, one.type, one.note, properties, mandatory=True)

    async def _movement(self) -> None:
        if self.connected and self._again is None:
            self._moved.clear()
            await self._moved.wait()
        if not self.connected or self._again is not None:
            raise Lost

    def _answered(self, frame: Any) -> None:
        reached("before_confirm")
        method = frame.method
        if method.multiple:
            tags = list(takewhile(lambda tag: tag <= method.delivery_tag, self._under_way))
        else:
            tags = [method.delivery_tag]
        settled = [number for tag in tags if (number := self._under_way.pop(tag, None)) is not None]
        if isinstance(method, Basic.Nack) and settled:
            self._trouble(min(settled), "the broker could not keep a message")
        self._moved.set()

    def _returned(self, _: Channel, __: Any, ___: BasicProperties, body: bytes) -> None:
        self._trouble(number_of(body), "a message reached no queue")

    def _trouble(self, number: int, why: str) -> None:
        if self._again is None:
            log.warning("%s; from number %d on all is sent again", why, number)
        self._again = number if self._again is None else min(number, self._again)
        self._moved.set()
        self.on_trouble()

    # The connection's life

    async def _keep(self) -> None:
        first, longest = BACKOFF
        pause = first
        while True:
            try:
                await self._connect()
                pause = first
                log.info("connected to the broker")
                await self._closed.wait()
                log.warning("the connection to the broker was lost")
            except (OSError, pika.exceptions.AMQPError, TimeoutError) as error:
                log.warning("the broker cannot be reached: %s", type(error).__name__)
            await asyncio.sleep(pause * random.uniform(0.5, 1))
            pause = min(pause * 2, longest)

    async def _connect(self) -> None:
        self._closed.clear()
        ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def opened(connection: AsyncioConnection) -> None:
            connection.channel(on_open_callback=lambda channel: self._prepare(channel, ready))

        def ended(connection: AsyncioConnection, reason: BaseException) -> None:
            if connection is self._connection:
                self._gone()
            if not ready.done():
                ready.set_exception(ConnectionError(type(reason).__name__))

        connection = self._connection = AsyncioConnection(
            self._parameters(), on_open_callback=opened, on_open_error_callback=ended, on_close_callback=ended
        )
        try:
            async with asyncio.timeout(CONNECTING):
                await ready
        except BaseException:
            if not connection.is_closed and not connection.is_closing:
                connection.close()
            raise

    def _prepare(self, channel: Channel, ready: asyncio.Future[None]) -> None:
        def confirming(_: Any) -> None:
            self._tag, self._channel = 0, channel
            self._usable.set()
            if not ready.done():
                ready.set_result(None)
            channel.connection.channel(on_open_callback=self._listen)

        channel.add_on_close_callback(_close_connection)
        channel.add_on_return_callback(self._returned)
        channel.confirm_delivery(self._answered, callback=confirming)

    def _listen(self, channel: Channel) -> None:
        """A wake-up that cannot be had costs a second, no more: its channel may close, the connection stays."""
        channel.basic_consume(self._feed, lambda *_: self.on_wake(), auto_ack=True)

    def _gone(self) -> None:
        self._channel = None
        self._usable.clear()
        self._closed.set()
        self._moved.set()
        if self._under_way:
            self._trouble(min(self._under_way.values()), "the connection went before a confirm")
            self._under_way = {}

    def _parameters(self) -> pika.ConnectionParameters:
        broker = self._broker
        tls = None
        if broker.tls:
            tls = pika.SSLOptions(ssl.create_default_context(cafile=broker.authority), broker.host)
        return pika.ConnectionParameters(
            host=broker.host,
            port=broker.port,
            virtual_host=broker.vhost,
            credentials=pika.PlainCredentials(broker.user, broker.password, erase_on_connect=False),
            heartbeat=10,
            ssl_options=tls,
            connection_attempts=1,
            client_properties={"connection_name": self.name},
        )


def number_of(note: bytes) -> int:
    """The number that a finished event begins with."""
    return int(note[13 : note.index(b'"', 13)])


def _close_connection(channel: Channel, _: BaseException) -> None:
    if channel.connection.is_open:
        channel.connection.close()
