"""What org tells of the values that it planted to look for them (P18)."""

from __future__ import annotations

from dataclasses import dataclass

from services.contracts.canary import Destruction, Planting
from services.kernel.event import Event


@dataclass(frozen=True, kw_only=True)
class CanaryPlanted(Planting, Event, kind="planting"):
    """Org sealed values that are nobody's, to look for them wherever none may be read (P18)."""


@dataclass(frozen=True, kw_only=True)
class CanaryDestroyed(Destruction, Event, kind="planting"):
    """Org destroyed the keys of values that it had planted, and had looked for them once more (P18)."""
