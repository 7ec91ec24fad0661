"""What a service does by the clock, each with when it was last done: a job that stands still is seen, and by name.

Of several replicas each does all of its service's jobs. When one was last done they know of each other (turns.py); that
it fails or was stopped each tells of itself alone.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, TypeVar

from services.kernel.codec import instant
from services.kernel.decider import Refused

log = logging.getLogger(__name__)
T = TypeVar("T")

SAYS_NOTHING = frozenset({"turn", "look", "run"})
"""Methods that are named by whose they are."""


@dataclass
class Job:
    """`seconds` is from the end of one turn to the next; `done_at`, the end of the last one that did not fail."""

    name: str
    seconds: float
    work: Callable[[], object]
    began_at: datetime
    now: Callable[[], datetime]
    done_at: datetime | None = None
    turn_since: datetime | None = None
    failures: int = 0
    error: str | None = None
    stopped: bool = False

    def turn(self) -> None:
        """Do it once. What it raises is told here and goes no further: a job survives a bad turn."""
        try:
            self.attempt(self.work)
        except Exception as error:  # noqa: BLE001 - the type tells, a text might tell too much
            log.warning("job %s failed: %s", self.name, type(error).__name__)

    def attempt(self, work: Callable[[], T]) -> T | None:
        """One turn that answers, or raises what it meets; None while the job is stopped."""
        if self.stopped:
            return None
        self.turn_since = self.now()
        try:
            found = work()
        except Exception as error:
            self.failures += 1
            self.error = type(error).__name__
            raise
        finally:
            self.turn_since = None
        self.done_at, self.failures, self.error = self.now(), 0, None
        return found

    def told(self, elsewhere: datetime | None = None) -> dict[str, Any]:
        """As it is answered: moments as text, None for what has not been. `elsewhere` is a turn of another replica."""
        done_at = max((at for at in (self.done_at, elsewhere) if at is not None), default=None)
        return {
            "job": self.name,
            "seconds": self.seconds,
            "began_at": instant(self.began_at),
            "done_at": None if done_at is None else instant(done_at),
            "turn_since": None if self.turn_since is None else instant(self.turn_since),
            "failures": self.failures,
            "error": self.error,
            "stopped": self.stopped,
        }


class Jobs:
    """One service's jobs by name. `longest`: seconds that none waits longer, whatever its own cycle."""

    def __init__(self, longest: float, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._longest, self._now = longest, now
        self._jobs: dict[str, Job] = {}

    def add(self, seconds: float, work: Callable[[], object], name: str | None = None) -> Job:
        """Raises ValueError for a name that another job has: neither could be told apart."""
        job = Job(name or name_of(work), min(seconds, self._longest), work, self._now(), self._now)
        if job.name in self._jobs:
            raise ValueError(f"two jobs are named {job.name}")
        self._jobs[job.name] = job
        return job

    def told(self, others: Mapping[str, datetime] = MappingProxyType({})) -> list[dict[str, Any]]:
        """`others`: when any replica did a job last; whoever did it, it is done."""
        return [job.told(others.get(name)) for name, job in sorted(self._jobs.items())]

    def done(self) -> dict[str, datetime]:
        """When each was last done here."""
        return {name: job.done_at for name, job in self._jobs.items() if job.done_at is not None}

    def stopped(self) -> list[str]:
        return sorted(job.name for job in self._jobs.values() if job.stopped)

    def stop(self, name: str) -> None:
        """From its next turn on it is not done. Raises Refused("not_found")."""
        self._named(name).stopped = True

    def resume(self, name: str) -> None:
        self._named(name).stopped = False

    def _named(self, name: str) -> Job:
        if name not in self._jobs:
            raise Refused("not_found")
        return self._jobs[name]


def name_of(work: Callable[[], object]) -> str:
    """`sweep` for a method of that name; where that says nothing, whose it is: `pruning` for `Pruning.turn`."""
    name = str(getattr(work, "__name__", "timer"))
    if name in SAYS_NOTHING and hasattr(work, "__self__"):
        return type(work.__self__).__name__.lower()
    return name
