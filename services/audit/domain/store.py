"""A source whose store is an older copy says so, and that it has come back from the log; the log says each once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.contracts.audit import StoreCameBack, StoreRestored
from services.kernel.decider import Decider

Said = StoreRestored | StoreCameBack


@dataclass(frozen=True, kw_only=True)
class Report:
    """The source's store gave `given` numbers; the log knows `known` of it."""

    source: str
    given: int
    known: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ComeBack:
    """The source took its numbers above `given`, up to `known`, back from the log."""

    source: str
    given: int
    known: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Store:
    """What was said last and not settled since; nothing (0, 0) of a store that is whole. `back`: what settled it."""

    given: int = 0
    known: int = 0
    at: datetime | None = None
    back: tuple[int, int] | None = None


def decide(store: Store, command: Report | ComeBack) -> list[Said]:
    said = (command.given, command.known)
    match command:
        case Report() if command.given < command.known and said != (store.given, store.known):
            return [StoreRestored(source=command.source, given=command.given, known=command.known, at=command.at)]
        case ComeBack() if said != store.back:
            return [StoreCameBack(source=command.source, given=command.given, known=command.known, at=command.at)]
        case _:
            return []


def evolve(_: Store, event: Said) -> Store:
    match event:
        case StoreRestored():
            return Store(given=event.given, known=event.known, at=event.at)
        case StoreCameBack():
            return Store(back=(event.given, event.known))


decider: Decider[Store, Report | ComeBack, Said] = Decider(Store(), decide, evolve)
