"""The address of a name is asked of the system, in a thread: nobody waits for it but who asked.

eventlet brings a resolver of its own, 230 modules that every service would load, and that knows neither
nsswitch.conf nor what a container's engine adds to it.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import eventlet.green.socket
import eventlet.tpool

Answer = list[Any] | OSError


def install(system: Callable[..., list[Any]]) -> None:
    """In a greened process, before the first connection. `system` is what asks it: socket.getaddrinfo's original."""

    def asked(*args: Any, **options: Any) -> Answer:
        # Handed over rather than raised: the pool prints what is raised in it.
        try:
            return system(*args, **options)
        except OSError as error:
            return error

    def getaddrinfo(*args: Any, **options: Any) -> list[Any]:
        answer: Answer = eventlet.tpool.execute(asked, *args, **options)
        if isinstance(answer, OSError):
            raise answer
        return answer

    # One for those who ask themselves, one for eventlet's own create_connection.
    for module in (socket, eventlet.green.socket):
        setattr(module, socket.getaddrinfo.__name__, getaddrinfo)
