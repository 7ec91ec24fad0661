"""What retention tells of a data request (P15)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from services.contracts.privacy import Category
from services.contracts.retention.effect import RestrictionGround
from services.kernel.event import Event, personal, subject


class Right(StrEnum):
    """What a person may ask of the controller (AVG 15 to 18, 20, 21)."""

    ACCESS = "access"
    RECTIFICATION = "rectification"
    PORTABILITY = "portability"
    ERASURE = "erasure"
    RESTRICTION = "restriction"
    OBJECTION = "objection"


class Channel(StrEnum):
    """How a data request came in (P15)."""

    EMAIL = "email"
    TELEPHONE = "telephone"
    IN_PERSON = "in_person"
    APP = "app"


class IdentityCheck(StrEnum):
    """How somebody was known to be who they say; of a document only that it was shown (AVG 12(6))."""

    SESSION = "session"
    CALLED_BACK = "called_back"
    KNOWN_ADDRESS = "known_address"
    KNOWN_IN_PERSON = "known_in_person"
    DOCUMENT_SHOWN = "document_shown"


class ExtensionGround(StrEnum):
    """Why an answer may take three months; nothing else is a ground (AVG 12(3))."""

    COMPLEXITY = "complexity"
    NUMBER = "number"


class RefusalGround(StrEnum):
    """On what a data request may be refused (AVG 11(2), 12(5), 12(6), 15(4), 17(3), 20(4), 21(1), 23)."""

    IDENTITY_NOT_ESTABLISHED = "identity_not_established"
    MANIFESTLY_UNFOUNDED = "manifestly_unfounded"
    EXCESSIVE = "excessive"
    CONDITIONS_NOT_MET = "conditions_not_met"
    RIGHTS_OF_OTHERS = "rights_of_others"
    LEGAL_OBLIGATION = "legal_obligation"
    PUBLIC_INTEREST = "public_interest"
    LEGAL_CLAIM = "legal_claim"
    COMPELLING_GROUNDS = "compelling_grounds"
    RESTRICTED_BY_LAW = "restricted_by_law"


@dataclass(frozen=True, kw_only=True)
class DataRequested(Event, kind="request"):
    """A person asked for one of their rights, and by this rule the answer is due before `due`, on `due_on` at last."""

    request: str
    account: str = subject()
    organisation: str
    right: Right
    channel: Channel
    said: str | None = personal(Category.CORRESPONDENCE, owner="request")
    received_at: datetime
    taken_in_by: str
    duplicate_of: str | None = None
    rule: str
    due_on: date
    due: datetime
    remind_at: datetime
    at: datetime


@dataclass(frozen=True, kw_only=True)
class IdentityVerified(Event, kind="request"):
    """Whoever asked was known to be who they are, in this way; `due_on` is the date counted from that (AVG 12(6))."""

    request: str
    account: str = subject()
    organisation: str
    how: IdentityCheck
    verified_by: str
    rule: str
    due_on: date
    due: datetime
    at: datetime


@dataclass(frozen=True, kw_only=True)
class RequestExtended(Event, kind="request"):
    """The person was told in the first month, with reasons, that the answer takes longer; by then it is due (P15)."""

    request: str
    account: str = subject()
    organisation: str
    ground: ExtensionGround
    reasons: str | None = personal(Category.CORRESPONDENCE, owner="request")
    extended_by: str
    rule: str
    due_on: date
    due: datetime
    remind_at: datetime
    at: datetime


@dataclass(frozen=True, kw_only=True)
class RequestFulfilled(Event, kind="request"):
    """What was asked was done, as `outcome` says; `erasure` began with it, `effect` is the event that did it (P15)."""

    request: str
    account: str = subject()
    organisation: str
    outcome: str | None = personal(Category.CORRESPONDENCE, owner="request")
    erasure: str | None = None
    statement: str | None = personal(Category.CORRESPONDENCE, owner="request")
    effect: str | None = None
    restriction: RestrictionGround | None = None
    remedies: tuple[str, ...] | None = None
    law: int | None = None
    recipients: tuple[str, ...] | None = None
    fulfilled_by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class RequestRefused(Event, kind="request"):
    """What was asked was refused on a ground, and these remedies were named, as this version of the law has them."""

    request: str
    account: str = subject()
    organisation: str
    ground: RefusalGround
    reasons: str | None = personal(Category.CORRESPONDENCE, owner="request")
    remedies: tuple[str, ...]
    law: int
    refused_by: str
    at: datetime
