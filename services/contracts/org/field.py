"""What org tells of the fields that an organisation adds for its own people (P05)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.contracts.privacy import Purpose
from services.kernel.event import Event


class FieldKind(StrEnum):
    """What a value of a custom field is; every value is kept as text."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    CHOICE = "choice"


@dataclass(frozen=True, kw_only=True)
class CustomFieldProposed(Event, kind="field"):
    """A Beheerder set up a field for the organisation's people; it takes no value before it is activated (P05)."""

    field: str
    organisation: str
    label_nl: str
    label_en: str
    description_nl: str
    description_en: str
    field_kind: FieldKind
    choices: tuple[str, ...]
    serves: Purpose
    at: datetime


@dataclass(frozen=True, kw_only=True)
class CustomFieldActivated(Event, kind="field"):
    """A supplement that names the field was published for its organisation, so the field takes values (P05)."""

    field: str
    organisation: str
    supplement: str
    supplement_version: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class CustomFieldRetired(Event, kind="field"):
    """The organisation needs the field no longer: it takes no value, and those that there are go (P05, P06)."""

    field: str
    organisation: str
    at: datetime
