"""What org tells of what it erased, and of its keys."""

from __future__ import annotations

from dataclasses import dataclass

from services.contracts.facts import Completion, HandOver, Retirement
from services.kernel.event import Event


@dataclass(frozen=True, kw_only=True)
class ErasureCompleted(Completion, Event, kind="erasure"):
    """Org holds nothing readable of this person any more, and looked again to be sure (P06)."""


@dataclass(frozen=True, kw_only=True)
class KeyEpochRetired(Retirement, Event, kind="keyring"):
    """Org wrapped its living keys anew and destroyed the key they were wrapped with before (I6)."""


@dataclass(frozen=True, kw_only=True)
class SigningKeyHandedOver(HandOver, Event, kind="signing"):
    """Org signs what comes after this with another key, which agreed to it (I8)."""
