"""What retention tells of what a data request did: restricted and lifted, objected, reminded of (P15)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.contracts.privacy import Category, Purpose
from services.kernel.event import Event, personal, subject


class RestrictionGround(StrEnum):
    """Why a person may have their data kept and not used (AVG 18(1), a to d)."""

    ACCURACY_CONTESTED = "accuracy_contested"
    ERASURE_OPPOSED = "erasure_opposed"
    LEGAL_CLAIM = "legal_claim"
    OBJECTION_PENDING = "objection_pending"


class ErasureException(StrEnum):
    """For what data may be kept although its person asked to be erased; nothing else is (AVG 17(3), a to e)."""

    FREEDOM_OF_EXPRESSION = "freedom_of_expression"
    LEGAL_OBLIGATION = "legal_obligation"
    PUBLIC_HEALTH = "public_health"
    ARCHIVING_OR_RESEARCH = "archiving_or_research"
    LEGAL_CLAIM = "legal_claim"


class Decision(StrEnum):
    """What became of an objection to one purpose (AVG 21(1))."""

    UPHELD = "upheld"
    REJECTED = "rejected"


class Reminder(StrEnum):
    """Why somebody is reminded of a request: it is due soon, or it should have been answered."""

    DUE_SOON = "due_soon"
    OVERDUE = "overdue"


class NotTold(StrEnum):
    """Why somebody who received data is not told of what changed since; nothing else is a reason (AVG 19)."""

    IMPOSSIBLE = "impossible"
    DISPROPORTIONATE = "disproportionate"


@dataclass(frozen=True, kw_only=True)
class ObjectionDecided(Event, kind="request"):
    """An objection to one purpose was upheld, so that it is no longer processed for, or rejected on grounds (P15)."""

    request: str
    account: str = subject()
    organisation: str
    purpose: Purpose
    decision: Decision
    reasons: str | None = personal(Category.CORRESPONDENCE, owner="request")
    decided_by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ErasureExcepted(Event, kind="request"):
    """Of who asked to be erased this category stays under this hold until then, on a ground of the law (AVG 17(3))."""

    request: str
    account: str = subject()
    organisation: str
    erasure: str
    category: Category
    ground: ErasureException
    reasons: str | None = personal(Category.CORRESPONDENCE, owner="request")
    hold: str
    until: datetime
    review_at: datetime
    law: int
    decided_by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class NamesWeighed(Event, kind="request"):
    """Whether a person learns the names of who looked at their data was weighed, and fell out so (AVG 15, C-579/21)."""

    request: str
    account: str = subject()
    organisation: str
    disclosed: bool
    weighing: str | None = personal(Category.CORRESPONDENCE, owner="request")
    weighed_by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class RestrictionEnding(Event, kind="request"):
    """It was decided why a restriction ends at `lifts_at`; `told` is the event of the notice to the person (P15)."""

    request: str
    account: str = subject()
    organisation: str
    reasons: str | None = personal(Category.CORRESPONDENCE, owner="request")
    told: str
    lifts_at: datetime
    decided_by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class RestrictionEnded(Event, kind="request"):
    """This entry of the log says that the restriction was lifted; nothing is suspended for it any more (P15)."""

    request: str
    account: str = subject()
    organisation: str
    entry: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class RequestReminded(Event, kind="request"):
    """As the answer is due soon, or overdue, a mail went to each of as many people as `told`, once (P15)."""

    request: str
    account: str = subject()
    organisation: str
    why: Reminder
    told: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class RecipientTold(Event, kind="request"):
    """Who received the person's data before was told of what a request changed, or for this reason was not (AVG 19)."""

    request: str
    account: str = subject()
    organisation: str
    reference: str | None = None
    recipient: str | None = personal(Category.CORRESPONDENCE, owner="request")
    told_at: datetime | None = None
    why_not: NotTold | None = None
    recorded_by: str
    at: datetime
