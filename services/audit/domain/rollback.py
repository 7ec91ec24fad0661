"""Going on from an older copy of the log than was signed last is decided by somebody, once; the ground has a term."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from services.contracts.audit import LogRolledBack, RollbackGroundErased
from services.kernel.decider import Decider, Refused

Told = LogRolledBack | RollbackGroundErased


@dataclass(frozen=True, kw_only=True)
class Accept:
    """What is to be told; see LogRolledBack."""

    told: LogRolledBack


@dataclass(frozen=True, kw_only=True)
class EraseGround:
    """The keys of the ground are destroyed, so many of them; `due` was the moment, by this rule."""

    rule: str
    due: datetime
    keys: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Rollback:
    """`accepted` is its id."""

    accepted: str | None = None
    ground_erased: bool = False


def decide(rollback: Rollback, command: Accept | EraseGround) -> list[Told]:
    match rollback.accepted, command:
        case None, Accept():
            if not command.told.case.strip():
                raise Refused("case_needed")
            if not (command.told.ground or "").strip():
                raise Refused("ground_needed")
            return [command.told]
        case str() as accepted, EraseGround() if command.due <= command.at and not rollback.ground_erased:
            erased = RollbackGroundErased(
                rollback=accepted, rule=command.rule, due=command.due, keys=command.keys, at=command.at
            )
            return [erased]
        case _, EraseGround() if not rollback.ground_erased:
            raise Refused("not_yet")
        case _:
            return []


def evolve(rollback: Rollback, event: Told) -> Rollback:
    match event:
        case LogRolledBack():
            return Rollback(accepted=event.rollback)
        case RollbackGroundErased():
            return replace(rollback, ground_erased=True)


decider: Decider[Rollback, Accept | EraseGround, Told] = Decider(Rollback(), decide, evolve)
