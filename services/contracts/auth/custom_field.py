"""What auth tells of the values of the fields that organisations add (P05)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.contracts.privacy import Category
from services.kernel.event import Event, personal, subject


@dataclass(frozen=True, kw_only=True)
class CustomFieldSet(Event, kind="custom_value"):
    """Somebody's own field was filled in or emptied, by themselves or on their `request` (P05)."""

    custom_value: str
    field: str
    account: str = subject()
    organisation: str
    value: str | None = personal(Category.CUSTOM_FIELD, owner="custom_value")
    request: str | None = None
    decided_by: str | None = None
    at: datetime


@dataclass(frozen=True, kw_only=True)
class CustomFieldErased(Event, kind="field"):
    """Of a field that was retired auth holds no value of these people any more, at most 500 (P05, P06)."""

    field: str
    organisation: str
    people: tuple[str, ...]
    at: datetime
