"""What audit tells of a complaint (P16)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.contracts.audit.channel import Channel
from services.contracts.privacy import Category, Role
from services.kernel.event import Event, personal, subject


class ComplaintOutcome(StrEnum):
    """What a complaint came to (P16)."""

    UPHELD = "upheld"
    PARTLY_UPHELD = "partly_upheld"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, kw_only=True)
class ComplaintRegistered(Event, kind="complaint"):
    """Somebody complained; who is no account (not `known`) has a pseudonym from this word on (P16)."""

    complaint: str
    complainant: str = subject()
    organisation: str
    known: bool
    channel: Channel
    text: str | None = personal(Category.CORRESPONDENCE, owner="complaint")
    contact: str | None = personal(Category.CORRESPONDENCE, owner="complaint")
    received_at: datetime
    due: datetime | None = None
    rule: str | None = None
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ComplaintViewed(Event, kind="complaint"):
    """Somebody other than the complainant read what a complaint says (I10)."""

    complaint: str
    complainant: str = subject()
    organisation: str
    viewed_by: str
    viewer_role: Role
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ComplaintAnswered(Event, kind="complaint"):
    """A complaint has its answer, which names the right to complain to the supervisor in the words `remedy` (P16)."""

    complaint: str
    complainant: str = subject()
    organisation: str
    outcome: ComplaintOutcome
    answer: str | None = personal(Category.CORRESPONDENCE, owner="complaint")
    remedy: int
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ComplaintTextErased(Event, kind="complaint"):
    """What a complaint and its answer say is destroyed, by its own term or with its complainant; the register stays."""

    complaint: str
    organisation: str
    rule: str
    due: datetime
    keys: int
    at: datetime
