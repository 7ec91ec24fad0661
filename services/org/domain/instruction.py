"""An instruction is carried out, parked where it seems unlawful, or taken back; what it says goes after a term."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from services.contracts.org import (
    InstructionCarriedOut,
    InstructionParked,
    InstructionRegistered,
    InstructionTextErased,
    InstructionWithdrawn,
)
from services.kernel.decider import Decider, Refused
from services.org.domain.words import EraseText


@dataclass(frozen=True, kw_only=True)
class Register:
    """What is to be told; see InstructionRegistered."""

    told: InstructionRegistered


@dataclass(frozen=True, kw_only=True)
class Park:
    """`reasons` are personal, and the controller reads them."""

    reasons: str
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class CarryOut:
    """`done` is personal: what was done."""

    done: str
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Withdraw:
    by: str
    at: datetime


Command = Register | Park | CarryOut | Withdraw | EraseText
Event = InstructionRegistered | InstructionParked | InstructionCarriedOut | InstructionWithdrawn | InstructionTextErased


class Status(StrEnum):
    UNKNOWN = "unknown"
    OPEN = "open"
    PARKED = "parked"
    DONE = "done"
    WITHDRAWN = "withdrawn"


CLOSED = (Status.DONE, Status.WITHDRAWN)


@dataclass(frozen=True, kw_only=True)
class Instruction:
    status: Status = Status.UNKNOWN
    id: str = ""
    organisation: str = ""
    text_erased: bool = False


def decide(state: Instruction, command: Command) -> Sequence[Event]:
    whose = {"instruction": state.id, "organisation": state.organisation}
    match state.status, command:
        case Status.UNKNOWN, Register() as c:
            if c.told.given_at > c.told.at:
                raise Refused("moment_impossible")
            return [c.told]
        case Status.UNKNOWN, _:
            raise Refused("not_found")
        case _, Register():
            return []
        case _, EraseText() as c:
            erased = InstructionTextErased(**whose, rule=c.rule, due=c.due, keys=c.keys, at=c.at)
            return [] if state.text_erased else [erased]
        case Status.WITHDRAWN, Withdraw():
            return []
        case ((Status.DONE | Status.WITHDRAWN), _):
            raise Refused("instruction_closed")
        case Status.PARKED, Park():
            return []
        case _, Park() as c:
            return [InstructionParked(**whose, reasons=c.reasons, by=c.by, at=c.at)]
        case _, CarryOut() as c:
            return [InstructionCarriedOut(**whose, done=c.done, by=c.by, at=c.at)]
        case _, Withdraw() as c:
            return [InstructionWithdrawn(**whose, by=c.by, at=c.at)]
    raise AssertionError("every command has its line above")


def evolve(state: Instruction, event: Event) -> Instruction:
    match event:
        case InstructionRegistered():
            return Instruction(status=Status.OPEN, id=event.instruction, organisation=event.organisation)
        case InstructionParked():
            return replace(state, status=Status.PARKED)
        case InstructionCarriedOut():
            return replace(state, status=Status.DONE)
        case InstructionWithdrawn():
            return replace(state, status=Status.WITHDRAWN)
        case InstructionTextErased():
            return replace(state, text_erased=True)


decider: Decider[Instruction, Command, Event] = Decider(Instruction(), decide, evolve)
