"""A source whose store is an older copy says so, and the log says it once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from services.contracts.audit import StoreRestored
from services.kernel.decider import Decider


@dataclass(frozen=True, kw_only=True)
class Report:
    """The source's store gave `given` numbers; the log knows `known` of it."""

    source: str
    given: int
    known: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Store:
    """What was said last; nothing (0, 0) of a store that was never set back."""

    given: int = 0
    known: int = 0
    at: datetime | None = None


def decide(store: Store, command: Report) -> list[StoreRestored]:
    if command.given >= command.known or (store.given, store.known) == (command.given, command.known):
        return []
    return [StoreRestored(source=command.source, given=command.given, known=command.known, at=command.at)]


def evolve(store: Store, event: StoreRestored) -> Store:
    return replace(store, given=event.given, known=event.known, at=event.at)


decider: Decider[Store, Report, StoreRestored] = Decider(Store(), decide, evolve)
