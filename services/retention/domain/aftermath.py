"""What comes beside the answer: who owes it is reminded once, and a restriction ends with notice (P15, AVG 18(3))."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.contracts.retention import (
    DataRequested,
    Reminder,
    RequestExtended,
    RequestReminded,
    RestrictionEnded,
    RestrictionEnding,
)


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
class Aftermath:
    reminded: frozenset[Reminder] = frozenset()
    ending: bool = False
    ended: bool = False


Command = Remind | End | NoteEnd
Event = RequestReminded | RestrictionEnding | RestrictionEnded


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


def evolve(state: Aftermath, event: Event | RequestExtended) -> Aftermath:
    match event:
        case RequestReminded():
            return replace(state, reminded=state.reminded | {event.why})
        case RestrictionEnding():
            return replace(state, ending=True)
        case RestrictionEnded():
            return replace(state, ended=True)
        case RequestExtended():
            # Another term is reminded of anew.
            return replace(state, reminded=frozenset())
