"""What org tells of a controller's instructions, and what was done about them (AVG 28(3)(a), 29)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.contracts.privacy import Category
from services.kernel.event import Event, personal


class InstructionChannel(StrEnum):
    """Through which an instruction came."""

    BEHEEROMGEVING = "beheeromgeving"
    EMAIL = "email"
    TELEPHONE = "telephone"
    LETTER = "letter"
    IN_PERSON = "in_person"


@dataclass(frozen=True, kw_only=True)
class InstructionRegistered(Event, kind="instruction"):
    """A controller instructed the maker: who, when, through which channel (AVG 28(3)(a))."""

    instruction: str
    organisation: str
    channel: InstructionChannel
    given_at: datetime
    said: str | None = personal(Category.CORRESPONDENCE, owner="instruction")
    giver: str | None = personal(Category.CORRESPONDENCE, owner="instruction")
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class InstructionParked(Event, kind="instruction"):
    """The maker thought an instruction unlawful, told the controller why, and did not carry it out (AVG 28(3))."""

    instruction: str
    organisation: str
    reasons: str | None = personal(Category.CORRESPONDENCE, owner="instruction")
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class InstructionCarriedOut(Event, kind="instruction"):
    """What a controller had instructed was done, and in which way (AVG 29)."""

    instruction: str
    organisation: str
    done: str | None = personal(Category.CORRESPONDENCE, owner="instruction")
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class InstructionWithdrawn(Event, kind="instruction"):
    """The controller took an instruction back before it was carried out."""

    instruction: str
    organisation: str
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class InstructionTextErased(Event, kind="instruction"):
    """What an instruction said is destroyed, some time after it was closed; that there was one stays (P06)."""

    instruction: str
    organisation: str
    rule: str
    due: datetime
    keys: int
    at: datetime
