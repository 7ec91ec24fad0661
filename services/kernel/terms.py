"""How long something is kept after what begins its term: versioned data, and each date names the version (P06)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar

from services.kernel.durations import after

T = TypeVar("T", bound=StrEnum)
FIRST = datetime(2018, 2, 21, tzinfo=UTC)
"""Any day: of a duration it is asked whether it can be added to one."""


@dataclass(frozen=True, kw_only=True)
class Terms(Generic[T]):
    """One version: ISO 8601 durations by trigger, for what happened on or after `in_force_from` (UTC)."""

    version: int
    in_force_from: date
    by_trigger: Mapping[T, str]


@dataclass(frozen=True, kw_only=True)
class Due:
    """The moment something is due, and the rule that says so: `account_closed:P0D@1` is of version 1."""

    rule: str
    at: datetime


def parse(versions: Iterable[Mapping[str, Any]], triggers: type[T], *, at_once: bool) -> tuple[Terms[T], ...]:
    """The versions of a `terms.json`, the oldest first; `at_once` allows a term of no length.

    Raises ValueError where a term is missing or wrong.
    """
    made = []
    for version in versions:
        by_trigger = {triggers(name): duration for name, duration in version["terms"].items()}
        if missing := set(triggers) - set(by_trigger):
            raise ValueError(f"terms {version['version']} say nothing of {sorted(missing)}")
        ends = {duration: after(FIRST, duration) for duration in by_trigger.values()}
        if absurd := [] if at_once else [duration for duration, end in ends.items() if end == FIRST]:
            raise ValueError(f"terms {version['version']}: nothing is kept for {absurd}")
        in_force_from = date.fromisoformat(version["in_force_from"])
        made.append(Terms(version=version["version"], in_force_from=in_force_from, by_trigger=by_trigger))
    return tuple(sorted(made, key=lambda terms: terms.in_force_from))


def due(terms: Sequence[Terms[T]], trigger: T, moment: datetime) -> Due:
    """When what happened at `moment` is due, by the version in force then; by the oldest before all of them.

    Counted in the zone of `moment`: thirty days from a midnight end at a midnight, whatever the clocks did between.
    """
    day = moment.astimezone(UTC).date()
    valid = [one for one in terms if one.in_force_from <= day] or [terms[0]]
    duration = valid[-1].by_trigger[trigger]
    return Due(rule=f"{trigger}:{duration}@{valid[-1].version}", at=after(moment, duration))
