"""A person's data is kept and not used, until they were told that this ends and that moment has come (AVG 18)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.contracts.auth import LiftAnnounced, ProcessingRestricted, RestrictionLifted
from services.kernel.decider import Refused

Restrictions = Mapping[str, datetime | None]
"""By the data request that asked for it, when it ends, once that was announced."""


@dataclass(frozen=True, kw_only=True)
class Restrict:
    request: str
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class AnnounceLift:
    """The person gets their notice with this."""

    request: str
    by: str
    lifts_at: datetime
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Lift:
    request: str
    at: datetime


Command = Restrict | AnnounceLift | Lift
Event = ProcessingRestricted | LiftAnnounced | RestrictionLifted


def decide(account: str, organisation: str, state: Restrictions, command: Command) -> Sequence[Event]:
    """For an open account. Raises Refused: `not_restricted`, or `not_yet` before the announced moment."""
    whose: dict[str, Any] = {
        "account": account,
        "organisation": organisation,
        "request": command.request,
        "at": command.at,
    }
    match command:
        case Lift() if command.request not in state:
            return []
        case Restrict(request=request):
            return [] if request in state else [ProcessingRestricted(**whose, decided_by=command.by)]
        case _ if command.request not in state:
            raise Refused("not_restricted")
        case AnnounceLift(request=request):
            if state[request] is not None:
                return []
            return [LiftAnnounced(**whose, decided_by=command.by, lifts_at=command.lifts_at)]
        case Lift(request=request):
            lifts_at = state[request]
            if lifts_at is None or command.at < lifts_at:
                raise Refused("not_yet")
            return [RestrictionLifted(**whose)]


def evolve(state: Restrictions, event: Event) -> Restrictions:
    match event:
        case ProcessingRestricted():
            return {**state, event.request: None}
        case LiftAnnounced():
            return {**state, event.request: event.lifts_at}
        case RestrictionLifted():
            return {request: at for request, at in state.items() if request != event.request}
