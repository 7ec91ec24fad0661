"""What audit tells of an incident: what happened to whose data, and who was told (P19)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.contracts.audit.channel import Channel
from services.contracts.privacy import Category
from services.kernel.event import Event, personal


class IncidentOutcome(StrEnum):
    """What became of an incident (AVG art. 33): whether the supervisor was told, or why there was nothing to tell."""

    NO_BREACH = "no_breach"
    NOT_REPORTED = "not_reported"
    REPORTED = "reported"


class PeopleTold(StrEnum):
    """Whether those whose data it was were told of a breach, or which part of AVG art. 34 made that needless."""

    TOLD = "told"
    NO_HIGH_RISK = "no_high_risk"
    UNREADABLE = "unreadable"
    RISK_TAKEN_AWAY = "risk_taken_away"
    TOLD_IN_PUBLIC = "told_in_public"


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
    """An incident is done with: reported to the supervisor or not, people told or not, and why (P19, AVG 33(5), 34)."""

    incident: str
    organisation: str
    outcome: IncidentOutcome
    people: PeopleTold | None = None
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
