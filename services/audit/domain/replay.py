"""A replay is begun once, for a case and on a ground, and looked at by whoever began it; the ground has its term."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from services.contracts.audit import ReplayExported, ReplayGroundErased, ReplayStarted
from services.kernel.decider import Decider, Refused

Told = ReplayStarted | ReplayExported | ReplayGroundErased


@dataclass(frozen=True, kw_only=True)
class Start:
    """What is to be told; see ReplayStarted."""

    told: ReplayStarted


@dataclass(frozen=True, kw_only=True)
class Export:
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class EraseGround:
    """The keys of the ground are destroyed, so many of them; `due` was the moment, by this rule."""

    rule: str
    due: datetime
    keys: int
    at: datetime


Command = Start | Export | EraseGround


@dataclass(frozen=True, kw_only=True)
class Replay:
    """`started` is without its ground, which is sealed."""

    started: ReplayStarted | None = None
    ground_erased: bool = False


def decide(replay: Replay, command: Command) -> list[Told]:
    match replay.started, command:
        case None, Start():
            if not command.told.case.strip():
                raise Refused("case_needed")
            if not (command.told.ground or "").strip():
                raise Refused("ground_needed")
            return [command.told]
        case ReplayStarted(), Start():
            return []
        case ReplayStarted() as started, Export() if started.by == command.by:
            return [ReplayExported(replay=started.replay, case=started.case, by=command.by, at=command.at)]
        case ReplayStarted(), EraseGround() if replay.ground_erased:
            return []
        case ReplayStarted() as started, EraseGround() if command.due <= command.at:
            erased = ReplayGroundErased(
                replay=started.replay, rule=command.rule, due=command.due, keys=command.keys, at=command.at
            )
            return [erased]
        case _, EraseGround():
            raise Refused("not_yet")
        case _:
            raise Refused("not_found")


def evolve(replay: Replay, event: Told) -> Replay:
    match event:
        case ReplayStarted():
            return Replay(started=event)
        case ReplayExported():
            return replay
        case ReplayGroundErased():
            return replace(replay, ground_erased=True)


decider: Decider[Replay, Command, Told] = Decider(Replay(), decide, evolve)
