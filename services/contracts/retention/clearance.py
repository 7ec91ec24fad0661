"""What retention tells of what another service lets go by a term of its own: that no hold was on it (P06, P08)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.contracts.privacy import Category
from services.kernel.event import Event


@dataclass(frozen=True, kw_only=True)
class ErasureCleared(Event, kind="clearance"):
    """No hold kept what `service` has under `owner`, of at most 500 `people`: it goes; a hold comes too late (P08)."""

    clearance: str
    organisation: str
    service: str
    owner: str
    category: Category
    people: tuple[str, ...]
    rule: str
    due: datetime
    at: datetime
