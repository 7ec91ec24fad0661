"""What auth tells of who went through the access that people have (P09)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.contracts.privacy import Role
from services.kernel.event import Event


class AccessDecision(StrEnum):
    """What a review finds of one account: its access stays, is to be another, or is to end."""

    KEPT = "kept"
    CHANGED = "changed"
    REMOVED = "removed"


@dataclass(frozen=True, kw_only=True)
class AccessReviewed(Event, kind="review"):
    """Somebody went through every open account of an organisation and decided on its access; nobody is named (P09)."""

    review: str
    organisation: str
    accounts: int
    by_role: dict[Role, int]
    without_session: int
    kept: int
    changed: int
    removed: int
    by: str
    at: datetime
