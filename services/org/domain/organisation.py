"""An organisation is registered once, and always says whom its people can turn to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.contracts.org import (
    ConsultationKeyRegistered,
    ContactPublished,
    FirstBeheerderInvited,
    OrganisationKind,
    OrganisationRegistered,
    OrganisationRenamed,
    SecondContactNamed,
)
from services.kernel.decider import Decider, Refused


@dataclass(frozen=True, kw_only=True)
class Contact:
    """Whom to turn to. `id` is a pseudonym, the same for as long as every particular is the same."""

    id: str
    name: str
    email: str
    phone: str | None = None


@dataclass(frozen=True, kw_only=True)
class Register:
    """`invitee` and `beheerder_email` of its first Beheerder; the maker's own organisation has neither."""

    organisation: str
    name: str
    kind: OrganisationKind
    invitee: str | None = None
    beheerder_email: str | None = None
    contact: Contact | None = None
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Change:
    """None leaves a thing as it is. `if_match` is the version that the caller had read."""

    organisation: str
    name: str | None = None
    contact: Contact | None = None
    second_contact: Contact | None = None
    consultation_key: str | None = None
    if_match: int | None = None
    at: datetime


@dataclass(frozen=True, kw_only=True)
class NoteInvitation:
    organisation: str
    invitation: str
    at: datetime


Command = Register | Change | NoteInvitation
Event = (
    OrganisationRegistered
    | OrganisationRenamed
    | ContactPublished
    | FirstBeheerderInvited
    | SecondContactNamed
    | ConsultationKeyRegistered
)


@dataclass(frozen=True, kw_only=True)
class Organisation:
    """`version` counts what its page shows: the name, both contacts, and the consultation key."""

    version: int = 0
    name: str = ""
    contact: str | None = None
    second_contact: str | None = None
    consultation_key: str | None = None
    invitee: str | None = None
    invitation: str | None = None


UNKNOWN = Organisation()


def decide(organisation: Organisation, command: Command) -> Sequence[Event]:
    match command:
        case Register() if organisation == UNKNOWN:
            return [_registered(command), *_published(organisation, command)]
        case Register():
            return []
        case _ if organisation == UNKNOWN:
            raise Refused("not_found")
        case Change() if command.if_match not in (None, organisation.version):
            raise Refused("precondition_failed")
        case Change():
            return [
                *_renamed(organisation, command),
                *_published(organisation, command),
                *_named(organisation, command),
                *_keyed(organisation, command),
            ]
        case NoteInvitation() if organisation.invitee is None or organisation.invitation is not None:
            return []
        case NoteInvitation():
            assert organisation.invitee is not None  # noqa: S101 - the case above has answered for None
            return [
                FirstBeheerderInvited(
                    organisation=command.organisation,
                    invitee=organisation.invitee,
                    invitation=command.invitation,
                    at=command.at,
                )
            ]


def _registered(command: Register) -> OrganisationRegistered:
    return OrganisationRegistered(
        organisation=command.organisation,
        name=command.name,
        organisation_kind=command.kind,
        invitee=command.invitee,
        beheerder_email=command.beheerder_email,
        at=command.at,
    )


def _renamed(organisation: Organisation, command: Change) -> Sequence[Event]:
    if command.name is None or command.name == organisation.name:
        return []
    return [OrganisationRenamed(organisation=command.organisation, name=command.name, at=command.at)]


def _published(organisation: Organisation, command: Register | Change) -> Sequence[Event]:
    contact = command.contact
    if contact is None or contact.id == organisation.contact:
        return []
    return [
        ContactPublished(
            organisation=command.organisation,
            contact=contact.id,
            contact_name=contact.name,
            contact_email=contact.email,
            contact_phone=contact.phone,
            at=command.at,
        )
    ]


def _named(organisation: Organisation, command: Change) -> Sequence[Event]:
    contact = command.second_contact
    if contact is None or contact.id == organisation.second_contact:
        return []
    return [
        SecondContactNamed(
            organisation=command.organisation,
            contact=contact.id,
            contact_name=contact.name,
            contact_email=contact.email,
            contact_phone=contact.phone,
            at=command.at,
        )
    ]


def _keyed(organisation: Organisation, command: Change) -> Sequence[Event]:
    key = command.consultation_key
    if key is None or key == organisation.consultation_key:
        return []
    return [ConsultationKeyRegistered(organisation=command.organisation, key=key, at=command.at)]


def evolve(organisation: Organisation, event: Event) -> Organisation:
    match event:
        case OrganisationRegistered():
            return replace(organisation, version=1, name=event.name, invitee=event.invitee)
        case OrganisationRenamed():
            return replace(organisation, version=organisation.version + 1, name=event.name)
        case ContactPublished():
            return replace(organisation, version=organisation.version + 1, contact=event.contact)
        case SecondContactNamed():
            return replace(organisation, version=organisation.version + 1, second_contact=event.contact)
        case ConsultationKeyRegistered():
            return replace(organisation, version=organisation.version + 1, consultation_key=event.key)
        case FirstBeheerderInvited():
            return replace(organisation, invitation=event.invitation)


decider: Decider[Organisation, Command, Event] = Decider(UNKNOWN, decide, evolve)
