"""Calls services from an asyncio process; every call ends in time, and the connection heals by itself."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

import pika
from pika.channel import Channel

from services.kernel.calls import rpc
from services.kernel.calls.link import CONNECTING, Link
from services.kernel.context import Context
from services.kernel.transaction import must_not_be_open

log = logging.getLogger(__name__)

HEALING = 1.0  # seconds that a call waits for a connection that is just coming back


class _Waiting:
    __slots__ = ("answer", "correlation_id", "reply_key", "service")

    def __init__(self, service: str, correlation_id: str, reply_key: bytes) -> None:
        self.service, self.correlation_id, self.reply_key = service, correlation_id, reply_key
        self.answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()

    def fail(self, why: str) -> None:
        if not self.answer.done():
            self.answer.set_exception(rpc.Unavailable(self.service, why))


class AsyncCaller:
    """A connection, a channel and a queue for the answers, renewed together when the broker was away."""

    def __init__(self, amqp_url: str, caller: str, keys: rpc.PairKeys) -> None:
        self.caller = caller
        self._link = Link(amqp_url, caller, self._prepare, self._lost, stalls=True)
        self._keys = keys
        self._waiting: dict[str, _Waiting] = {}
        self._channel: Channel | None = None
        self._reply_to = ""

    @property
    def connected(self) -> bool:
        """Whether a call made now would leave: there is a connection and the broker has not blocked it."""
        return self._link.usable.is_set()

    async def start(self) -> None:
        """Returns once connected, or after five seconds without: it goes on trying."""
        self._link.start()
        try:
            async with asyncio.timeout(CONNECTING):
                await self._link.usable.wait()
        except TimeoutError:
            log.warning("the broker is away; calls are refused until it is back")

    async def stop(self) -> None:
        """Calls still waiting end as Unavailable."""
        await self._link.stop()

    async def call(
        self,
        service: str,
        method: str,
        args: Mapping[str, Any],
        context: Context,
        *,
        timeout: float = rpc.TIMEOUT,
    ) -> Any:
        """The result, plain JSON values. `timeout` in seconds. Raises Refused, Unavailable (or Failed)."""
        must_not_be_open("a call")
        began = time.perf_counter()
        outcome = "unavailable"
        try:
            answer = await self._ask(service, method, args, context, timeout)
            outcome = rpc.outcome_of(answer)
            return rpc.result_of(service, answer)
        finally:
            rpc.CALLED.labels(service, method, outcome).observe(time.perf_counter() - began)

    async def _ask(
        self, service: str, method: str, args: Mapping[str, Any], context: Context, timeout: float
    ) -> dict[str, Any]:
        correlation_id = str(uuid4())
        try:
            async with asyncio.timeout(timeout):
                await self._healed(service, timeout)
                try:
                    body, reply_key = rpc.seal_request(
                        self._keys,
                        caller=self.caller,
                        service=service,
                        method=method,
                        correlation_id=correlation_id,
                        expires=rpc.now_ms() + int(timeout * 1000),
                        context=context,
                        args=args,
                    )
                except rpc.Unreadable:
                    raise rpc.Unavailable(service, "no key is shared with it") from None
                waiting = self._waiting[correlation_id] = _Waiting(service, correlation_id, reply_key)
                self._publish(service, method, correlation_id, body, timeout)
                return await waiting.answer
        except TimeoutError:
            raise rpc.Unavailable(service, "no answer in time") from None
        finally:
            self._waiting.pop(correlation_id, None)

    async def _healed(self, service: str, timeout: float) -> None:
        if self._link.usable.is_set():
            return
        try:
            async with asyncio.timeout(min(HEALING, timeout)):
                await self._link.usable.wait()
        except TimeoutError:
            raise rpc.Unavailable(service, "the broker is away") from None

    def _publish(self, service: str, method: str, correlation_id: str, body: bytes, timeout: float) -> None:
        channel = self._channel
        if channel is None or not channel.is_open:
            raise rpc.Unavailable(service, "the broker is away")
        properties = rpc.request_properties(
            self.caller, self._link.broker.user, self._reply_to, correlation_id, timeout
        )
        channel.basic_publish(
            rpc.EXCHANGE, f"{service}.{method}", body, pika.BasicProperties(**properties), mandatory=True
        )

    # The connection's life

    def _prepare(self, channel: Channel, ready: Callable[[], None]) -> None:
        """Each connection has a fresh queue: an old one may still be held by a connection that is dying."""
        reply_to = str(uuid4())
        queue = f"rpc.reply-{self.caller}-{reply_to}"

        def consumed(_: Any) -> None:
            self._channel, self._reply_to = channel, reply_to
            ready()

        def bound(_: Any) -> None:
            channel.basic_consume(queue, self._answered, auto_ack=True, exclusive=True, callback=consumed)

        channel.add_on_return_callback(self._returned)
        channel.queue_declare(
            queue,
            exclusive=True,
            auto_delete=True,
            callback=lambda _: channel.queue_bind(queue, rpc.EXCHANGE, reply_to, callback=bound),
        )

    def _lost(self) -> None:
        self._channel = None
        for waiting in list(self._waiting.values()):
            waiting.fail("the broker went away")

    def _returned(self, _: Channel, __: Any, properties: pika.BasicProperties, ___: bytes) -> None:
        if waiting := self._waiting.get(properties.correlation_id or ""):
            waiting.fail("it has no queue")

    def _answered(self, _: Channel, __: Any, properties: pika.BasicProperties, body: bytes) -> None:
        waiting = self._waiting.get(properties.correlation_id or "")
        if waiting is None or waiting.answer.done():
            return  # it came too late, and its caller has already been told so
        try:
            waiting.answer.set_result(rpc.open_reply(waiting.reply_key, waiting.correlation_id, body))
        except rpc.Unreadable:
            rpc.DROPPED.labels(self.caller, "answer").inc()
            log.warning("an answer that its key does not open was dropped")
