"""What is typed by whoever has not shown who they are: slowed like the rest, in memory alone, and never kept (P09)."""

from __future__ import annotations

import hmac
import secrets
from collections import OrderedDict

from services.kernel.decider import Refused
from services.kernel.keys.blinding import folded

FREE_TRIES = 5
LONGEST_WAIT = 900.0


def wait_after(failed: int, free: int = FREE_TRIES) -> float:
    """Seconds before the next try is looked at: none for five, then 2, 4, 8 … a quarter of an hour at most."""
    return 0.0 if failed < free else min(2.0 ** (failed - free + 1), LONGEST_WAIT)


class Strangers:
    """How often each was tried, by a name that says nothing. `forgiven`: seconds of silence after which it is new."""

    def __init__(self, room: int = 10_000, free: int = FREE_TRIES, forgiven: float = float("inf")) -> None:
        self._room, self._free, self._forgiven = room, free, forgiven
        self._tries: OrderedDict[bytes, tuple[int, float]] = OrderedDict()
        self._key = secrets.token_bytes(32)

    def name(self, typed: str) -> bytes:
        """What stands for it here: typed names are not kept, and a rotation of the index key forgives nothing."""
        return hmac.digest(self._key, folded(typed).encode(), "sha256")

    def of(self, name: bytes, now: float) -> tuple[int, float]:
        """How often in a row, and until when (POSIX seconds) no try is looked at."""
        tried, until = self._tries.get(name, (0, 0.0))
        return (0, 0.0) if now > until + self._forgiven else (tried, until)

    def must_wait(self, name: bytes, now: float) -> None:
        """Raises Refused("throttled") while its time is not over."""
        _, until = self.of(name, now)
        if now < until:
            raise Refused("throttled", retry_after=int(until - now) + 1)

    def again(self, name: bytes, now: float) -> None:
        tried = self.of(name, now)[0] + 1
        self._tries[name] = (tried, now + wait_after(tried, self._free))
        self._tries.move_to_end(name)
        while len(self._tries) > self._room:
            self._tries.popitem(last=False)
