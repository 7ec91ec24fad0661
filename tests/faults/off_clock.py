"""A program whose wall clock is wrong, or jumps: `python -m tests.faults.off_clock SECONDS[,SECONDS…] MODULE`.

Of several, each holds for a moment, and then the next. What measures how long something takes is left as it is.
"""

from __future__ import annotations

import datetime
import runpy
import sys
import time
from typing import Any

MOMENT = 0.3
_right = time.time
_datetime = datetime.datetime


def put_off(by: list[float]) -> None:
    """From now on this process reads its wall clock so; call it before anything else is imported."""

    def wall() -> float:
        now = _right()
        return now + by[int(now / MOMENT) % len(by)]

    class Kind(type):
        def __instancecheck__(cls, instance: object) -> bool:
            return isinstance(instance, _datetime)

    class Off(_datetime, metaclass=Kind):
        __slots__ = ()  # of the same size, as what is written in C expects

        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> Any:
            return _datetime.fromtimestamp(wall(), tz)

    time.time = wall
    time.time_ns = lambda: int(wall() * 1e9)
    datetime.datetime = Off  # type: ignore[misc]


if __name__ == "__main__":
    put_off([float(seconds) for seconds in sys.argv[1].split(",")])
    module = sys.argv[2]
    sys.argv = sys.argv[2:]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
