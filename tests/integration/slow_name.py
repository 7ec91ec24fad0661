"""Run by `kernel.hosting.host`: connects to a name that is slow to look up; prints the hub's turns, and errors."""

from __future__ import annotations

import socket
from typing import Any

import eventlet
from eventlet.patcher import original

from services.kernel.calls import names


def main() -> None:
    sleep, real = original("time").sleep, original("socket").getaddrinfo
    turns = 0

    def slow(*args: Any, **options: Any) -> list[Any]:
        sleep(0.5)
        return real(*args, **options)

    def turn() -> None:
        nonlocal turns
        while True:
            eventlet.sleep(0.02)
            turns += 1

    names.install(slow)
    ticking = eventlet.spawn(turn)
    with socket.create_server(("127.0.0.1", 0)) as door:
        socket.create_connection(("localhost", door.getsockname()[1])).close()
    try:
        socket.getaddrinfo("nobody.invalid", 80)
        said = "found"
    except socket.gaierror:
        said = "unknown"
    ticking.kill()
    print(turns, said)
