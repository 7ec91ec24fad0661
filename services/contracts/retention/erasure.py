"""What retention tells of an erasure: when it is due, what it waits for, and that it is done (P06)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.contracts.facts import PERSON
from services.kernel.event import Event, subject


class Brake(StrEnum):
    """Why an erasure that is due waits: for its grace, or for an officer."""

    REMOVED = "removed_by_beheerder"
    MASS = "mass"
    UNCONFIRMED = "unconfirmed"


@dataclass(frozen=True, kw_only=True)
class ErasureScheduled(Event, kind="erasure"):
    """An event in the log asks for this person's erasure, and this rule says when it is due (P06)."""

    erasure: str
    account: str = subject()
    organisation: str
    scope: str = PERSON
    asked_in: int
    asked_event: str
    asked_source: str
    asked_at: datetime
    rule: str
    due: datetime
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ErasureRescheduled(Event, kind="erasure"):
    """What the entry `because` says makes the erasure due at another moment, by this rule (P06)."""

    erasure: str
    account: str = subject()
    organisation: str
    because: int
    rule: str
    due: datetime
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ErasureCancelled(Event, kind="erasure"):
    """What the entry `because` says leaves no ground for the erasure any more: nothing of it is done (P06)."""

    erasure: str
    account: str = subject()
    organisation: str
    because: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ErasureHeld(Event, kind="erasure"):
    """The erasure was due, and these holds suspended it; once none is left it is ordered (P08)."""

    erasure: str
    account: str = subject()
    organisation: str
    holds: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ErasureBraked(Event, kind="erasure"):
    """The erasure waits, however due it is: until that moment, or where there is none for an officer's release."""

    erasure: str
    account: str = subject()
    organisation: str
    why: Brake
    until: datetime | None = None
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ErasureReleased(Event, kind="erasure"):
    """A compliance officer looked at what was braked and let it go on; no brake takes hold of it again."""

    erasure: str
    account: str = subject()
    organisation: str
    released_by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ErasureOrdered(Event, kind="erasure"):
    """The erasure is due, nothing holds it: these services are to erase, but for people excepted by a hold (I7)."""

    erasure: str
    account: str = subject()
    organisation: str
    scope: str = PERSON
    asked_in: int
    services: tuple[str, ...]
    excepted: tuple[str, ...] | None = None
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ErasureConfirmed(Event, kind="erasure"):
    """One service's completion stands in the log as this entry; `number` is its number in that source."""

    erasure: str
    account: str = subject()
    organisation: str
    service: str
    entry: int
    number: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ErasureStalled(Event, kind="erasure"):
    """One service's completion, this entry, says that something was left: nothing is certified on it."""

    erasure: str
    account: str = subject()
    organisation: str
    service: str
    entry: int
    remaining: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ErasureCertified(Event, kind="erasure"):
    """All services have completed, nothing was left: the person is erased here. `entries` are receipts."""

    erasure: str
    account: str = subject()
    organisation: str
    entries: dict[str, int]
    at: datetime


@dataclass(frozen=True, kw_only=True)
class CopiesUnreadable(Event, kind="erasure"):
    """Every service has since retired a key epoch: no earlier copy of the person can be read either (I6)."""

    erasure: str
    account: str = subject()
    organisation: str
    entries: dict[str, int]
    at: datetime


@dataclass(frozen=True, kw_only=True)
class CertificateIssued(Event, kind="certificate"):
    """Retention stated for the outside what was erased, and by which entries; nobody is named in it (P06)."""

    erasure: str
    organisation: str
    scope: str
    rule: str
    asked_at: datetime
    due: datetime
    ordered_at: datetime
    certified_at: datetime
    unreadable_in_copies_at: datetime | None = None
    services: tuple[str, ...]
    order: int | None = None
    completed: dict[str, int]
    retired: dict[str, int]
    remaining: int
    excepted: int
    at: datetime
