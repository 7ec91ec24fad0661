"""A test waits for what must come to be, and fails where it never does."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any


def until(true: Callable[[], Any], seconds: float = 20) -> Any:
    """What `true` answered as soon as it was something."""
    ends = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < ends, "it never came to be"
        time.sleep(0.02)
    return found
