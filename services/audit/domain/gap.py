"""A number that stays away is said once when it is missed for too long, and once when it has come."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from services.contracts.audit import GapDetected, GapHealed
from services.kernel.decider import Decider


@dataclass(frozen=True, kw_only=True)
class Miss:
    """The log waits for `missing_from` of a source since `since`; `waiting` later ones are there."""

    source: str
    missing_from: int
    waiting: int
    since: datetime
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Heal:
    source: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Gap:
    """`missing` is the number that was last said to be missing, until it is said to have come."""

    missing: int | None = None


def decide(gap: Gap, command: Miss | Heal) -> list[GapDetected | GapHealed]:
    match command:
        case Miss() if gap.missing == command.missing_from:
            return []
        case Miss():
            detected = GapDetected(
                source=command.source,
                missing_from=command.missing_from,
                waiting=command.waiting,
                since=command.since,
                at=command.at,
            )
            return [*_healed(gap, command), detected]
        case Heal():
            return [*_healed(gap, command)]


def evolve(gap: Gap, event: GapDetected | GapHealed) -> Gap:
    match event:
        case GapDetected():
            return replace(gap, missing=event.missing_from)
        case GapHealed():
            return replace(gap, missing=None)


def _healed(gap: Gap, command: Miss | Heal) -> list[GapHealed]:
    if gap.missing is None:
        return []
    return [GapHealed(source=command.source, missing_from=gap.missing, at=command.at)]


decider: Decider[Gap, Miss | Heal, GapDetected | GapHealed] = Decider(Gap(), decide, evolve)
