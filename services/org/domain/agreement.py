"""An agreement binds once both sides have signed the same document; so does each change of it (P01)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, TypeAlias

from services.contracts.org import AgreementAmended, AgreementProposed, AgreementSigned, AgreementTerminated, Side
from services.contracts.privacy import Category, LegalBasis, Purpose, TermTrigger
from services.kernel.decider import Decider, Refused


@dataclass(frozen=True, kw_only=True)
class Propose:
    """`retention` holds ISO 8601 durations after each trigger; `version` is the organisation's next.

    `triggers` are those that are not the first of their category's. Within `incident_hours` the maker tells of an
    incident.
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
    incident_hours: int | None = None
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Amend(Propose):
    """All terms as they would be from `starts_on` on. `today` is Amsterdam's, `if_match` the changes that were read."""

    today: date
    if_match: int | None = None


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
    if_match: int | None = None
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Terminate:
    """The last day on which the agreement holds."""

    side: Side
    ends_on: date
    if_match: int | None = None
    at: datetime


Command = Propose | Amend | Sign | Terminate
Event = AgreementProposed | AgreementAmended | AgreementSigned | AgreementTerminated
Stated: TypeAlias = AgreementProposed | AgreementAmended
TERMS = ("purposes", "categories", "retention", "sub_processors", "ends_on", "triggers", "incident_hours")


@dataclass(frozen=True)
class Signature:
    """The particulars by which a second signature is known to be the first one again."""

    signatory: str
    document_sha256: str
    signed_on: date


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """`terms` are those that bind, or wait for the first two signatures; `amended` those that wait to replace them.

    `signatures` are under what waits, or else under what binds; `earlier` under other versions. `changes` counts all
    that either side did to it: who holds on to that number acts on what they have read.
    """

    terms: Stated | None = None
    amended: AgreementAmended | None = None
    starts_on: date = date.max
    ends_on: date = date.max
    terminated: bool = False
    bound: bool = False
    signatures: Mapping[Side, Signature] = field(default_factory=dict)
    earlier: frozenset[tuple[Side, Signature]] = frozenset()
    changes: int = 0


UNKNOWN = Agreement()


def decide(agreement: Agreement, command: Command) -> Sequence[Event]:
    match agreement.terms, command:
        case None, Amend():
            raise Refused("not_found")
        case None, Propose():
            return _propose(command)
        case None, _:
            raise Refused("not_found")
        case _, Amend() | Sign() | Terminate() if command.if_match not in (None, agreement.changes):
            raise Refused("precondition_failed")
        case terms, Amend():
            return _amend(agreement, terms, command)
        case _, Propose():
            return []
        case terms, Sign():
            return _sign(agreement, agreement.amended or terms, command)
        case terms, Terminate():
            return _terminate(agreement, terms, command)
    raise AssertionError("every command has its line above")


def _propose(command: Propose) -> Sequence[Event]:
    _must_be_period(command)
    return [
        AgreementProposed(
            agreement=command.agreement,
            organisation=command.organisation,
            agreement_version=command.version,
            proposed_by=command.side,
            **_stated(command),
        )
    ]


def _stated(command: Propose | Amend) -> dict[str, Any]:
    """What is agreed, whether for the first time or instead of what was."""
    return {
        "purposes": dict(command.purposes),
        "categories": tuple(command.categories),
        "retention": dict(command.retention),
        "sub_processors": tuple(command.sub_processors),
        "starts_on": command.starts_on,
        "ends_on": command.ends_on,
        "triggers": dict(command.triggers) if command.triggers else None,
        "incident_hours": command.incident_hours,
        "at": command.at,
    }


def _amend(agreement: Agreement, terms: Stated, command: Amend) -> Sequence[Event]:
    if not agreement.bound:
        raise Refused("agreement_not_signed")
    if agreement.terminated or agreement.ends_on < command.today:
        raise Refused("agreement_not_open")
    _must_be_period(command)
    # What was is past; an amendment changes what is to come.
    if command.starts_on < agreement.starts_on or (command.ends_on is not None and command.ends_on < command.today):
        raise Refused("period_invalid")
    asked = AgreementAmended(
        agreement=terms.agreement,
        organisation=terms.organisation,
        agreement_version=command.version,
        amends=terms.agreement_version,
        proposed_by=command.side,
        **_stated(command),
    )
    if (waits := agreement.amended) is not None:
        return [] if _same(asked, waits) and asked.starts_on == waits.starts_on else [asked]
    return [] if _same(asked, terms) else [asked]


def _same(one: Stated, other: Stated) -> bool:
    return all(getattr(one, name) == getattr(other, name) for name in TERMS)


def _must_be_period(command: Propose) -> None:
    if command.ends_on is not None and command.ends_on <= command.starts_on:
        raise Refused("period_invalid")


def _sign(agreement: Agreement, terms: Stated, command: Sign) -> Sequence[Event]:
    signature = Signature(command.signatory, command.document_sha256, command.signed_on)
    mine = agreement.signatures.get(command.side)
    if mine == signature or (command.side, signature) in agreement.earlier:
        return []
    if mine is not None:
        raise Refused("already_signed")
    if command.signed_on > command.today:
        raise Refused("moment_impossible")
    if agreement.terminated or agreement.ends_on < command.today:
        raise Refused("agreement_not_open")
    if any(before.document_sha256 == command.document_sha256 for _, before in agreement.earlier):
        # Or a signature that was sent once more would stand under terms that its signatory has not seen.
        raise Refused("document_signed_before")
    if any(other.document_sha256 != command.document_sha256 for other in agreement.signatures.values()):
        raise Refused("document_differs")
    return [
        AgreementSigned(
            agreement=terms.agreement,
            organisation=terms.organisation,
            agreement_version=terms.agreement_version,
            side=command.side,
            signatory=command.signatory,
            signatory_name=command.name,
            signatory_function=command.function,
            document_sha256=command.document_sha256,
            signed_on=command.signed_on,
            at=command.at,
        )
    ]


def _terminate(agreement: Agreement, terms: Stated, command: Terminate) -> Sequence[Event]:
    if agreement.terminated and command.ends_on == agreement.ends_on:
        return []
    # One side alone may end what both agreed, never prolong it.
    if not agreement.starts_on <= command.ends_on <= agreement.ends_on:
        raise Refused("period_invalid")
    return [
        AgreementTerminated(
            agreement=terms.agreement,
            organisation=terms.organisation,
            ends_on=command.ends_on,
            side=command.side,
            at=command.at,
        )
    ]


def evolve(agreement: Agreement, event: Event) -> Agreement:
    return replace(_became(agreement, event), changes=agreement.changes + 1)


def _became(agreement: Agreement, event: Event) -> Agreement:
    match event:
        case AgreementProposed():
            return Agreement(terms=event, starts_on=event.starts_on, ends_on=event.ends_on or date.max)
        case AgreementAmended():
            earlier = agreement.earlier | frozenset(agreement.signatures.items())
            return replace(agreement, amended=event, signatures={}, earlier=earlier)
        case AgreementSigned():
            signature = Signature(event.signatory, event.document_sha256, event.signed_on)
            signed = replace(agreement, signatures={**agreement.signatures, event.side: signature})
            return _bound(signed) if len(signed.signatures) == len(Side) else signed
        case AgreementTerminated():
            return replace(agreement, terminated=True, ends_on=event.ends_on)


def _bound(agreement: Agreement) -> Agreement:
    """Both sides have signed what waited."""
    terms = agreement.amended or agreement.terms
    assert terms is not None, "nothing is signed that was not proposed"  # noqa: S101
    return replace(agreement, terms=terms, amended=None, bound=True, ends_on=terms.ends_on or date.max)


decider: Decider[Agreement, Command, Event] = Decider(UNKNOWN, decide, evolve)
