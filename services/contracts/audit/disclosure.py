"""What audit tells of a disclosure up to its decision: asked, opened, held, scoped, approved or rejected (P07, P08).

Each of these carries the maker as organisation; whose data it is stands sealed under the case's key, and goes with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.contracts.audit.channel import Channel
from services.contracts.privacy import Category
from services.kernel.event import Event, personal


class Secrecy(StrEnum):
    """Why the tenant may not know of a file: it may, a law forbids it, or its Beheerder may be the suspect."""

    NONE = "none"
    BY_LAW = "by_law"
    SUSPECT = "suspect"


class Kept(StrEnum):
    """How what is asked for is kept meanwhile: by a hold that all may see, or by a copy in the case."""

    HOLD = "hold"
    COPY = "copy"


class RejectionGround(StrEnum):
    """Why nothing is handed over."""

    NOT_AUTHENTIC = "not_authentic"
    NO_BASIS = "no_basis"
    WITHDRAWN = "withdrawn"
    CONTROLLER_DECLINED = "controller_declined"
    NOT_APPROVED = "not_approved"
    WRITTEN_FORM_MISSING = "written_form_missing"


@dataclass(frozen=True, kw_only=True)
class SuspicionReported(Event, kind="disclosure"):
    """Somebody on the maker's side suspected fraud or abuse of the app; that goes to the controller (P08)."""

    disclosure: str
    organisation: str
    facts: str | None = personal(Category.CORRESPONDENCE, owner="disclosure")
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class AuthorityRequestReceived(Event, kind="disclosure"):
    """An authority asked for data, in writing or by word of mouth; the original is kept sealed, by its hash (P08)."""

    disclosure: str
    organisation: str
    channel: Channel
    oral: bool
    received_at: datetime
    written_due: datetime | None = None
    original_sha256: str | None = personal(Category.CORRESPONDENCE, owner="disclosure")
    authority: str | None = personal(Category.CORRESPONDENCE, owner="disclosure")
    official: str | None = personal(Category.CORRESPONDENCE, owner="disclosure")
    function: str | None = personal(Category.CORRESPONDENCE, owner="disclosure")
    reference: str | None = personal(Category.CORRESPONDENCE, owner="disclosure")
    answer_due: datetime | None = None
    answer_rule: str | None = None
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class DisclosureOpened(Event, kind="disclosure"):
    """An officer opened the file on a legal basis; `rule` is the table's version that says what it reaches (P08)."""

    disclosure: str
    organisation: str
    basis: str
    rule: str
    secrecy: Secrecy
    review_at: datetime | None = None
    tenant: str | None = personal(Category.CORRESPONDENCE, owner="disclosure", indexed=True)
    people: str | None = personal(Category.CORRESPONDENCE, owner="disclosure")
    asked: str | None = personal(Category.CORRESPONDENCE, owner="disclosure")
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class RequestAuthenticated(Event, kind="disclosure"):
    """An officer called the authority back, on a number found independently, and it had asked indeed (P08)."""

    disclosure: str
    organisation: str
    finding: str | None = personal(Category.CORRESPONDENCE, owner="disclosure")
    number: str | None = personal(Category.CORRESPONDENCE, owner="disclosure")
    found_in: str | None = personal(Category.CORRESPONDENCE, owner="disclosure")
    called_at: datetime | None = None
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class WrittenFormReceived(Event, kind="disclosure"):
    """The written form of an order that was given by word of mouth came, in time or not (P08)."""

    disclosure: str
    organisation: str
    received_at: datetime
    in_time: bool
    original_sha256: str | None = personal(Category.CORRESPONDENCE, owner="disclosure")
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class DisclosureHeld(Event, kind="disclosure"):
    """What was asked for is kept for a time: by a hold or, in a file nobody may know of, by a copy in the case."""

    disclosure: str
    organisation: str
    kept: Kept
    people: int
    rule: str
    expires_at: datetime
    what: str | None = personal(Category.CORRESPONDENCE, owner="disclosure")
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class DisclosureScoped(Event, kind="disclosure"):
    """An officer set what may be given of what was asked; `digest` is of that version, whole (P08)."""

    disclosure: str
    organisation: str
    scope_version: int
    digest: str
    rule: str
    asked: tuple[Category, ...]
    granted: tuple[Category, ...]
    unreached: tuple[Category, ...]
    people: int
    scope: str | None = personal(Category.CORRESPONDENCE, owner="disclosure")
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class DisclosureApproved(Event, kind="disclosure"):
    """An officer who did not open the file approved this version of its scope; two are needed (P08)."""

    disclosure: str
    organisation: str
    scope_version: int
    digest: str
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class DisclosureRejected(Event, kind="disclosure"):
    """Nothing is handed over in this file, and why (P07, P08)."""

    disclosure: str
    organisation: str
    ground: RejectionGround
    reasons: str | None = personal(Category.CORRESPONDENCE, owner="disclosure")
    by: str
    at: datetime
