"""A named place where a test may have the process killed; it does nothing unless the environment names it."""

from __future__ import annotations

import os
import signal

_named = (place.partition(":") for place in os.environ.get("CRISISCONNECT_FAULT", "").split(",") if place)
_left = {name: int(nth or 1) for name, _, nth in _named}


def reached(name: str) -> None:
    """Kill this process here when `CRISISCONNECT_FAULT` says `name`, or `name:n` for the n-th time it comes here.

    Several places have commas between them.
    """
    if name in _left:
        _left[name] -= 1
        if _left[name] == 0:
            os.write(2, f"killed at {name}\n".encode())
            os.kill(os.getpid(), signal.SIGKILL)
