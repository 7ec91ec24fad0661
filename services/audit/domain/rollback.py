"""Going on from an older copy of the log than was signed last is somebody's decision, and it is said once."""

from __future__ import annotations

from dataclasses import dataclass

from services.contracts.audit import LogRolledBack
from services.kernel.decider import Decider, Refused


@dataclass(frozen=True, kw_only=True)
class Accept:
    """What is to be told; see LogRolledBack."""

    told: LogRolledBack


def decide(accepted: bool, command: Accept) -> list[LogRolledBack]:
    if accepted:
        return []
    if not command.told.case.strip():
        raise Refused("case_needed")
    if not (command.told.ground or "").strip():
        raise Refused("ground_needed")
    return [command.told]


def evolve(_: bool, __: LogRolledBack) -> bool:
    return True


decider: Decider[bool, Accept, LogRolledBack] = Decider(False, decide, evolve)
