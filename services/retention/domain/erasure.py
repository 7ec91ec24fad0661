"""A person is certified erased when the log has every service's completion with nothing left; no earlier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from services.contracts.facts import ORGANISATION, PERSON, SESSION
from services.contracts.retention import (
    Brake,
    CopiesUnreadable,
    ErasureBraked,
    ErasureCancelled,
    ErasureCertified,
    ErasureCompleted,
    ErasureConfirmed,
    ErasureHeld,
    ErasureOrdered,
    ErasureReleased,
    ErasureRescheduled,
    ErasureScheduled,
    ErasureStalled,
)
from services.kernel.decider import Decider, Refused
from services.retention.domain.steps import Cancel, Confirm, Order, ProveCopies, Release, Reschedule, Retired, Schedule

__all__ = [
    "Cancel", "Confirm", "Erasure", "Order", "ProveCopies", "Release", "Reschedule", "Retired", "Schedule", "decider",
]  # fmt: skip

SERVICES = ("auth", "org", "audit", "retention")
"""Who has to erase. An order names them, so that a service that comes later holds up no earlier order."""


def services_of(scope: str) -> tuple[str, ...]:
    """Only auth knows a session by its name, or has a category of a person that goes alone."""
    return SERVICES if scope in (PERSON, ORGANISATION) else ("auth",)


Command = Schedule | Reschedule | Cancel | Order | Release | Confirm | ProveCopies
Event = (
    ErasureScheduled
    | ErasureRescheduled
    | ErasureCancelled
    | ErasureHeld
    | ErasureBraked
    | ErasureReleased
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
    CANCELLED = "cancelled"
    ORDERED = "ordered"
    CERTIFIED = "certified"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, kw_only=True)
class Erasure:
    """`asked` is what scheduled it; `confirmed` and `stalled` hold the entry of each service's completion, `numbers`
    its number in that service's own count. `brake` is what it waits for now; `held` says that a hold has met it."""

    status: Status = Status.UNKNOWN
    asked: ErasureScheduled | None = None
    due: datetime | None = None
    brake: ErasureBraked | None = None
    released: bool = False
    held: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    confirmed: Mapping[str, int] = field(default_factory=dict)
    numbers: Mapping[str, int] = field(default_factory=dict)
    stalled: Mapping[str, int] = field(default_factory=dict)


def decide(state: Erasure, command: Command) -> Sequence[Event]:
    match state.status, command:
        case Status.UNKNOWN, Schedule():
            return _schedule(command)
        case _, Schedule():
            return []
        case Status.SCHEDULED, Reschedule():
            return _reschedule(state, _asked(state), command)
        case ((Status.ORDERED | Status.CERTIFIED | Status.UNREADABLE), Reschedule()):
            return []
        case Status.SCHEDULED, Cancel():
            return [_cancelled(_asked(state), command)]
        case Status.CANCELLED, (Reschedule() | Cancel() | Order()):
            return []
        case Status.CANCELLED, Release():
            raise Refused("not_braked")
        case ((Status.ORDERED | Status.CERTIFIED | Status.UNREADABLE), Cancel()):
            raise Refused("too_late")
        case Status.SCHEDULED, Order():
            return _order(state, _asked(state), command)
        case ((Status.SCHEDULED | Status.ORDERED | Status.CERTIFIED | Status.UNREADABLE), Release()):
            return _release(state, _asked(state), command)
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


def _schedule(command: Schedule) -> Sequence[Event]:
    said = {name: value for name, value in vars(command).items() if name != "grace_until"}
    scheduled = ErasureScheduled(**said)
    if command.grace_until is None:
        return [scheduled]
    return [scheduled, _braked(scheduled, Brake.REMOVED, command.grace_until, command.at)]


def _reschedule(state: Erasure, asked: ErasureScheduled, command: Reschedule) -> Sequence[Event]:
    if command.due == state.due:
        return []
    return [
        ErasureRescheduled(
            erasure=asked.erasure,
            account=asked.account,
            organisation=asked.organisation,
            because=command.because,
            rule=command.rule,
            due=command.due,
            at=command.at,
        )
    ]


def _cancelled(asked: ErasureScheduled, command: Cancel) -> ErasureCancelled:
    return ErasureCancelled(
        erasure=asked.erasure,
        account=asked.account,
        organisation=asked.organisation,
        because=command.because,
        at=command.at,
    )


def _order(state: Erasure, asked: ErasureScheduled, command: Order) -> Sequence[Event]:
    """A hold goes before everything; a brake keeps what nobody has looked at; a release ends brakes, never holds."""
    if state.due is None or command.at < state.due:
        raise Refused("not_yet")
    whose = {"erasure": asked.erasure, "account": asked.account, "organisation": asked.organisation}
    if command.holds:
        held = ErasureHeld(**whose, holds=command.holds, at=command.at)
        return [] if state.held == command.holds else [held]
    if state.brake is not None and (state.brake.until is None or command.at < state.brake.until):
        raise Refused("not_yet")
    if not command.known:
        return [_braked(asked, Brake.UNCONFIRMED, None, command.at)]
    if command.crowded and not asked.scope.startswith(SESSION) and not state.released:
        return [_braked(asked, Brake.MASS, None, command.at)]
    ordered = {"scope": asked.scope, "asked_in": asked.asked_in, "services": services_of(asked.scope), "at": command.at}
    return [ErasureOrdered(**whose, **ordered, excepted=command.excepted or None)]  # type: ignore[arg-type]


def _braked(asked: ErasureScheduled, why: Brake, until: datetime | None, at: datetime) -> ErasureBraked:
    return ErasureBraked(
        erasure=asked.erasure, account=asked.account, organisation=asked.organisation, why=why, until=until, at=at
    )


def _release(state: Erasure, asked: ErasureScheduled, command: Release) -> Sequence[Event]:
    if state.status is not Status.SCHEDULED or state.brake is None:
        if state.released:
            return []
        raise Refused("not_braked")
    return [
        ErasureReleased(
            erasure=asked.erasure,
            account=asked.account,
            organisation=asked.organisation,
            released_by=command.by,
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
            return replace(state, status=Status.SCHEDULED, asked=event, due=event.due)
        case ErasureRescheduled():
            return replace(state, due=event.due)
        case ErasureCancelled():
            return replace(state, status=Status.CANCELLED)
        case ErasureHeld():
            return replace(state, held=event.holds)
        case ErasureBraked():
            return replace(state, brake=event)
        case ErasureReleased():
            return replace(state, brake=None, released=True)
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
