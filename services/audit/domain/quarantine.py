"""Whatever was kept out of the log is said in the log, each once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from services.contracts.audit import EntryQuarantined
from services.kernel.decider import Decider


@dataclass(frozen=True, kw_only=True)
class Raise:
    quarantine: int
    source: str | None
    reason: str
    digest: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Quarantined:
    number: int | None = None
    """The id it was said under; None before it was said."""


def decide(quarantined: Quarantined, command: Raise) -> list[EntryQuarantined]:
    if quarantined.number is not None:
        return []
    return [
        EntryQuarantined(
            quarantine=command.quarantine,
            source=command.source,
            reason=command.reason,
            digest=command.digest,
            at=command.at,
        )
    ]


def evolve(quarantined: Quarantined, event: EntryQuarantined) -> Quarantined:
    return replace(quarantined, number=event.quarantine)


decider: Decider[Quarantined, Raise, EntryQuarantined] = Decider(Quarantined(), decide, evolve)
