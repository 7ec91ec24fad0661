"""Work that would freeze a cooperative process runs in a thread of its own, and never inside a transaction."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, TypeVar

from services.kernel.transaction import must_not_be_open

T = TypeVar("T")


def blocking(function: Callable[..., T], *args: Any) -> T:
    """Call `function` where it holds up nobody else: in eventlet's thread pool under nameko, else right here.

    Raises YieldInTransaction when a transaction is open.
    """
    must_not_be_open("a thread")
    tpool = sys.modules.get("eventlet.tpool")
    if tpool is None:
        return function(*args)
    result: T = tpool.execute(function, *args)
    return result
