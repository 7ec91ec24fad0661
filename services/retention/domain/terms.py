"""How long after its trigger something is due, counted from the event's own moment, not its arrival."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any

from services.contracts.privacy import Category
from services.kernel.durations import after


class Trigger(StrEnum):
    """What makes a term begin; with `account_removed` it is the grace of who was removed by somebody else."""

    ACCOUNT_CLOSED = "account_closed"
    ACCOUNT_REMOVED = "account_removed"
    INVITATION_WITHDRAWN = "invitation_withdrawn"
    SESSION_ENDED = "session_ended"


@dataclass(frozen=True, kw_only=True)
class Terms:
    """One version: ISO 8601 durations by trigger, for what happened on or after `in_force_from` (UTC)."""

    version: int
    in_force_from: date
    by_trigger: Mapping[Trigger, str]


@dataclass(frozen=True, kw_only=True)
class Due:
    """The moment something is due, and the rule that says so: `account_closed:P0D@1` is of version 1."""

    rule: str
    at: datetime


def parse(versions: Iterable[Mapping[str, Any]]) -> tuple[Terms, ...]:
    """The versions of `terms.json`, the oldest first. Raises ValueError where a term is missing or wrong."""
    made = []
    for version in versions:
        by_trigger = {Trigger(name): duration for name, duration in version["terms"].items()}
        if missing := set(Trigger) - set(by_trigger):
            raise ValueError(f"terms {version['version']} say nothing of {sorted(missing)}")
        for duration in by_trigger.values():
            after(datetime(2018, 2, 21, tzinfo=UTC), duration)
        in_force_from = date.fromisoformat(version["in_force_from"])
        made.append(Terms(version=version["version"], in_force_from=in_force_from, by_trigger=by_trigger))
    return tuple(sorted(made, key=lambda terms: terms.in_force_from))


@dataclass(frozen=True)
class Agreed:
    """What an organisation's agreement of this version says, by category; `entry` of the log put it in force."""

    version: int
    terms: Mapping[Category, str]
    entry: int


OF = {
    Trigger.ACCOUNT_CLOSED: (Category.NAME, Category.EMAIL, Category.CREDENTIALS),
    Trigger.INVITATION_WITHDRAWN: (Category.EMAIL,),
    Trigger.SESSION_ENDED: (Category.IP_ADDRESS, Category.TECHNICAL),
}
"""What goes together, when it goes: all of it when the first of it has to."""


def shortest(terms: Sequence[Terms], agreed: Agreed | None, trigger: Trigger, asked_at: datetime) -> Due:
    """When it is due by the organisation's agreement, or by our own terms for what that leaves open.

    A term is a ceiling: nothing is kept longer than its category may be, so the first to go takes the rest along.
    """
    default = due(terms, trigger, asked_at)
    if agreed is None:
        return default
    stated = [agreed.terms[category] for category in OF[trigger] if category in agreed.terms]
    found = [Due(rule=f"{trigger}:{term}@agreement {agreed.version}", at=after(asked_at, term)) for term in stated]
    if len(stated) < len(OF[trigger]):
        found.append(default)
    return min(found, key=lambda one: one.at)


def due(terms: Sequence[Terms], trigger: Trigger, asked_at: datetime) -> Due:
    """When it is due, by the version in force at `asked_at`; by the oldest before all of them."""
    day = asked_at.astimezone(UTC).date()
    valid = [one for one in terms if one.in_force_from <= day] or [terms[0]]
    duration = valid[-1].by_trigger[trigger]
    return Due(rule=f"{trigger}:{duration}@{valid[-1].version}", at=after(asked_at, duration))


def earlier(moment: datetime, duration: str) -> datetime:
    """At the earliest the moment that has `moment` a duration after it; months differ, so it may be days early."""
    span = after(moment, duration) - moment
    return moment - span + timedelta(days=4 if "M" in duration.partition("T")[0] or "Y" in duration else 0)


FEW = 20
SHARE = 50


def allowance(people: int) -> int:
    """How many of an organisation's people may go within a day before an officer looks: 20, or 2 % of them."""
    return max(FEW, people // SHARE)
