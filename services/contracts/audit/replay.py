"""What audit tells of whoever looked back through the log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.contracts.privacy import Category
from services.kernel.event import Event, personal


@dataclass(frozen=True, kw_only=True)
class ReplayStarted(Event, kind="replay"):
    """Somebody began to look, for a case and on a ground, through what the log says up to the entry `last`."""

    replay: str
    organisation: str
    case: str
    ground: str | None = personal(Category.CORRESPONDENCE, owner="replay")
    since: datetime | None = None
    until: datetime | None = None
    person: str | None = None
    of_organisation: str | None = None
    correlation: str | None = None
    types: tuple[str, ...] = ()
    size: int
    last: int
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ReplayExported(Event, kind="replay"):
    """The entries that a replay selects left as a file, sealed as they are."""

    replay: str
    case: str
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ReplayGroundErased(Event, kind="replay"):
    """The term of a replay's ground is over: its key is destroyed, and nobody reads why it was done any more (P06)."""

    replay: str
    rule: str
    due: datetime
    keys: int
    at: datetime
