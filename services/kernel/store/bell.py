"""A process hears at once that there is something to do, and under load not more often than it needs."""

from __future__ import annotations

import threading
import time

RINGS_APART = 0.1
"""Seconds between two looks at the log under load; the first ring after a quiet while is heard at once."""


class Bell:
    """Waits until somebody rings, or for `timeout` seconds; rings while nobody waits are one."""

    def __init__(self) -> None:
        self._rung = threading.Event()
        self._heard = 0.0

    def ring(self) -> None:
        self._rung.set()

    def wait(self, timeout: float) -> bool:
        rung = self._rung.wait(timeout)
        early = self._heard + RINGS_APART - time.monotonic()
        if rung and early > 0:
            time.sleep(early)
        self._heard = time.monotonic()
        self._rung.clear()
        return rung
