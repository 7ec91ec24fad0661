"""`python -m gateway`: one process, one loop; a signal ends it once every request has its answer."""

from __future__ import annotations

import asyncio
import signal

import structlog
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.embed import Server

from gateway import logs
from gateway.app import application
from services.kernel.calls.rpc import GATEWAY, PairKeys
from services.kernel.calls.rpc_asyncio import AsyncCaller
from services.kernel.configuration import Configuration
from services.kernel.sweep.telling import Listening

log = structlog.get_logger("gateway")

# Granian's embedded server, not its usual one: that starts a second process for every worker, with a second
# copy of everything, and one process is what a supervisor can signal, count and limit.
HEADER_BYTES = 64 * 1024
HEADER_MILLISECONDS = 10_000
AT_ONCE = 512


async def serve(configuration: Configuration) -> None:
    keys = PairKeys.load(configuration.secrets / "rpc", GATEWAY)
    calls = AsyncCaller(configuration.broker_url(GATEWAY), GATEWAY, keys)
    server = Server(
        application(configuration, calls, keys.key(GATEWAY, "auth")),
        address="127.0.0.1",
        port=configuration.port,
        interface=Interfaces.ASGINL,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(
            # Granian's embedded server, not its usual one: that starts a second process for every worker, with a second
            # copy of everything, and one process is what a supervisor can signal, count and limit.
            max_buffer_size=HEADER_BYTES,
            header_read_timeout=HEADER_MILLISECONDS,
            pipeline_flush=False,
        ),
        websockets=False,
        backlog=1024,
        backpressure=AT_ONCE,
        log_level=LogLevels.error,
        log_dictconfig=logs.GRANIAN,
        log_access=False,
    )
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, server.stop)
    await calls.start()
    log.info("listening", port=configuration.port)
    listening = asyncio.create_task(Listening(calls, logs.EAR).run(), name="listening")
    try:
        await server.serve()
    finally:
        listening.cancel()
        await calls.stop()
        log.info("stopped")


def main() -> None:
    logs.configure()
    asyncio.run(serve(Configuration.read()))


if __name__ == "__main__":
    main()
