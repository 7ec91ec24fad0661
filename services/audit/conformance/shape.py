"""What a measure is: a question about what is known, with an answer that never says *kept* of what nobody looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from services.contracts.audit import PromiseState as State

__all__ = ["NOT_TOLD", "NO_ANSWER", "Finding", "Judge", "Known", "Log", "Measure", "State", "judged", "worst"]
_WORSE = (State.NOT_MEASURED, State.KEPT, State.AT_RISK, State.BROKEN)


def worst(states: Iterable[State]) -> State:
    """Of what was measured; what was not hides nothing, and proves nothing."""
    return max(states, key=_WORSE.index, default=State.NOT_MEASURED)


@dataclass(frozen=True)
class Finding:
    """`why` is a code, empty where the promise is kept; `numbers` name nobody."""

    state: State
    why: str = ""
    numbers: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Log:
    """The log itself, as far as whoever asks may know. Moments are of the oldest of their kind."""

    size: int = 0
    counted: int = 0
    gaps: Mapping[str, timedelta] = field(default_factory=dict)
    """By source for how long its number has been missed, by a clock that nobody sets."""
    older_copies: tuple[str, ...] = ()
    quarantined: int | None = None
    ingest_at: datetime | None = None
    """When the log's writer was last at work."""
    witnessed: int | None = None
    """None where no witness was asked for."""


@dataclass(frozen=True, kw_only=True)
class Known:
    """All that the measures look at. `told`: what each service says of itself, None for one that does not answer.

    `counts`: how many entries of a type, or of a fault, the log has. Of one `organisation` its own alone (I9).
    """

    now: datetime
    organisation: str | None = None
    told: Mapping[str, Mapping[str, Any] | None] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    log: Log = field(default_factory=Log)
    incidents: Mapping[str, int] = field(default_factory=dict)
    complaints: Mapping[str, int] = field(default_factory=dict)
    checks: Mapping[str, int] = field(default_factory=dict)
    """`reviews` and `checks` that are planned, and those of them `…_overdue`."""
    sealing: Mapping[str, int] = field(default_factory=dict)
    """With how many `services` it was looked whether data rests sealed, `overdue` looks, and `bare` values."""
    disclosures: Mapping[str, int] = field(default_factory=dict)
    """Of the maker alone: a tenant may not know of every file."""

    @property
    def entries(self) -> int:
        """How many entries were counted; of one organisation, its own."""
        return sum(many for what, many in self.counts.items() if "." in what)

    def answers(self, service: str) -> bool:
        return self.told.get(service) is not None

    def facts(self, service: str, name: str) -> Mapping[str, Any]:
        """One group of facts of a service that answers. Raises NotTold where it has no such group."""
        told = self.told.get(service)
        if told is None or name not in told["facts"]:
            raise NotTold(service, name)
        found: Mapping[str, Any] = told["facts"][name]
        return found


class NotTold(LookupError):
    """A service of another version counts something else: while it is replaced, that is not measured."""


Judge = Callable[[Known], Finding]


@dataclass(frozen=True, kw_only=True)
class Measure:
    """`nl` and `en` say what is looked at; `judge` is pure, and sees only what every service in `asks` has told."""

    name: str
    promise: str
    nl: str
    en: str
    judge: Judge
    asks: tuple[str, ...] = ()

    def of(self, known: Known) -> Finding:
        if not all(map(known.answers, self.asks)):
            return NO_ANSWER
        try:
            return self.judge(known)
        except NotTold:
            return NOT_TOLD


def judged(numbers: Mapping[str, Any], *, broken: Sequence[str] = (), at_risk: Sequence[str] = (), of: str) -> Finding:
    """Kept while all that are named are 0; where there has been none `of` what they are of, nothing is measured."""
    for state, names in ((State.BROKEN, broken), (State.AT_RISK, at_risk)):
        for name in names:
            if numbers[name]:
                return Finding(state, name, numbers)
    return Finding(State.KEPT, "", numbers) if numbers[of] else Finding(State.NOT_MEASURED, "none_yet", numbers)


NO_ANSWER = Finding(State.AT_RISK, "no_answer")
"""Who keeps the promise does not say how it is."""
NOT_TOLD = Finding(State.NOT_MEASURED, "not_told")
