"""What audit tells: whose signatures the log takes, and what it erased itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.contracts.facts import Completion, HandOver, Retirement
from services.contracts.privacy import Category, Role
from services.kernel.event import Event, personal, subject


class Channel(StrEnum):
    """How something was told: a complaint to us, an incident to a controller."""

    APP = "app"
    EMAIL = "email"
    TELEPHONE = "telephone"
    LETTER = "letter"
    IN_PERSON = "in_person"


class IncidentOutcome(StrEnum):
    """What became of an incident (AVG art. 33): whether the supervisor was told, or why there was nothing to tell."""

    NO_BREACH = "no_breach"
    NOT_REPORTED = "not_reported"
    REPORTED = "reported"


class ComplaintOutcome(StrEnum):
    """What a complaint came to (P16)."""

    UPHELD = "upheld"
    PARTLY_UPHELD = "partly_upheld"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, kw_only=True)
class KeyRegistered(Event, kind="key"):
    """From here on the log takes events of this source that are signed with this key (I8)."""

    source: str
    vkey: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ErasureCompleted(Completion, Event, kind="erasure"):
    """Audit holds nothing readable of this person any more, and looked again to be sure (P06)."""


@dataclass(frozen=True, kw_only=True)
class KeyEpochRetired(Retirement, Event, kind="keyring"):
    """Audit wrapped its living keys anew and destroyed the key they were wrapped with before (I6)."""


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


@dataclass(frozen=True, kw_only=True)
class IncidentRegistered(Event, kind="incident"):
    """Something happened to people's data, or may have: the clock of 72 hours runs from `known_at` (P19, AVG 33)."""

    incident: str
    organisation: str
    facts: str | None = personal(Category.CORRESPONDENCE, owner="incident")
    consequences: str | None = personal(Category.CORRESPONDENCE, owner="incident")
    measures: str | None = personal(Category.CORRESPONDENCE, owner="incident")
    contact: str | None = personal(Category.CORRESPONDENCE, owner="incident")
    known_at: datetime
    since: datetime
    until: datetime | None = None
    suspect: str | None = None
    session: str | None = None
    categories: tuple[Category, ...] = ()
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class IncidentSupplemented(Event, kind="incident"):
    """More became known of an incident, or was done about it; `window_from` and `_to` replace those of before."""

    incident: str
    organisation: str
    phase: int
    facts: str | None = personal(Category.CORRESPONDENCE, owner="incident")
    consequences: str | None = personal(Category.CORRESPONDENCE, owner="incident")
    measures: str | None = personal(Category.CORRESPONDENCE, owner="incident")
    window_from: datetime | None = None
    window_to: datetime | None = None
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class BreachScoped(Event, kind="incident"):
    """The log says whose data of this organisation an incident touched: so many people, in so many records (P19)."""

    incident: str
    organisation: str
    phase: int
    people: int
    records: int
    people_by_category: dict[Category, int]
    records_by_category: dict[Category, int]
    exact: bool
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ScopeComputed(Event, kind="incident"):
    """The scope of an incident is complete, from the log's entries `first` to `last`, of which `entries` fitted."""

    incident: str
    organisation: str
    phase: int
    first: int
    last: int
    entries: int
    organisations: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ControllerInformed(Event, kind="incident"):
    """A controller was told of an incident in its data, by the notification of that hash (P19, AVG 33(2))."""

    incident: str
    organisation: str
    phase: int
    channel: Channel
    informed_at: datetime
    rule: str
    due: datetime
    document_sha256: str
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class IncidentClosed(Event, kind="incident"):
    """An incident is done with: reported to the supervisor or not, and why (P19, AVG 33(5))."""

    incident: str
    organisation: str
    outcome: IncidentOutcome
    why: str | None = personal(Category.CORRESPONDENCE, owner="incident")
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class IncidentTextErased(Event, kind="incident"):
    """The term of what was written about an incident is over: its key is destroyed, the numbers stay (P06)."""

    incident: str
    organisation: str
    rule: str
    due: datetime
    keys: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ComplaintRegistered(Event, kind="complaint"):
    """Somebody complained; who is no account (not `known`) has a pseudonym from this word on (P16)."""

    complaint: str
    complainant: str = subject()
    organisation: str
    known: bool
    channel: Channel
    text: str | None = personal(Category.CORRESPONDENCE, owner="complaint")
    contact: str | None = personal(Category.CORRESPONDENCE, owner="complaint")
    received_at: datetime
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ComplaintViewed(Event, kind="complaint"):
    """Somebody other than the complainant read what a complaint says (I10)."""

    complaint: str
    complainant: str = subject()
    organisation: str
    viewed_by: str
    viewer_role: Role
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ComplaintAnswered(Event, kind="complaint"):
    """A complaint has its answer, which names the right to complain to the supervisor in the words `remedy` (P16)."""

    complaint: str
    complainant: str = subject()
    organisation: str
    outcome: ComplaintOutcome
    answer: str | None = personal(Category.CORRESPONDENCE, owner="complaint")
    remedy: int
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ComplaintTextErased(Event, kind="complaint"):
    """What a complaint and its answer say is destroyed, by its own term or with its complainant; the register stays."""

    complaint: str
    organisation: str
    rule: str
    due: datetime
    keys: int
    at: datetime
