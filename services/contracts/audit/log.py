"""What audit tells of the log itself: whose signatures it takes, and what went wrong with it or was let go of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.contracts.facts import HandOver
from services.contracts.privacy import Category
from services.kernel.event import Event, personal


@dataclass(frozen=True, kw_only=True)
class KeyRegistered(Event, kind="key"):
    """From here on the log takes events of this source that are signed with this key (I8)."""

    source: str
    vkey: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class SigningKeyHandedOver(HandOver, Event, kind="signing"):
    """Audit signs what comes after this with another key, which agreed to it (I8)."""


@dataclass(frozen=True, kw_only=True)
class GapDetected(Event, kind="gap"):
    """The log waits for a number of this source for longer than it may, and lets in nothing of it meanwhile (I3)."""

    source: str
    missing_from: int
    waiting: int
    since: datetime
    at: datetime


@dataclass(frozen=True, kw_only=True)
class GapHealed(Event, kind="gap"):
    """The number that the log waited for has come, and with it whatever waited behind it (I3)."""

    source: str
    missing_from: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class StoreRestored(Event, kind="store"):
    """A source gave fewer numbers than the log knows of it: an older copy was restored, and it writes nothing (I4)."""

    source: str
    given: int
    known: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class StoreCameBack(Event, kind="store"):
    """A source took back from the log what its store lacked; whatever it had committed beyond that is lost (I1)."""

    source: str
    given: int
    known: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class EntryQuarantined(Event, kind="quarantine"):
    """A message came to the log that can never be an entry of it, and was set aside (I8)."""

    quarantine: int
    source: str | None
    reason: str
    digest: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class LogRolledBack(Event, kind="rollback"):
    """Somebody decided, for a case, on a ground, to go on from an older copy of the log than was signed last (I4)."""

    rollback: str
    organisation: str
    case: str
    ground: str | None = personal(Category.CORRESPONDENCE, owner="rollback")
    signed: int
    kept: int
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class RollbackGroundErased(Event, kind="rollback"):
    """The term of the ground on which a rollback was accepted is over: its key is destroyed (P06)."""

    rollback: str
    rule: str
    due: datetime
    keys: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class LogPruned(Event, kind="pruning"):
    """The term of the log's entries below `minimum`, `numbers` of each source, is over: their bytes go (P06)."""

    minimum: int
    numbers: dict[str, int]
    rule: str
    recorded: datetime
    at: datetime
