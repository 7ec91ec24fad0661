"""What another service keeps goes once its term is over and no hold is on it; once let go it stays so (P06, P08)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.contracts.privacy import Category
from services.contracts.retention import ErasureCleared
from services.kernel.decider import Decider, Refused


@dataclass(frozen=True, kw_only=True)
class Clear:
    """A service asks whether this may go. `everybody` and `held`: whom a hold keeps, read under the lock of holds."""

    clearance: str
    organisation: str
    service: str
    owner: str
    category: Category
    people: tuple[str, ...]
    rule: str
    due: datetime
    everybody: bool
    held: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Clearance:
    """Of whom it was let go; `begun` also where it is of nobody with an account."""

    begun: bool = False
    people: frozenset[str] = frozenset()


def decide(state: Clearance, command: Clear) -> Sequence[ErasureCleared]:
    if command.due > command.at:
        raise Refused("not_yet")
    if command.everybody:
        return []
    free = tuple(one for one in command.people if one not in state.people and one not in command.held)
    if not free and (command.people or state.begun):
        return []
    return [
        ErasureCleared(
            clearance=command.clearance,
            organisation=command.organisation,
            service=command.service,
            owner=command.owner,
            category=command.category,
            people=free,
            rule=command.rule,
            due=command.due,
            at=command.at,
        )
    ]


def evolve(state: Clearance, event: ErasureCleared) -> Clearance:
    return Clearance(begun=True, people=state.people | set(event.people))


decider: Decider[Clearance, Clear, ErasureCleared] = Decider(Clearance(), decide, evolve)
