"""Nothing that waits for another party may happen while a transaction is open."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_open: ContextVar[bool] = ContextVar("transaction_open", default=False)


class YieldInTransaction(AssertionError):
    """Code asked another process, a thread or the clock to wait while it held a transaction open."""


@contextmanager
def guard() -> Iterator[None]:
    """Mark the running greenlet or thread as inside a transaction."""
    before = _open.set(True)
    try:
        yield
    finally:
        _open.reset(before)


def active() -> bool:
    return _open.get()


def must_not_be_open(doing: str) -> None:
    """Refuse to wait inside a transaction; `doing` names what was about to be awaited."""
    if active():
        raise YieldInTransaction(f"{doing} inside an open transaction")
