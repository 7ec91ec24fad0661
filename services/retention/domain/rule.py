"""An agreement that both sides signed makes its terms the organisation's, once (P01, P06)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from services.contracts.privacy import Category, TermTrigger
from services.contracts.retention import RuleChanged
from services.kernel.decider import Decider


@dataclass(frozen=True, kw_only=True)
class Change:
    """`rule` is the agreement's id, or of an amendment one made of it and the version.

    `terms` are ISO 8601 durations; `entry` is the second signature's in the log.
    """

    rule: str
    organisation: str
    agreement_version: int
    terms: Mapping[Category, str]
    starts_on: date
    entry: int
    triggers: Mapping[Category, TermTrigger] | None = None
    at: datetime


def decide(known: bool, command: Change) -> Sequence[RuleChanged]:
    said = {**vars(command), "terms": dict(command.terms), "triggers": dict(command.triggers or {}) or None}
    return [] if known else [RuleChanged(**said)]


def evolve(_: bool, __: RuleChanged) -> bool:
    return True


decider: Decider[bool, Change, RuleChanged] = Decider(False, decide, evolve)
