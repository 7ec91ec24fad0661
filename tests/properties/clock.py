"""The time of these tests is given: it stands where it was put, and goes on by a moment at each look."""

from __future__ import annotations

import datetime
import time
from typing import Any

_datetime = datetime.datetime
FIRST = _datetime(2026, 6, 1, 8, 0, tzinfo=datetime.UTC)
MOMENT = datetime.timedelta(milliseconds=1)
_now = FIRST


def now() -> datetime.datetime:
    """Looks without moving it."""
    return _now


def put(moment: datetime.datetime) -> None:
    global _now
    _now = moment


def take() -> None:
    """From now on the wall clock of this process is this one; call it before the product is imported."""

    def wall() -> float:
        put(_now + MOMENT)
        return _now.timestamp()

    class Kind(type):
        def __instancecheck__(cls, instance: object) -> bool:
            return isinstance(instance, _datetime)

    class Given(_datetime, metaclass=Kind):
        __slots__ = ()  # of the same size, as what is written in C expects

        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> Any:
            return _datetime.fromtimestamp(wall(), tz)

    time.time = wall
    datetime.datetime = Given  # type: ignore[misc]
