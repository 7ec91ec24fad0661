"""Waiting for PostgreSQL lets every other greenlet run, at the price of one listener and no timer.

psycopg's own `wait_select` does the same under eventlet with two timers and a set of closures a statement.
"""

from __future__ import annotations

from typing import Any, cast

import psycopg.waiting
from eventlet.hubs import trampoline
from psycopg.waiting import READY_R, WAIT_R, wait_select


def wait(gen: Any, fileno: int, interval: float = 0.0, timeout: float | None = None) -> Any:
    """Drive one of psycopg's generators. What is not the usual wait for an answer is left to `wait_select`."""
    if timeout is not None:
        return wait_select(gen, fileno, interval, timeout)
    try:
        wanted = next(gen)
        while wanted == WAIT_R:
            trampoline(fileno, read=True)
            wanted = gen.send(READY_R)
    except StopIteration as done:
        return done.value
    return wait_select(_resumed(wanted, gen), fileno, interval)


def _resumed(wanted: Any, generator: Any) -> Any:
    """The same generator from where it stands, `wanted` being what it waits for."""
    while True:
        ready = yield wanted
        try:
            wanted = generator.send(ready)
        except StopIteration as done:
            return done.value


def install() -> None:
    """In a greened process, before the first connection."""
    psycopg.waiting.wait = cast(Any, wait)
