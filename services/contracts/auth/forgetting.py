"""What auth tells of its own part in forgetting and of its keys (P06, I6, I8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.contracts.facts import Completion, HandOver, Retirement
from services.kernel.event import Event


@dataclass(frozen=True, kw_only=True)
class PeopleErased(Event, kind="erasure"):
    """Of the organisation that left, auth holds nothing readable of these people any more, at most 500 (P06)."""

    erasure: str
    organisation: str
    people: tuple[str, ...]
    keys: int
    rows: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ErasureCompleted(Completion, Event, kind="erasure"):
    """Auth holds nothing readable of this person any more, and looked again to be sure (P06)."""


@dataclass(frozen=True, kw_only=True)
class KeyEpochRetired(Retirement, Event, kind="keyring"):
    """Auth wrapped its living keys anew and destroyed the key they were wrapped with before (I6)."""


@dataclass(frozen=True, kw_only=True)
class SigningKeyHandedOver(HandOver, Event, kind="signing"):
    """Auth signs what comes after this with another key, which agreed to it (I8)."""
