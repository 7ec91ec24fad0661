"""What comes beside the answer: who owes it is reminded once, and a restriction ends with notice (P15, AVG 18(3))."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.contracts.retention import (
    DataRequested,
    NotTold,
    RecipientTold,
    Reminder,
    RequestExtended,
    RequestFulfilled,
    RequestReminded,
    RestrictionEnded,
    RestrictionEnding,
    Right,
)
from services.kernel.decider import Refused


@dataclass(frozen=True, kw_only=True)
class Remind:
    """`told` people were mailed."""

    why: Reminder
    told: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class End:
    """`told` is the event with which the person got their notice; `reasons` are personal."""

    reasons: str
    told: str
    lifts_at: datetime
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class NoteEnd:
    """The entry of the log that says so."""

    entry: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Tell:
    """`recipient` is personal: who, in words. `reference` is one of those known from before, None for any other.

    Told at a moment, or for a reason not.
    """

    reference: str | None
    recipient: str
    told_at: datetime | None
    why_not: NotTold | None
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Aftermath:
    reminded: frozenset[Reminder] = frozenset()
    ending: bool = False
    ended: bool = False
    done_at: datetime | None = None
    to_tell: frozenset[str] = frozenset()


Command = Remind | End | NoteEnd | Tell
Event = RequestReminded | RestrictionEnding | RestrictionEnded | RecipientTold
CHANGES = frozenset({Right.RECTIFICATION, Right.ERASURE, Right.RESTRICTION})
"""Of these whoever received data before is told."""


def decide(asked: DataRequested, state: Aftermath, command: Command) -> Sequence[Event]:
    """Of a request that may be reminded of, or that restricts. What was done before changes nothing."""
    match command:
        case Remind(why=why):
            if why in state.reminded:
                return []
            return [
                RequestReminded(
                    request=asked.request,
                    account=asked.account,
                    organisation=asked.organisation,
                    why=why,
                    told=command.told,
                    at=command.at,
                )
            ]
        case End():
            if state.ending:
                return []
            return [
                RestrictionEnding(
                    request=asked.request,
                    account=asked.account,
                    organisation=asked.organisation,
                    reasons=command.reasons,
                    told=command.told,
                    lifts_at=command.lifts_at,
                    decided_by=command.by,
                    at=command.at,
                )
            ]
        case NoteEnd():
            if state.ended:
                return []
            return [
                RestrictionEnded(
                    request=asked.request,
                    account=asked.account,
                    organisation=asked.organisation,
                    entry=command.entry,
                    at=command.at,
                )
            ]
        case Tell():
            return _tell(asked, state, command)


def _tell(asked: DataRequested, state: Aftermath, command: Tell) -> Sequence[Event]:
    if asked.right not in CHANGES or (command.told_at is None) == (command.why_not is None):
        raise Refused("invalid")
    if state.done_at is None:
        raise Refused("not_yet")
    if command.told_at is not None and not state.done_at <= command.told_at <= command.at:
        raise Refused("moment_impossible")
    if command.reference is not None and command.reference not in state.to_tell:
        raise Refused("not_found")
    return [
        RecipientTold(
            request=asked.request,
            account=asked.account,
            organisation=asked.organisation,
            reference=command.reference,
            recipient=command.recipient,
            told_at=command.told_at,
            why_not=command.why_not,
            recorded_by=command.by,
            at=command.at,
        )
    ]


def evolve(state: Aftermath, event: Event | RequestExtended | RequestFulfilled) -> Aftermath:
    match event:
        case RequestFulfilled():
            return replace(state, done_at=event.at, to_tell=frozenset(event.recipients or ()))
        case RecipientTold():
            return replace(state, to_tell=state.to_tell - {event.reference})
        case RequestReminded():
            return replace(state, reminded=state.reminded | {event.why})
        case RestrictionEnding():
            return replace(state, ending=True)
        case RestrictionEnded():
            return replace(state, ended=True)
        case RequestExtended():
            # Another term is reminded of anew.
            return replace(state, reminded=frozenset())
