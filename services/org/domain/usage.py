"""How the app is used is told once a day, in numbers from which nobody can take a group of under five people (P02).

A day, an organisation and a kind of fact make a cell, and each cell is told once. There are no other numbers: no weeks,
no kinds together, no people of several organisations; so of nothing a part can be subtracted. Those who do one thing
may all be among those who do another; so every number is rounded down to a multiple of five, and what lies between two
of them may always be nobody, or five.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, TypeAlias

from services.contracts.org import UsageAggregated, UsageKind
from services.kernel import terms
from services.kernel.decider import Decider

LEAST = 5
"""People of whom something may be said."""
LATE = timedelta(days=2)
"""So long after its own a day takes facts from an app that had no line; then it is counted."""
AHEAD = timedelta(minutes=1)
"""So far a clock may be ahead of ours."""


class Trigger(StrEnum):
    """What makes a term begin."""

    USAGE_RECORDED = "usage_recorded"


Terms: TypeAlias = terms.Terms[Trigger]


def parse(versions: Iterable[Mapping[str, Any]]) -> tuple[Terms, ...]:
    """The versions of `terms.json`, the oldest first. Raises ValueError where a term is missing or wrong."""
    return terms.parse(versions, Trigger, at_once=False)


def kept_from(versions: Sequence[Terms], now: datetime) -> datetime:
    """What was done before this moment is past its term."""
    return now - (terms.due(versions, Trigger.USAGE_RECORDED, now).at - now)


@dataclass(frozen=True)
class Cell:
    """How many people did one kind of thing on one day, and how often in all."""

    people: int
    facts: int


@dataclass(frozen=True, kw_only=True)
class Count:
    """Tell of a day that takes no facts any more."""

    usage: str
    organisation: str
    day: date
    cells: Mapping[UsageKind, Cell]
    at: datetime


def decide(told: bool, command: Count) -> Sequence[UsageAggregated]:
    """Nothing where no group is large enough: that there was a small one would be told by an empty event."""
    enough = {kind: cell for kind, cell in sorted(command.cells.items()) if cell.people >= LEAST}
    if told or not enough:
        return []
    return [
        UsageAggregated(
            usage=command.usage,
            organisation=command.organisation,
            day=command.day,
            least=LEAST,
            people={kind: _down(cell.people) for kind, cell in enough.items()},
            facts={kind: _down(cell.facts) for kind, cell in enough.items()},
            at=command.at,
        )
    ]


def _down(number: int) -> int:
    return number - number % LEAST


def evolve(_: bool, __: UsageAggregated) -> bool:
    return True


decider: Decider[bool, Count, UsageAggregated] = Decider(False, decide, evolve)
