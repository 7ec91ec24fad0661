"""What audit tells of a disclosure once it is decided: assembled, handed over, told to the person, closed (P08)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.contracts.audit.channel import Channel
from services.contracts.privacy import Category
from services.contracts.retention.effect import NotTold
from services.kernel.event import Event, personal


@dataclass(frozen=True, kw_only=True)
class DisclosureAssembled(Event, kind="disclosure"):
    """The approved scope was gathered into a package, sealed to its key; `sealed_sha256` is of that."""

    disclosure: str
    organisation: str
    scope_version: int
    digest: str
    people: int
    size: int
    sealed_sha256: str
    manifest_sha256: str | None = personal(Category.CORRESPONDENCE, owner="disclosure")
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class DisclosureHandedOver(Event, kind="disclosure"):
    """The sealed package went to the authority, and somebody there signed for it (P07, P08)."""

    disclosure: str
    organisation: str
    sealed_sha256: str
    channel: Channel
    handed_over_at: datetime
    receiver: str | None = personal(Category.CORRESPONDENCE, owner="disclosure")
    receipt: str | None = personal(Category.CORRESPONDENCE, owner="disclosure")
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class SubjectNotified(Event, kind="disclosure"):
    """The people whose data went to the authority were told so (P08)."""

    disclosure: str
    organisation: str
    people: int
    channel: Channel
    notified_at: datetime
    words: str | None = personal(Category.CORRESPONDENCE, owner="disclosure")
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class NotificationDeferred(Event, kind="disclosure"):
    """The people are not told yet, on a ground that is looked at again on the day `review_at` (P08)."""

    disclosure: str
    organisation: str
    ground: str | None = personal(Category.CORRESPONDENCE, owner="disclosure")
    review_at: datetime
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class DisclosedDataChanged(Event, kind="disclosure"):
    """So many `changes` in what was handed over stand in the log, the last as entry `through`: its receiver is told."""

    disclosure: str
    organisation: str
    through: int
    changes: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class RecipientInformed(Event, kind="disclosure"):
    """Whoever received the data was told of its `changes` up to the entry `through`, or why they were not (AVG 19)."""

    disclosure: str
    organisation: str
    through: int
    changes: int
    channel: Channel | None = None
    told_at: datetime | None = None
    why_not: NotTold | None = None
    words: str | None = personal(Category.CORRESPONDENCE, owner="disclosure")
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class DisclosureClosed(Event, kind="disclosure"):
    """The file is done with; the term of what is written in it begins (P08)."""

    disclosure: str
    organisation: str
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class DisclosureTextErased(Event, kind="disclosure"):
    """The term of what was written and kept in a disclosure is over: its key is destroyed, the numbers stay (P06)."""

    disclosure: str
    organisation: str
    rule: str
    due: datetime
    keys: int
    at: datetime
