"""One connection to the broker from an asyncio process; it comes when the broker does, and comes back when it went."""

from __future__ import annotations

import asyncio
import logging
import random
import ssl
from collections.abc import Callable

import pika
from pika.adapters.asyncio_connection import AsyncioConnection
from pika.channel import Channel

from services.kernel.calls import rpc

log = logging.getLogger(__name__)
# pika reports each failed attempt several times, with tracebacks; what matters is logged here.
logging.getLogger("pika").setLevel(logging.CRITICAL)

CONNECTING = 5.0
"""Seconds for one attempt."""
BACKOFF = 0.1, 2.0
GOODBYE = 2.0

Prepare = Callable[[Channel, Callable[[], None]], None]
"""Gets the first channel of each new connection ready, and calls back when it is."""


class Link:
    """`usable` is set while the channel that `prepare` made ready is open; `lost` is called when it no longer is."""

    def __init__(self, amqp_url: str, name: str, prepare: Prepare, lost: Callable[[], None], *, stalls: bool) -> None:
        """With `stalls` the link is not usable either while the broker, short of memory or disk, takes nothing in."""
        self.name = name
        self.broker = rpc.Broker.parse(amqp_url)
        self.usable = asyncio.Event()
        self._prepare, self._lost, self._stalls = prepare, lost, stalls
        self._connection: AsyncioConnection | None = None
        self._closed = asyncio.Event()
        self._keeper: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Returns at once."""
        self._keeper = asyncio.create_task(self._keep(), name=f"{self.name}-link")

    async def stop(self) -> None:
        if self._keeper is None:
            return
        self._keeper.cancel()
        await asyncio.gather(self._keeper, return_exceptions=True)
        self._keeper = None
        if self._connection is not None and self._connection.is_open:
            self._connection.close()
            try:
                async with asyncio.timeout(GOODBYE):
                    await self._closed.wait()
            except TimeoutError:
                log.warning("the broker did not say goodbye")
        self._gone()

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

        def prepared() -> None:
            self.usable.set()
            if not ready.done():
                ready.set_result(None)

        def opened(channel: Channel) -> None:
            channel.add_on_close_callback(_close_connection)
            self._prepare(channel, prepared)

        def ended(connection: AsyncioConnection, reason: BaseException) -> None:
            if connection is self._connection:
                self._gone()
                self._closed.set()
            if not ready.done():
                ready.set_exception(ConnectionError(type(reason).__name__))

        connection = self._connection = AsyncioConnection(
            self._parameters(),
            on_open_callback=lambda new: new.channel(on_open_callback=opened),
            on_open_error_callback=ended,
            on_close_callback=ended,
            custom_ioloop=asyncio.get_running_loop(),
        )
        if self._stalls:
            connection.add_on_connection_blocked_callback(lambda *_: self.usable.clear())
            connection.add_on_connection_unblocked_callback(lambda *_: self.usable.set())
        try:
            async with asyncio.timeout(CONNECTING):
                await ready
        except BaseException:
            if not connection.is_closed and not connection.is_closing:
                connection.close()
            raise

    def _gone(self) -> None:
        self.usable.clear()
        self._lost()

    def _parameters(self) -> pika.ConnectionParameters:
        broker = self.broker
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


def _close_connection(channel: Channel, _: BaseException) -> None:
    """The first channel is what the connection is for: both are renewed together."""
    if channel.connection.is_open:
        channel.connection.close()
