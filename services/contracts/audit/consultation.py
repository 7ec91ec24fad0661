"""What audit tells of consulting the Beheerder before a disclosure: asked, answered, lapsed, or barred by law (P08)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.contracts.privacy import Category
from services.kernel.event import Event, personal


class Contact(StrEnum):
    """Who speaks for the organisation: its Beheerder, or its second contact where that may be the suspect."""

    BEHEERDER = "beheerder"
    SECOND_CONTACT = "second_contact"


class ConsultationOutcome(StrEnum):
    """What the organisation thinks of it; neither is a veto."""

    AGREED = "agreed"
    OBJECTED = "objected"


@dataclass(frozen=True, kw_only=True)
class BeheerderConsulted(Event, kind="disclosure"):
    """The organisation was asked what it thinks; `asked` is the digest of what was asked for, salted (P08)."""

    disclosure: str
    organisation: str
    contact: Contact
    asked: str
    words: str | None = personal(Category.CORRESPONDENCE, owner="disclosure")
    rule: str
    due: datetime
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ConsultationAnswered(Event, kind="disclosure"):
    """The organisation agreed, or objected with reasons, under the signature of its consultation key (P08)."""

    disclosure: str
    organisation: str
    outcome: ConsultationOutcome
    asked: str
    reasons: str | None = personal(Category.CORRESPONDENCE, owner="disclosure")
    signature: str | None = personal(Category.CORRESPONDENCE, owner="disclosure")
    key: str | None = personal(Category.CORRESPONDENCE, owner="disclosure")
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ConsultationLapsed(Event, kind="disclosure"):
    """Nobody answered within the term; the file goes on without (P08)."""

    disclosure: str
    organisation: str
    due: datetime
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ConsultationBarred(Event, kind="disclosure"):
    """A law forbids the consultation: another officer than the opener confirmed it, until it is reviewed (P08)."""

    disclosure: str
    organisation: str
    ground: str | None = personal(Category.CORRESPONDENCE, owner="disclosure")
    review_at: datetime
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class SecrecyReviewed(Event, kind="disclosure"):
    """An officer looked whether the tenant may know by now, and it may not yet (P08)."""

    disclosure: str
    organisation: str
    finding: str | None = personal(Category.CORRESPONDENCE, owner="disclosure")
    review_at: datetime
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class SecrecyReviewMissed(Event, kind="disclosure"):
    """The day to look whether secrecy may be lifted has passed, and nobody did (P08)."""

    disclosure: str
    organisation: str
    due: datetime
    at: datetime


@dataclass(frozen=True, kw_only=True)
class SecrecyLifted(Event, kind="disclosure"):
    """From now on the tenant may know of the file, and sees it (P08)."""

    disclosure: str
    organisation: str
    reason: str | None = personal(Category.CORRESPONDENCE, owner="disclosure")
    by: str
    at: datetime
