"""A data request is taken in, its asker known, and answered once: done, or refused with remedies (P15)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from services.contracts.retention import (
    Channel,
    DataRequested,
    ErasureExcepted,
    ExtensionGround,
    IdentityCheck,
    IdentityVerified,
    NamesWeighed,
    ObjectionDecided,
    RecipientTold,
    RequestExtended,
    RequestFulfilled,
    RequestRefused,
    RequestReminded,
    RestrictionEnded,
    RestrictionEnding,
    Right,
)
from services.kernel.decider import Decider, Refused
from services.retention.domain import aftermath, naming, objection, outcome
from services.retention.domain.aftermath import End, NoteEnd, Remind, Tell
from services.retention.domain.clock import Deadline
from services.retention.domain.naming import WeighNames
from services.retention.domain.objection import Decide
from services.retention.domain.outcome import Fulfil as Fulfil, Refuse as Refuse


@dataclass(frozen=True, kw_only=True)
class Take:
    """`since` is when the person registered; `gone` says that their erasure has begun. `said` is personal."""

    request: str
    account: str
    organisation: str
    right: Right
    channel: Channel
    said: str | None
    received_at: datetime
    since: datetime
    duplicate_of: str | None
    gone: bool
    deadline: Deadline
    remind_at: datetime
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Verify:
    """`deadline` is the one counted from now: where there was doubt, both are shown."""

    how: IdentityCheck
    deadline: Deadline
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Extend:
    """`deadline` counts from the receipt, as the first one did. `reasons` are personal."""

    ground: ExtensionGround
    reasons: str
    deadline: Deadline
    remind_at: datetime
    by: str
    at: datetime


Command = Take | Verify | Extend | Fulfil | Refuse | Decide | WeighNames | aftermath.Command
Event = (
    DataRequested
    | IdentityVerified
    | RequestExtended
    | RequestFulfilled
    | RequestRefused
    | ObjectionDecided
    | ErasureExcepted
    | NamesWeighed
    | aftermath.Event
)


class Status(StrEnum):
    UNKNOWN = "unknown"
    RECEIVED = "received"
    VERIFIED = "verified"
    FULFILLED = "fulfilled"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class Request:
    status: Status = Status.UNKNOWN
    asked: DataRequested | None = None
    extended: bool = False
    restricts: bool = False
    after: aftermath.Aftermath = field(default_factory=aftermath.Aftermath)


def decide(state: Request, command: Command) -> Sequence[Event]:
    match state, command:
        case Request(asked=None), Take():
            return _take(command)
        case Request(asked=None), _:
            raise Refused("not_found")
        case _, Take():
            return []
        case Request(status=Status.RECEIVED, asked=asked), Verify() if asked:
            return [_verified(asked, command)]
        case Request(status=Status.VERIFIED), Verify():
            return []
        case Request(status=Status.RECEIVED | Status.VERIFIED, asked=asked), Extend() if asked:
            return _extend(state, asked, command)
        case Request(status=Status.RECEIVED), (Fulfil() | Decide() | WeighNames()):
            raise Refused("identity_needed")
        case Request(status=Status.VERIFIED, asked=asked), Fulfil() if asked:
            return outcome.fulfil(asked, command)
        case Request(status=Status.VERIFIED, asked=asked), WeighNames() if asked:
            return naming.weigh(asked, command)
        case Request(status=Status.VERIFIED, asked=asked), Decide() if asked:
            return objection.decide(asked, command)
        case Request(status=Status.RECEIVED | Status.VERIFIED, asked=asked), Refuse() if asked:
            return outcome.refuse(asked, command, known=state.status is Status.VERIFIED)
        case Request(status=Status.RECEIVED | Status.VERIFIED, asked=asked), Remind() if asked:
            return aftermath.decide(asked, state.after, command)
        case _, Remind():
            return []
        case Request(restricts=True, asked=asked), (End() | NoteEnd()) if asked:
            return aftermath.decide(asked, state.after, command)
        case Request(asked=asked), Tell() if asked:
            return aftermath.decide(asked, state.after, command)
        case _, (End() | NoteEnd()):
            raise Refused("not_restricted")
        case _:
            raise Refused("request_closed")


def _take(command: Take) -> Sequence[Event]:
    if not command.since <= command.received_at <= command.at:
        raise Refused("moment_impossible")
    if command.gone:
        raise Refused("too_late")
    asked = DataRequested(
        request=command.request,
        account=command.account,
        organisation=command.organisation,
        right=command.right,
        channel=command.channel,
        said=command.said,
        received_at=command.received_at,
        taken_in_by=command.by,
        duplicate_of=command.duplicate_of,
        rule=command.deadline.rule,
        due_on=command.deadline.on,
        due=command.deadline.at,
        remind_at=command.remind_at,
        at=command.at,
    )
    if command.channel is not Channel.APP:
        return [asked]
    # Who asks in the app has signed in: nobody need ask again who they are.
    known = Verify(how=IdentityCheck.SESSION, deadline=command.deadline, by=command.by, at=command.at)
    return [asked, _verified(asked, known)]


def _verified(asked: DataRequested, command: Verify) -> IdentityVerified:
    return IdentityVerified(
        request=asked.request,
        account=asked.account,
        organisation=asked.organisation,
        how=command.how,
        verified_by=command.by,
        rule=command.deadline.rule,
        due_on=command.deadline.on,
        due=command.deadline.at,
        at=command.at,
    )


def _extend(state: Request, asked: DataRequested, command: Extend) -> Sequence[Event]:
    if state.extended:
        raise Refused("already_extended")
    if command.at >= asked.due:
        raise Refused("term_over")
    return [
        RequestExtended(
            request=asked.request,
            account=asked.account,
            organisation=asked.organisation,
            ground=command.ground,
            reasons=command.reasons,
            extended_by=command.by,
            rule=command.deadline.rule,
            due_on=command.deadline.on,
            due=command.deadline.at,
            remind_at=command.remind_at,
            at=command.at,
        )
    ]


def evolve(state: Request, event: Event) -> Request:
    match event:
        case DataRequested():
            return Request(status=Status.RECEIVED, asked=event)
        case IdentityVerified():
            return replace(state, status=Status.VERIFIED)
        case RequestExtended():
            return replace(state, extended=True, after=aftermath.evolve(state.after, event))
        case RequestFulfilled():
            after = aftermath.evolve(state.after, event)
            return replace(state, status=Status.FULFILLED, restricts=event.restriction is not None, after=after)
        case ObjectionDecided() | ErasureExcepted() | NamesWeighed():
            return state
        case RequestReminded() | RestrictionEnding() | RestrictionEnded() | RecipientTold():
            return replace(state, after=aftermath.evolve(state.after, event))
        case RequestRefused():
            return replace(state, status=Status.REFUSED)


decider: Decider[Request, Command, Event] = Decider(Request(), decide, evolve)
