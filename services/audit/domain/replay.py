"""A replay is begun once, for a case and on a ground, and looked at by whoever began it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.contracts.audit import ReplayExported, ReplayStarted
from services.kernel.decider import Decider, Refused

Told = ReplayStarted | ReplayExported


@dataclass(frozen=True, kw_only=True)
class Start:
    """What is to be told; see ReplayStarted."""

    told: ReplayStarted


@dataclass(frozen=True, kw_only=True)
class Export:
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Replay:
    """`started` is without its ground, which is sealed."""

    started: ReplayStarted | None = None
    exports: int = 0


def decide(replay: Replay, command: Start | Export) -> list[Told]:
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
        case _:
            raise Refused("not_found")


def evolve(replay: Replay, event: Told) -> Replay:
    match event:
        case ReplayStarted():
            return Replay(started=event)
        case ReplayExported():
            return Replay(started=replay.started, exports=replay.exports + 1)


decider: Decider[Replay, Start | Export, Told] = Decider(Replay(), decide, evolve)
