"""What org tells of an organisation that leaves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from services.kernel.event import Event


class LeavingChoice(StrEnum):
    """What a controller has done with everything at the end (AVG art. 28(3)(g))."""

    RETURN = "return"
    DELETE = "delete"


class LeavingEnd(StrEnum):
    """Why what was chosen is not done."""

    CHANGED = "changed"
    AGREEMENT = "agreement"


@dataclass(frozen=True, kw_only=True)
class LeavingChosen(Event, kind="leaving"):
    """The controller, whose agreement ends on this day, chose return or deletion; the erasure begins here (P06)."""

    organisation: str
    agreement: str
    ends_on: date
    choice: LeavingChoice
    chosen_by: str
    erasure: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class LeavingCancelled(Event, kind="leaving"):
    """What was chosen is not done: something else was chosen, or both sides signed a new agreement (P01)."""

    organisation: str
    erasure: str
    why: LeavingEnd
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ExportDelivered(Event, kind="leaving"):
    """A Beheerder took everything of the organisation along; the manifest of that hash names each file's (P07)."""

    organisation: str
    erasure: str
    export: str
    delivered_to: str
    manifest_sha256: str
    files: int
    people: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class LeavingOrdered(Event, kind="leaving"):
    """The erasure of all that is the organisation's was ordered, in this entry of the log; nothing is taken back."""

    organisation: str
    erasure: str
    entry: int
    at: datetime
