"""Publish pipelined, mandatory and confirmed over a connection that heals by itself; at most a window is under way."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from itertools import takewhile
from typing import Any

from pika.channel import Channel
from pika.spec import Basic, BasicProperties

from services.kernel.calls.link import Link
from services.kernel.faultpoint import reached
from services.kernel.relaying.outbox import Ready

log = logging.getLogger(__name__)

WINDOW = 1000
"""Messages that are published and not yet confirmed."""
SLICE = 100
"""Messages between two looks at the socket, so that the broker works while the next ones are made."""
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
        # A broker that takes nothing in for a while has what was sent so far: that is no trouble yet.
        self._link = Link(amqp_url, name, self._prepare, self._gone, stalls=False)
        self._exchange, self._feed = exchange, feed
        self.on_wake, self.on_trouble = on_wake, on_trouble
        self._channel: Channel | None = None
        self._under_way: dict[int, int] = {}
        self._tag = 0
        self._again: int | None = None
        self._moved = asyncio.Event()

    @property
    def connected(self) -> bool:
        return self._link.usable.is_set()

    def restart(self) -> int | None:
        """The lowest number that has to be sent again, with everything above, if there is one. Ends the trouble."""
        again, self._again = self._again, None
        if again is not None:
            self._under_way = {}
        return again

    def start(self) -> None:
        """Returns at once; the connection comes when the broker does."""
        self._link.start()

    async def stop(self) -> None:
        await self._link.stop()

    async def usable(self) -> None:
        await self._link.usable.wait()

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
            content_type=CONTENT_TYPE, delivery_mode=2, message_id=one.id, user_id=self._link.broker.user
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

    def _prepare(self, channel: Channel, ready: Callable[[], None]) -> None:
        def confirming(_: Any) -> None:
            self._tag, self._channel = 0, channel
            ready()
            channel.connection.channel(on_open_callback=self._listen)

        channel.add_on_return_callback(self._returned)
        channel.confirm_delivery(self._answered, callback=confirming)

    def _listen(self, channel: Channel) -> None:
        """A wake-up that cannot be had costs a second, no more: its channel may close, the connection stays."""
        channel.basic_consume(self._feed, lambda *_: self.on_wake(), auto_ack=True)

    def _gone(self) -> None:
        self._channel = None
        self._moved.set()
        if self._under_way:
            self._trouble(min(self._under_way.values()), "the connection went before a confirm")
            self._under_way = {}


def number_of(note: bytes) -> int:
    """The number that a finished event begins with."""
    return int(note[13 : note.index(b'"', 13)])
