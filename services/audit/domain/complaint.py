"""A complaint is registered and answered once; what it says goes by its own term, or with whoever complained (P16)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.contracts.audit import (
    ComplaintAnswered,
    ComplaintOutcome,
    ComplaintRegistered,
    ComplaintTextErased,
    ComplaintViewed,
)
from services.contracts.privacy import Role
from services.kernel.decider import Decider, Refused

Told = ComplaintRegistered | ComplaintViewed | ComplaintAnswered | ComplaintTextErased


@dataclass(frozen=True, kw_only=True)
class Register:
    """What is to be told; see ComplaintRegistered."""

    told: ComplaintRegistered


@dataclass(frozen=True, kw_only=True)
class View:
    by: str
    role: Role
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Answer:
    """`answer` is personal; `remedy` is the version of the words that name the supervisor."""

    outcome: ComplaintOutcome
    answer: str
    remedy: int
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class EraseText:
    """Its keys are destroyed, so many of them. `with_person`: the complainant, or all the organisation, is erased."""

    rule: str
    due: datetime
    keys: int
    with_person: bool = False
    at: datetime


Command = Register | View | Answer | EraseText


@dataclass(frozen=True, kw_only=True)
class Complaint:
    """`registered` is without its texts."""

    registered: ComplaintRegistered | None = None
    answered: bool = False
    text_erased: bool = False


def decide(state: Complaint, command: Command) -> Sequence[Told]:
    match state.registered, command:
        case None, Register():
            if command.told.received_at > command.told.at:
                raise Refused("not_yet")
            return [command.told]
        case None, _:
            raise Refused("not_found")
        case _, Register():
            return []
        case ComplaintRegistered() as registered, EraseText():
            return _erase(state, registered, command)
        case ComplaintRegistered() as registered, View():
            return _view(state, registered, command)
        case ComplaintRegistered(), Answer() if state.text_erased:
            raise Refused("erased")
        case ComplaintRegistered(), Answer() if state.answered:
            raise Refused("complaint_answered")
        case ComplaintRegistered() as registered, Answer():
            return _answer(registered, command)
    raise Refused("not_found")


def _view(state: Complaint, registered: ComplaintRegistered, command: View) -> Sequence[Told]:
    if state.text_erased or command.by == f"account/{registered.complainant}":
        return []  # there is nothing left to see, or it is one's own
    return [
        ComplaintViewed(
            complaint=registered.complaint,
            complainant=registered.complainant,
            organisation=registered.organisation,
            viewed_by=command.by,
            viewer_role=command.role,
            at=command.at,
        )
    ]


def _answer(registered: ComplaintRegistered, command: Answer) -> Sequence[Told]:
    return [
        ComplaintAnswered(
            complaint=registered.complaint,
            complainant=registered.complainant,
            organisation=registered.organisation,
            outcome=command.outcome,
            answer=command.answer,
            remedy=command.remedy,
            by=command.by,
            at=command.at,
        )
    ]


def _erase(state: Complaint, registered: ComplaintRegistered, command: EraseText) -> Sequence[Told]:
    if state.text_erased:
        return []
    if command.due > command.at or not (state.answered or command.with_person):
        raise Refused("not_yet")
    return [
        ComplaintTextErased(
            complaint=registered.complaint,
            organisation=registered.organisation,
            rule=command.rule,
            due=command.due,
            keys=command.keys,
            at=command.at,
        )
    ]


def evolve(state: Complaint, event: Told) -> Complaint:
    match event:
        case ComplaintRegistered():
            return Complaint(registered=event)
        case ComplaintViewed():
            return state
        case ComplaintAnswered():
            return replace(state, answered=True)
        case ComplaintTextErased():
            return replace(state, text_erased=True)


decider: Decider[Complaint, Command, Told] = Decider(Complaint(), decide, evolve)
