"""What org tells: organisations, and what they agreed with the maker."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from services.contracts.facts import Completion, HandOver, Refusal, Retirement
from services.contracts.privacy import Category, LegalBasis, Purpose, TermTrigger
from services.kernel.event import Event, personal, subject


class OrganisationKind(StrEnum):
    """A public body and a private controller have different remedies (UAVG 34, 35); the maker is its own."""

    PUBLIC = "public"
    PRIVATE = "private"
    MAKER = "maker"


class Side(StrEnum):
    """The two parties to a processing agreement (AVG art. 28)."""

    PROCESSOR = "processor"
    CONTROLLER = "controller"


class LeavingChoice(StrEnum):
    """What a controller has done with everything at the end (AVG art. 28(3)(g))."""

    RETURN = "return"
    DELETE = "delete"


class LeavingEnd(StrEnum):
    """Why what was chosen is not done."""

    CHANGED = "changed"
    AGREEMENT = "agreement"


@dataclass(frozen=True, kw_only=True)
class OrganisationRegistered(Event, kind="organisation"):
    """An organisation is known here, and somebody (none in the maker's own) is to become its first Beheerder."""

    organisation: str
    name: str
    organisation_kind: OrganisationKind
    invitee: str | None = None
    beheerder_email: str | None = personal(Category.EMAIL, owner="invitee")
    at: datetime


@dataclass(frozen=True, kw_only=True)
class OrganisationRenamed(Event, kind="organisation"):
    """The organisation goes by another name."""

    organisation: str
    name: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class FirstBeheerderInvited(Event, kind="organisation"):
    """Auth took over the invitation of the first Beheerder; the address is not kept here any longer."""

    organisation: str
    invitee: str
    invitation: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ContactPublished(Event, kind="organisation"):
    """The organisation says where its people can turn with questions (P17)."""

    organisation: str
    contact: str
    contact_name: str | None = personal(Category.NAME, owner="contact")
    contact_email: str | None = personal(Category.EMAIL, owner="contact")
    contact_phone: str | None = personal(Category.CONTACT_PHONE, owner="contact")
    at: datetime


@dataclass(frozen=True, kw_only=True)
class AgreementProposed(Event, kind="agreement"):
    """One side proposed a processing agreement; it binds nobody before both have signed (P01, AVG art. 28)."""

    agreement: str
    organisation: str
    agreement_version: int
    proposed_by: Side
    purposes: dict[Purpose, LegalBasis]
    categories: tuple[Category, ...]
    retention: dict[Category, str]
    sub_processors: tuple[str, ...]
    starts_on: date
    ends_on: date | None = None
    triggers: dict[Category, TermTrigger] | None = None
    at: datetime


@dataclass(frozen=True, kw_only=True)
class AgreementSigned(Event, kind="agreement"):
    """One side signed the agreement; `in_force` from when both have, within its period (P01)."""

    agreement: str
    organisation: str
    agreement_version: int
    side: Side
    signatory: str
    signatory_name: str | None = personal(Category.NAME, owner="signatory")
    signatory_function: str | None = personal(Category.NAME, owner="signatory")
    document_sha256: str
    signed_on: date
    at: datetime


@dataclass(frozen=True, kw_only=True)
class AgreementTerminated(Event, kind="agreement"):
    """The agreement ends on this day; nothing personal is recorded under it afterwards (P01, P06)."""

    agreement: str
    organisation: str
    ends_on: date
    side: Side
    at: datetime


@dataclass(frozen=True, kw_only=True)
class LeavingChosen(Event, kind="leaving"):
    """The controller, whose agreement ends on this day, chose return or deletion; the erasure begins here (P06)."""

    organisation: str
    agreement: str
    ends_on: date
    choice: LeavingChoice
    chosen_by: str
    erasure: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class LeavingCancelled(Event, kind="leaving"):
    """What was chosen is not done: something else was chosen, or both sides signed a new agreement (P01)."""

    organisation: str
    erasure: str
    why: LeavingEnd
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ExportDelivered(Event, kind="leaving"):
    """A Beheerder took everything of the organisation along; the manifest of that hash names each file's (P07)."""

    organisation: str
    erasure: str
    export: str
    delivered_to: str
    manifest_sha256: str
    files: int
    people: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class LeavingOrdered(Event, kind="leaving"):
    """The erasure of all that is the organisation's was ordered, in this entry of the log; nothing is taken back."""

    organisation: str
    erasure: str
    entry: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ProcessingRefused(Refusal, Event, kind="refusal"):
    """Touching personal data was refused, since the terms in force do not allow it (P01, P03)."""


@dataclass(frozen=True, kw_only=True)
class ErasureCompleted(Completion, Event, kind="erasure"):
    """Org holds nothing readable of this person any more, and looked again to be sure (P06)."""


@dataclass(frozen=True, kw_only=True)
class KeyEpochRetired(Retirement, Event, kind="keyring"):
    """Org wrapped its living keys anew and destroyed the key they were wrapped with before (I6)."""


@dataclass(frozen=True, kw_only=True)
class SigningKeyHandedOver(HandOver, Event, kind="signing"):
    """Org signs what comes after this with another key, which agreed to it (I8)."""


class StoragePlace(StrEnum):
    """Where something rests on a person's equipment (Tw 11.7a knows no difference)."""

    COOKIE = "cookie"
    APP_STORAGE = "app_storage"


class CookieKind(StrEnum):
    """What it is for. Only the first two need no consent (Tw 11.7a)."""

    TECHNICAL = "technical"
    FUNCTIONAL = "functional"
    ANALYTICAL = "analytical"
    TRACKING = "tracking"


@dataclass(frozen=True, kw_only=True)
class StatementPublished(Event, kind="statement"):
    """A version of the maker's statement, with these texts and particulars, became part of its history (P14)."""

    statement_version: int
    effective_on: date
    nl_sha256: str
    en_sha256: str
    particulars_sha256: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class StatementAcknowledged(Event, kind="acknowledgement"):
    """A person said that they had seen this version of the statement; nothing depends on it (P14)."""

    account: str = subject()
    organisation: str
    statement_version: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class CookieRegistered(Event, kind="cookie"):
    """Something that rests on people's equipment stands in the register, with these particulars from now on (P10)."""

    cookie: str
    place: StoragePlace
    party: str
    purpose_nl: str
    purpose_en: str
    cookie_kind: CookieKind
    lifetime: str
    link: str
    checked_on: date
    at: datetime


@dataclass(frozen=True, kw_only=True)
class CookieRemoved(Event, kind="cookie"):
    """Nothing of this name is set any more; it stands in the register no longer (P10)."""

    cookie: str
    at: datetime
