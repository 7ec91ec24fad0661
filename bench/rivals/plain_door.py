"""The same kind of gateway without any of its duties: Starlette on granian, asyncio RPC, JSON in the open.

`python -m bench.rivals.plain_door`, with the broker in PLAIN_AMQP_URL and the port in PLAIN_PORT.
"""

from __future__ import annotations

import asyncio
import os
import signal
from typing import Any
from uuid import uuid4

import orjson
import pika
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server.embed import Server
from pika.adapters.asyncio_connection import AsyncioConnection
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

EXCHANGE = "nameko-rpc"
TIMEOUT = 4.0


class Calls:
    """nameko's own wire, spoken by pika."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._reply_to = str(uuid4())
        self._waiting: dict[str, asyncio.Future[Any]] = {}
        self._channel: Any = None

    async def start(self) -> None:
        ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def opened(channel: Any) -> None:
            queue = f"rpc.reply-{self._reply_to}"
            self._channel = channel
            channel.queue_declare(queue, exclusive=True, auto_delete=True)
            channel.queue_bind(queue, EXCHANGE, self._reply_to)
            channel.basic_consume(queue, self._replied, auto_ack=True, callback=lambda _: ready.set_result(None))

        self._connection = AsyncioConnection(
            pika.URLParameters(self._url), on_open_callback=lambda line: line.channel(on_open_callback=opened)
        )
        await ready

    async def call(self, service: str, method: str, **args: Any) -> Any:
        identity = str(uuid4())
        waiting = self._waiting[identity] = asyncio.get_running_loop().create_future()
        properties = pika.BasicProperties(
            content_type="application/json",
            content_encoding="utf-8",
            delivery_mode=1,
            reply_to=self._reply_to,
            correlation_id=identity,
        )
        body = orjson.dumps({"args": [], "kwargs": args})
        self._channel.basic_publish(EXCHANGE, f"{service}.{method}", body, properties)
        try:
            async with asyncio.timeout(TIMEOUT):
                return (await waiting)["result"]
        finally:
            del self._waiting[identity]

    def _replied(self, _: Any, __: Any, properties: Any, body: bytes) -> None:
        waiting = self._waiting.get(properties.correlation_id)
        if waiting is not None:
            waiting.set_result(orjson.loads(body))


async def serve() -> None:
    calls = Calls(os.environ["PLAIN_AMQP_URL"])

    async def correct(request: Request) -> Response:
        said = orjson.loads(await request.body())
        person = request.headers["authorization"].removeprefix("Bearer ")
        answer = await calls.call("plain", "correct", person=person, **said)
        return Response(orjson.dumps(answer), media_type="application/json")

    server = Server(
        Starlette(routes=[Route("/v1/me", correct, methods=["PATCH"])]),
        address="127.0.0.1",
        port=int(os.environ["PLAIN_PORT"]),
        interface=Interfaces.ASGINL,
        http=HTTPModes.http1,
        websockets=False,
        log_level=LogLevels.error,
        log_access=False,
    )
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, server.stop)
    await calls.start()
    await server.serve()


if __name__ == "__main__":
    asyncio.run(serve())
