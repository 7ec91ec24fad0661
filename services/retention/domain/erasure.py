"""A person is certified erased when the log has every service's completion with nothing left; no earlier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from services.contracts.retention import (
    CopiesUnreadable,
    ErasureCertified,
    ErasureCompleted,
    ErasureConfirmed,
    ErasureOrdered,
    ErasureScheduled,
    ErasureStalled,
)
from services.kernel.decider import Decider, Refused

SERVICES = ("auth", "org", "audit", "retention")
"""Who has to erase. An order names them, so that a service that comes later holds up no earlier order."""


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """The entry `asked_in` of the log asks for this erasure; `rule` makes it due."""

    erasure: str
    account: str
    organisation: str
    asked_in: int
    asked_at: datetime
    rule: str
    due: datetime
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Order:
    """Have `services` erase, if it is due by `at`."""

    services: tuple[str, ...] = SERVICES
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Confirm:
    """The entry `entry` of the log is this service's completion, its event `number`; `remaining` rows were left."""

    service: str
    entry: int
    number: int
    remaining: int
    at: datetime


@dataclass(frozen=True)
class Retired:
    """The entry that says so, and up to which number the service's events had happened before it began."""

    entry: int
    after: int


@dataclass(frozen=True, kw_only=True)
class ProveCopies:
    """`retirements`: by service, its newest retirement of a key epoch."""

    retirements: Mapping[str, Retired]
    at: datetime


Command = Schedule | Order | Confirm | ProveCopies
Event = (
    ErasureScheduled
    | ErasureOrdered
    | ErasureConfirmed
    | ErasureStalled
    | ErasureCertified
    | CopiesUnreadable
    | ErasureCompleted
)


class Status(StrEnum):
    UNKNOWN = "unknown"
    SCHEDULED = "scheduled"
    ORDERED = "ordered"
    CERTIFIED = "certified"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, kw_only=True)
class Erasure:
    """`asked` is what scheduled it; `confirmed` and `stalled` hold the entry of each service's completion, `numbers`
    its number in that service's own count."""

    status: Status = Status.UNKNOWN
    asked: ErasureScheduled | None = None
    services: tuple[str, ...] = ()
    confirmed: Mapping[str, int] = field(default_factory=dict)
    numbers: Mapping[str, int] = field(default_factory=dict)
    stalled: Mapping[str, int] = field(default_factory=dict)


def decide(state: Erasure, command: Command) -> Sequence[Event]:
    match state.status, command:
        case Status.UNKNOWN, Schedule():
            return [ErasureScheduled(**vars(command))]
        case _, Schedule():
            return []
        case Status.SCHEDULED, Order():
            return _order(_asked(state), command)
        case ((Status.ORDERED | Status.CERTIFIED | Status.UNREADABLE), Order()):
            return []
        case Status.ORDERED, Confirm():
            return _confirm(state, _asked(state), command)
        case ((Status.CERTIFIED | Status.UNREADABLE), Confirm()):
            return []
        case Status.CERTIFIED, ProveCopies():
            return _prove(state, _asked(state), command)
        case Status.UNREADABLE, ProveCopies():
            return []
        case Status.UNKNOWN, _:
            raise Refused("not_found")
        case _:
            raise Refused("not_yet")


def _asked(state: Erasure) -> ErasureScheduled:
    assert state.asked is not None, "whatever has a status was scheduled"  # noqa: S101
    return state.asked


def _order(asked: ErasureScheduled, command: Order) -> Sequence[Event]:
    if command.at < asked.due:
        raise Refused("not_yet")
    return [
        ErasureOrdered(
            erasure=asked.erasure,
            account=asked.account,
            organisation=asked.organisation,
            asked_in=asked.asked_in,
            services=command.services,
            at=command.at,
        )
    ]


def _confirm(state: Erasure, asked: ErasureScheduled, command: Confirm) -> Sequence[Event]:
    if command.service not in state.services:
        raise Refused("forbidden")
    if command.service in state.confirmed or state.stalled.get(command.service) == command.entry:
        return []
    whose = {"erasure": asked.erasure, "account": asked.account, "organisation": asked.organisation}
    said = {"service": command.service, "entry": command.entry, "at": command.at}
    if command.remaining:
        return [ErasureStalled(**whose, **said, remaining=command.remaining)]  # type: ignore[arg-type]
    confirmed = ErasureConfirmed(**whose, **said, number=command.number)  # type: ignore[arg-type]
    entries = {**state.confirmed, command.service: command.entry}
    if set(entries) != set(state.services):
        return [confirmed]
    return [confirmed, ErasureCertified(**whose, entries=entries, at=command.at)]


def _prove(state: Erasure, asked: ErasureScheduled, command: ProveCopies) -> Sequence[Event]:
    """A key destroyed before a rotation began was never wrapped anew, so no copy can be opened after it.

    That the retirement stands in the log after the completion is not enough: the rotation may have begun before.
    """
    found = {service: command.retirements.get(service) for service in state.confirmed}
    later = {s: retired.entry for s, retired in found.items() if retired and retired.after >= state.numbers[s]}
    if set(later) != set(state.confirmed):
        raise Refused("not_yet")
    return [
        CopiesUnreadable(
            erasure=asked.erasure,
            account=asked.account,
            organisation=asked.organisation,
            entries=later,
            at=command.at,
        )
    ]


def evolve(state: Erasure, event: Event) -> Erasure:
    match event:
        case ErasureScheduled():
            return replace(state, status=Status.SCHEDULED, asked=event)
        case ErasureOrdered():
            return replace(state, status=Status.ORDERED, services=event.services)
        case ErasureConfirmed():
            return replace(
                state,
                confirmed={**state.confirmed, event.service: event.entry},
                numbers={**state.numbers, event.service: event.number},
            )
        case ErasureStalled():
            return replace(state, stalled={**state.stalled, event.service: event.entry})
        case ErasureCertified():
            return replace(state, status=Status.CERTIFIED)
        case CopiesUnreadable():
            return replace(state, status=Status.UNREADABLE)
        case ErasureCompleted():
            # Retention's own part stands in the same stream; like any other it counts once the log says so.
            return state


decider: Decider[Erasure, Command, Event] = Decider(Erasure(), decide, evolve)
