"""What org tells of consents (P03)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.contracts.privacy import Purpose
from services.kernel.event import Event, subject


@dataclass(frozen=True, kw_only=True)
class ConsentGiven(Event, kind="consent"):
    """A person consented to this purpose, in the words of this version of the statement (P03, AVG 7)."""

    account: str = subject()
    organisation: str
    consents_to: Purpose
    statement_version: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ConsentWithdrawn(Event, kind="consent"):
    """A person took a consent back; what was done until then stays lawful (P03, AVG 7(3))."""

    account: str = subject()
    organisation: str
    consents_to: Purpose
    at: datetime
