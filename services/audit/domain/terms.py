"""How long audit keeps what is its own: the log's entries, and what people wrote in its cases (P06)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from services.kernel.durations import after


class Trigger(StrEnum):
    """What makes a term begin."""

    ENTRY_RECORDED = "entry_recorded"
    REPLAY_STARTED = "replay_started"
    ROLLBACK_ACCEPTED = "rollback_accepted"
    INCIDENT_CLOSED = "incident_closed"
    COMPLAINT_ANSWERED = "complaint_answered"


@dataclass(frozen=True, kw_only=True)
class Terms:
    """One version: ISO 8601 durations by trigger, for what happened on or after `in_force_from` (UTC)."""

    version: int
    in_force_from: date
    by_trigger: Mapping[Trigger, str]


@dataclass(frozen=True, kw_only=True)
class Due:
    """The moment something is due, and the rule that says so: `entry_recorded:P10Y@1` is of version 1."""

    rule: str
    at: datetime


def parse(versions: Iterable[Mapping[str, Any]]) -> tuple[Terms, ...]:
    """The versions of `terms.json`, the oldest first. Raises ValueError where a term is missing or wrong."""
    made = []
    for version in versions:
        by_trigger = {Trigger(name): duration for name, duration in version["terms"].items()}
        if missing := set(Trigger) - set(by_trigger):
            raise ValueError(f"terms {version['version']} say nothing of {sorted(missing)}")
        begun = datetime(2018, 2, 21, tzinfo=UTC)
        if absurd := [term for term in by_trigger.values() if after(begun, term) <= begun]:
            raise ValueError(f"terms {version['version']}: nothing is kept for {absurd}")
        in_force_from = date.fromisoformat(version["in_force_from"])
        made.append(Terms(version=version["version"], in_force_from=in_force_from, by_trigger=by_trigger))
    return tuple(sorted(made, key=lambda terms: terms.in_force_from))


def due(terms: Sequence[Terms], trigger: Trigger, moment: datetime) -> Due:
    """When what happened at `moment` is due, by the version in force then; by the oldest before all of them."""
    day = moment.astimezone(UTC).date()
    valid = [one for one in terms if one.in_force_from <= day] or [terms[0]]
    duration = valid[-1].by_trigger[trigger]
    return Due(rule=f"{trigger}:{duration}@{valid[-1].version}", at=after(moment.astimezone(UTC), duration))
