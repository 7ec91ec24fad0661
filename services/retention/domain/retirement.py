"""That a service retired a key epoch is noted once for each entry that says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.contracts.retention import RetirementNoted
from services.kernel.decider import Decider


@dataclass(frozen=True, kw_only=True)
class Note:
    retirement: str
    service: str
    entry: int
    after: int
    at: datetime


def decide(noted: bool, command: Note) -> Sequence[RetirementNoted]:
    return [] if noted else [RetirementNoted(**vars(command))]


def evolve(_: bool, __: RetirementNoted) -> bool:
    return True


decider: Decider[bool, Note, RetirementNoted] = Decider(False, decide, evolve)
