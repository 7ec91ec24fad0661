"""What org tells of sub-processors: who they are, and with which organisation's leave they receive anything (P07)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.contracts.privacy import Category, Purpose
from services.kernel.event import Event, personal


class EngagementGround(StrEnum):
    """Why a sub-processor may receive an organisation's data (AVG art. 28(2), 28(4))."""

    AGREED = "agreed"
    ACCEPTED = "accepted"
    WINDOW_OVER = "window_over"


@dataclass(frozen=True, kw_only=True)
class SubProcessorRegistered(Event, kind="sub_processor"):
    """Somebody whom the maker means to engage stands in the register, with what they would receive and where (P07)."""

    sub_processor: str
    name: str
    task: str
    purposes: tuple[Purpose, ...]
    categories: tuple[Category, ...]
    country: str
    transfer: str | None = None
    everywhere: bool
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class SubProcessorAnnounced(Event, kind="engagement"):
    """An organisation was told of a sub-processor, and can object until this moment (AVG 28(2))."""

    engagement: str
    sub_processor: str
    organisation: str
    rule: str
    objections_until: datetime
    at: datetime


@dataclass(frozen=True, kw_only=True)
class SubProcessorObjected(Event, kind="engagement"):
    """An organisation objected, for reasons of its own; its data does not go there (AVG 28(2))."""

    engagement: str
    sub_processor: str
    organisation: str
    reasons: str | None = personal(Category.CORRESPONDENCE, owner="engagement")
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class SubProcessorActivated(Event, kind="engagement"):
    """From here on a sub-processor may receive an organisation's data, on this ground (P07)."""

    engagement: str
    sub_processor: str
    organisation: str
    ground: EngagementGround
    at: datetime


@dataclass(frozen=True, kw_only=True)
class SubProcessorWithdrawn(Event, kind="engagement"):
    """A sub-processor receives nothing of an organisation, or nothing any more (P07)."""

    engagement: str
    sub_processor: str
    organisation: str
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ObjectionTextErased(Event, kind="engagement"):
    """Why an organisation had objected is destroyed, some time after that was settled; that it had stays (P06)."""

    engagement: str
    organisation: str
    rule: str
    due: datetime
    keys: int
    at: datetime
