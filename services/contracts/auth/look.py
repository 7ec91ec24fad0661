"""What auth tells of looks at people by others, and of those that were refused (P01, P09)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.contracts.facts import Refusal
from services.contracts.privacy import Role
from services.kernel.event import Event


@dataclass(frozen=True, kw_only=True)
class DataViewed(Event, kind="look"):
    """Somebody other than the person looked at personal data of these people, at most 100 of them (P09, I10)."""

    look: str
    organisation: str
    people: tuple[str, ...]
    viewed_by: str
    viewer_role: Role
    viewer_organisation: str
    case: str | None = None
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ProcessingRefused(Refusal, Event, kind="refusal"):
    """Touching personal data was refused, since the terms in force do not allow it (P01, P03)."""
