"""It is said when a promise turns to be at risk or broken, and when it is well again; that all is well is no news."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from services.contracts.audit import PromiseState, PromiseTurned
from services.kernel.decider import Decider

WELL = frozenset({PromiseState.KEPT, PromiseState.NOT_MEASURED})


@dataclass(frozen=True, kw_only=True)
class Look:
    """How a promise was found to be."""

    promise: str
    state: PromiseState
    why: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Promise:
    """What was said of it last, and when; before the first word it is taken to be well."""

    state: PromiseState = PromiseState.KEPT
    since: datetime | None = None


def decide(promise: Promise, command: Look) -> list[PromiseTurned]:
    if command.state == promise.state or {command.state, promise.state} <= WELL:
        return []
    return [
        PromiseTurned(
            promise=command.promise, before=promise.state, state=command.state, why=command.why, at=command.at
        )
    ]


def evolve(promise: Promise, event: PromiseTurned) -> Promise:
    return replace(promise, state=event.state, since=event.at)


decider: Decider[Promise, Look, PromiseTurned] = Decider(Promise(), decide, evolve)
