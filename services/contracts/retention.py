"""What retention tells: when something is due, what suspends it, when it is ordered, done and proven gone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from services.contracts.facts import PERSON, Completion, HandOver, Retirement
from services.contracts.privacy import Category, TermTrigger
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


class Brake(StrEnum):
    """Why an erasure that is due waits: for its grace, or for an officer."""

    REMOVED = "removed_by_beheerder"
    MASS = "mass"
    UNCONFIRMED = "unconfirmed"


@dataclass(frozen=True, kw_only=True)
class ErasureScheduled(Event, kind="erasure"):
    """An event in the log asks for this person's erasure, and this rule says when it is due (P06)."""

    erasure: str
    account: str = subject()
    organisation: str
    scope: str = PERSON
    asked_in: int
    asked_event: str
    asked_source: str
    asked_at: datetime
    rule: str
    due: datetime
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ErasureRescheduled(Event, kind="erasure"):
    """What the entry `because` says makes the erasure due at another moment, by this rule (P06)."""

    erasure: str
    account: str = subject()
    organisation: str
    because: int
    rule: str
    due: datetime
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ErasureCancelled(Event, kind="erasure"):
    """What the entry `because` says leaves no ground for the erasure any more: nothing of it is done (P06)."""

    erasure: str
    account: str = subject()
    organisation: str
    because: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ErasureHeld(Event, kind="erasure"):
    """The erasure was due, and these holds suspended it; once none is left it is ordered (P08)."""

    erasure: str
    account: str = subject()
    organisation: str
    holds: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ErasureBraked(Event, kind="erasure"):
    """The erasure waits, however due it is: until that moment, or where there is none for an officer's release."""

    erasure: str
    account: str = subject()
    organisation: str
    why: Brake
    until: datetime | None = None
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ErasureReleased(Event, kind="erasure"):
    """A compliance officer looked at what was braked and let it go on; no brake takes hold of it again."""

    erasure: str
    account: str = subject()
    organisation: str
    released_by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ErasureOrdered(Event, kind="erasure"):
    """The erasure is due, nothing holds it: these services are to erase, but for people excepted by a hold (I7)."""

    erasure: str
    account: str = subject()
    organisation: str
    scope: str = PERSON
    asked_in: int
    services: tuple[str, ...]
    excepted: tuple[str, ...] | None = None
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ErasureConfirmed(Event, kind="erasure"):
    """One service's completion stands in the log as this entry; `number` is its number in that source."""

    erasure: str
    account: str = subject()
    organisation: str
    service: str
    entry: int
    number: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ErasureStalled(Event, kind="erasure"):
    """One service's completion, this entry, says that something was left: nothing is certified on it."""

    erasure: str
    account: str = subject()
    organisation: str
    service: str
    entry: int
    remaining: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ErasureCertified(Event, kind="erasure"):
    """All services have completed, nothing was left: the person is erased here. `entries` are receipts."""

    erasure: str
    account: str = subject()
    organisation: str
    entries: dict[str, int]
    at: datetime


@dataclass(frozen=True, kw_only=True)
class CopiesUnreadable(Event, kind="erasure"):
    """Every service has since retired a key epoch: no earlier copy of the person can be read either (I6)."""

    erasure: str
    account: str = subject()
    organisation: str
    entries: dict[str, int]
    at: datetime


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


@dataclass(frozen=True, kw_only=True)
class ErasureCompleted(Completion, Event, kind="erasure"):
    """Retention holds nothing readable of this person any more, and looked again to be sure (P06)."""


@dataclass(frozen=True, kw_only=True)
class KeyEpochRetired(Retirement, Event, kind="keyring"):
    """Retention wrapped its living keys anew and destroyed the key they were wrapped with before (I6)."""


@dataclass(frozen=True, kw_only=True)
class SigningKeyHandedOver(HandOver, Event, kind="signing"):
    """Retention signs what comes after this with another key, which agreed to it (I8)."""


@dataclass(frozen=True, kw_only=True)
class CertificateIssued(Event, kind="certificate"):
    """Retention stated for the outside what was erased, and by which entries; nobody is named in it (P06)."""

    erasure: str
    organisation: str
    scope: str
    rule: str
    asked_at: datetime
    due: datetime
    ordered_at: datetime
    certified_at: datetime
    unreadable_in_copies_at: datetime | None = None
    services: tuple[str, ...]
    order: int | None = None
    completed: dict[str, int]
    retired: dict[str, int]
    remaining: int
    excepted: int
    at: datetime


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
    """What was asked was done, as `outcome` says; `erasure` is the one that began with it (P15)."""

    request: str
    account: str = subject()
    organisation: str
    outcome: str | None = personal(Category.CORRESPONDENCE, owner="request")
    erasure: str | None = None
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
