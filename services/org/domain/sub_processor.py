"""Who would receive what, for which purpose and where, is entered into the register once (P07)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.contracts.org import SubProcessorRegistered
from services.kernel.decider import Decider


@dataclass(frozen=True, kw_only=True)
class Register:
    """What is to be told; see SubProcessorRegistered."""

    told: SubProcessorRegistered


def decide(known: bool, command: Register) -> Sequence[SubProcessorRegistered]:
    return [] if known else [command.told]


def evolve(_: bool, __: SubProcessorRegistered) -> bool:
    return True


decider: Decider[bool, Register, SubProcessorRegistered] = Decider(False, decide, evolve)
