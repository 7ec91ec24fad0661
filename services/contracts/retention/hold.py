"""What retention tells of holds, which suspend erasures (P08)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.contracts.privacy import Category
from services.kernel.event import Event, personal, subject


class HoldScope(StrEnum):
    """Whose erasures a hold suspends."""

    PERSON = "person"
    ORGANISATION = "organisation"


class HoldGround(StrEnum):
    """Why something may be kept beyond its term; nothing else is a ground (P08, AVG art. 17(3), 18(1))."""

    FRAUD_OR_ABUSE = "fraud_or_abuse"
    AUTHORITY_REQUEST = "authority_request"
    PRESERVATION_ORDER = "preservation_order"
    LEGAL_CLAIM = "legal_claim"
    SUBJECT_ASKED = "subject_asked"
    ERASURE_EXCEPTION = "erasure_exception"


@dataclass(frozen=True, kw_only=True)
class HoldPlaced(Event, kind="hold"):
    """An officer suspended the erasure of a person or of an organisation's people, on a ground and for a time (P08)."""

    hold: str
    scope: HoldScope
    organisation: str
    account: str | None = subject()
    categories: tuple[Category, ...]
    ground: HoldGround
    reason: str | None = personal(Category.CORRESPONDENCE, owner="hold")
    placed_by: str
    expires_at: datetime
    review_at: datetime | None = None
    at: datetime


@dataclass(frozen=True, kw_only=True)
class HoldReviewed(Event, kind="hold"):
    """An officer looked whether the hold is still needed, and left it as it is until its end or the next look (P08)."""

    hold: str
    organisation: str
    account: str | None = subject()
    finding: str | None = personal(Category.CORRESPONDENCE, owner="hold")
    reviewed_by: str
    review_at: datetime | None = None
    at: datetime


@dataclass(frozen=True, kw_only=True)
class HoldReleased(Event, kind="hold"):
    """The hold suspends nothing any more: released, or `expired`; what became due meanwhile goes on (P06, P08)."""

    hold: str
    organisation: str
    account: str | None = subject()
    expired: bool
    released_by: str
    at: datetime
