"""An agreement binds once both sides have signed the same document; its end only comes closer (P01)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from services.contracts.org import AgreementProposed, AgreementSigned, AgreementTerminated, Side
from services.contracts.privacy import Category, LegalBasis, Purpose, TermTrigger
from services.kernel.decider import Decider, Refused


@dataclass(frozen=True, kw_only=True)
class Propose:
    """`retention` holds ISO 8601 durations after each trigger; `version` is the organisation's next.

    `triggers` are those that are not the first of their category's.
    """

    agreement: str
    organisation: str
    version: int
    side: Side
    purposes: Mapping[Purpose, LegalBasis]
    categories: Sequence[Category]
    retention: Mapping[Category, str]
    sub_processors: Sequence[str]
    starts_on: date
    ends_on: date | None
    triggers: Mapping[Category, TermTrigger] | None = None
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Sign:
    """`signatory` is a pseudonym, the same for as long as name and function are. `today` is Amsterdam's."""

    side: Side
    signatory: str
    name: str
    function: str
    document_sha256: str
    signed_on: date
    today: date
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Terminate:
    """The last day on which the agreement holds."""

    side: Side
    ends_on: date
    at: datetime


Command = Propose | Sign | Terminate
Event = AgreementProposed | AgreementSigned | AgreementTerminated


@dataclass(frozen=True)
class Signature:
    """The particulars by which a second signature is known to be the first one again."""

    signatory: str
    document_sha256: str
    signed_on: date


@dataclass(frozen=True, kw_only=True)
class Agreement:
    id: str = ""
    organisation: str = ""
    version: int = 0
    starts_on: date = date.max
    ends_on: date = date.max
    terminated: bool = False
    signatures: Mapping[Side, Signature] = field(default_factory=dict)


UNKNOWN = Agreement()


def decide(agreement: Agreement, command: Command) -> Sequence[Event]:
    match command:
        case Propose() if agreement == UNKNOWN:
            return _propose(command)
        case Propose():
            return []
        case _ if agreement == UNKNOWN:
            raise Refused("not_found")
        case Sign():
            return _sign(agreement, command)
        case Terminate():
            return _terminate(agreement, command)


def _propose(command: Propose) -> Sequence[Event]:
    if command.ends_on is not None and command.ends_on <= command.starts_on:
        raise Refused("period_invalid")
    return [
        AgreementProposed(
            agreement=command.agreement,
            organisation=command.organisation,
            agreement_version=command.version,
            proposed_by=command.side,
            purposes=dict(command.purposes),
            categories=tuple(command.categories),
            retention=dict(command.retention),
            sub_processors=tuple(command.sub_processors),
            starts_on=command.starts_on,
            ends_on=command.ends_on,
            triggers=dict(command.triggers) if command.triggers else None,
            at=command.at,
        )
    ]


def _sign(agreement: Agreement, command: Sign) -> Sequence[Event]:
    signature = Signature(command.signatory, command.document_sha256, command.signed_on)
    mine = agreement.signatures.get(command.side)
    if mine is not None:
        if mine == signature:
            return []
        raise Refused("already_signed")
    if command.signed_on > command.today:
        raise Refused("invalid", errors={"signed_on": ["Lies in the future."]})
    if agreement.terminated or agreement.ends_on < command.today:
        raise Refused("agreement_not_open")
    if any(other.document_sha256 != command.document_sha256 for other in agreement.signatures.values()):
        raise Refused("document_differs")
    return [
        AgreementSigned(
            agreement=agreement.id,
            organisation=agreement.organisation,
            agreement_version=agreement.version,
            side=command.side,
            signatory=command.signatory,
            signatory_name=command.name,
            signatory_function=command.function,
            document_sha256=command.document_sha256,
            signed_on=command.signed_on,
            at=command.at,
        )
    ]


def _terminate(agreement: Agreement, command: Terminate) -> Sequence[Event]:
    if agreement.terminated and command.ends_on == agreement.ends_on:
        return []
    # One side alone may end what both agreed, never prolong it.
    if not agreement.starts_on <= command.ends_on <= agreement.ends_on:
        raise Refused("period_invalid")
    return [
        AgreementTerminated(
            agreement=agreement.id,
            organisation=agreement.organisation,
            ends_on=command.ends_on,
            side=command.side,
            at=command.at,
        )
    ]


def evolve(agreement: Agreement, event: Event) -> Agreement:
    match event:
        case AgreementProposed():
            return Agreement(
                id=event.agreement,
                organisation=event.organisation,
                version=event.agreement_version,
                starts_on=event.starts_on,
                ends_on=event.ends_on or date.max,
            )
        case AgreementSigned():
            signature = Signature(event.signatory, event.document_sha256, event.signed_on)
            return replace(agreement, signatures={**agreement.signatures, event.side: signature})
        case AgreementTerminated():
            return replace(agreement, terminated=True, ends_on=event.ends_on)


decider: Decider[Agreement, Command, Event] = Decider(UNKNOWN, decide, evolve)
