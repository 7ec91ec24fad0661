"""What auth tells of people whose data is only kept, and used no further, since they asked for that (P15, AVG 18)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.kernel.event import Event, subject


@dataclass(frozen=True, kw_only=True)
class ProcessingRestricted(Event, kind="account"):
    """On this data request others see and change nothing of the person any more; it is kept, and no more (P15)."""

    account: str = subject()
    organisation: str
    request: str
    decided_by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class LiftAnnounced(Event, kind="account"):
    """The person was told by mail that their restriction ends, and not before `lifts_at` (AVG 18(3))."""

    account: str = subject()
    organisation: str
    request: str
    decided_by: str
    lifts_at: datetime
    at: datetime


@dataclass(frozen=True, kw_only=True)
class RestrictionLifted(Event, kind="account"):
    """The restriction that was asked for in this data request is over, as the person was told before."""

    account: str = subject()
    organisation: str
    request: str
    at: datetime
