"""What org tells: organisations, and what they agreed with the maker."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from services.contracts.facts import Completion, HandOver, Refusal, Retirement
from services.contracts.privacy import Category, LegalBasis, Purpose, TermTrigger
from services.kernel.event import Event, personal


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
