"""What audit tells of what it erased itself."""

from __future__ import annotations

from dataclasses import dataclass

from services.contracts.facts import Completion, Retirement
from services.kernel.event import Event


@dataclass(frozen=True, kw_only=True)
class ErasureCompleted(Completion, Event, kind="erasure"):
    """Audit holds nothing readable of this person any more, and looked again to be sure (P06)."""


@dataclass(frozen=True, kw_only=True)
class KeyEpochRetired(Retirement, Event, kind="keyring"):
    """Audit wrapped its living keys anew and destroyed the key they were wrapped with before (I6)."""
