"""What org tells of an organisation: that it is known here, where its people can turn, and who speaks for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.contracts.privacy import Category
from services.kernel.event import Event, personal


class OrganisationKind(StrEnum):
    """A public body and a private controller have different remedies (UAVG 34, 35); the maker is its own."""

    PUBLIC = "public"
    PRIVATE = "private"
    MAKER = "maker"


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
class SecondContactNamed(Event, kind="organisation"):
    """The organisation says who speaks for it in a disclosure where its Beheerder may be the suspect (P08)."""

    organisation: str
    contact: str
    contact_name: str | None = personal(Category.NAME, owner="contact")
    contact_email: str | None = personal(Category.EMAIL, owner="contact")
    contact_phone: str | None = personal(Category.CONTACT_PHONE, owner="contact")
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ConsultationKeyRegistered(Event, kind="organisation"):
    """From now on the organisation signs what it says of a disclosure with this Ed25519 key, in base64 (P08)."""

    organisation: str
    key: str
    at: datetime
