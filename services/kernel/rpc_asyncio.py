"""Calls services from an asyncio process; every call ends in time, and the connection heals by itself."""

from __future__ import annotations

import asyncio
import logging
import random
import ssl
import time
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import pika
from pika.adapters.asyncio_connection import AsyncioConnection
from pika.channel import Channel

from services.kernel import rpc
from services.kernel.context import Context
from services.kernel.transaction import must_not_be_open

log = logging.getLogger(__name__)
# pika reports each failed attempt several times, with tracebacks; what matters is logged here.
logging.getLogger("pika").setLevel(logging.CRITICAL)

HEALING = 1.0  # seconds that a call waits for a connection that is just coming back
CONNECTING = 5.0  # seconds for one attempt
BACKOFF = 0.1, 2.0  # seconds, first and longest


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
        self._broker = rpc.Broker.parse(amqp_url)
        self._keys = keys
        self._waiting: dict[str, _Waiting] = {}
        self._connection: AsyncioConnection | None = None
        self._channel: Channel | None = None
        self._reply_to = ""
        self._usable = asyncio.Event()
        self._closed = asyncio.Event()
        self._keeper: asyncio.Task[None] | None = None

    @property
    def connected(self) -> bool:
        """Whether a call made now would leave: there is a connection and the broker has not blocked it."""
        return self._usable.is_set()

    async def start(self) -> None:
        """Returns once connected, or after five seconds without: it goes on trying."""
        self._keeper = asyncio.create_task(self._keep(), name="rpc-connection")
        try:
            async with asyncio.timeout(CONNECTING):
                await self._usable.wait()
        except TimeoutError:
            log.warning("the broker is away; calls are refused until it is back")

    async def stop(self) -> None:
        """Calls still waiting end as Unavailable."""
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
        self._lost()

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
        if self._usable.is_set():
            return
        try:
            async with asyncio.timeout(min(HEALING, timeout)):
                await self._usable.wait()
        except TimeoutError:
            raise rpc.Unavailable(service, "the broker is away") from None

    def _publish(self, service: str, method: str, correlation_id: str, body: bytes, timeout: float) -> None:
        channel = self._channel
        if channel is None or not channel.is_open:
            raise rpc.Unavailable(service, "the broker is away")
        properties = rpc.request_properties(self.caller, self._broker.user, self._reply_to, correlation_id, timeout)
        channel.basic_publish(
            rpc.EXCHANGE, f"{service}.{method}", body, pika.BasicProperties(**properties), mandatory=True
        )

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

        def ended(connection: AsyncioConnection, reason: BaseException) -> None:
            if connection is self._connection:
                self._lost()
                self._closed.set()
            if not ready.done():
                ready.set_exception(ConnectionError(type(reason).__name__))

        connection = self._connection = AsyncioConnection(
            self._parameters(),
            on_open_callback=lambda opened: opened.channel(on_open_callback=lambda ch: self._prepare(ch, ready)),
            on_open_error_callback=ended,
            on_close_callback=ended,
            custom_ioloop=asyncio.get_running_loop(),
        )
        connection.add_on_connection_blocked_callback(lambda *_: self._usable.clear())
        connection.add_on_connection_unblocked_callback(lambda *_: self._usable.set())
        try:
            async with asyncio.timeout(CONNECTING):
                await ready
        except BaseException:
            if not connection.is_closed and not connection.is_closing:
                connection.close()
            raise

    def _prepare(self, channel: Channel, ready: asyncio.Future[None]) -> None:
        """Each connection has a fresh queue: an old one may still be held by a connection that is dying."""
        reply_to = str(uuid4())
        queue = f"rpc.reply-{self.caller}-{reply_to}"

        def consumed(_: Any) -> None:
            self._channel, self._reply_to = channel, reply_to
            self._usable.set()
            if not ready.done():
                ready.set_result(None)

        def bound(_: Any) -> None:
            channel.basic_consume(queue, self._answered, auto_ack=True, exclusive=True, callback=consumed)

        def closed(channel: Channel, _: BaseException) -> None:
            if channel.connection.is_open:
                channel.connection.close()

        channel.add_on_close_callback(closed)
        channel.add_on_return_callback(self._returned)
        channel.queue_declare(
            queue,
            exclusive=True,
            auto_delete=True,
            callback=lambda _: channel.queue_bind(queue, rpc.EXCHANGE, reply_to, callback=bound),
        )

    def _lost(self) -> None:
        self._usable.clear()
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
            client_properties={"connection_name": self.caller},
        )
