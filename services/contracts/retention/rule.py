"""What retention tells of the rules by which something becomes due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from services.contracts.privacy import Category, TermTrigger
from services.kernel.event import Event


@dataclass(frozen=True, kw_only=True)
class RuleChanged(Event, kind="rule"):
    """An agreement that both sides signed, in this entry of the log, makes its terms the organisation's (P01, P06)."""

    rule: str
    organisation: str
    agreement_version: int
    terms: dict[Category, str]
    starts_on: date
    entry: int
    triggers: dict[Category, TermTrigger] | None = None
    at: datetime


@dataclass(frozen=True, kw_only=True)
class RetirementNoted(Event, kind="retirement"):
    """A service retired a key epoch, as this entry of the log says: what it did up to `after` is in no copy (I6)."""

    retirement: str
    service: str
    entry: int
    after: int
    at: datetime
