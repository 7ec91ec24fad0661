"""The register of incidents, and each controller's own part of one; words stay with the events, sealed (P19)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import orjson
from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    delete,
    insert,
    select,
    update,
)

from services.contracts.audit import (
    BreachScoped,
    ControllerInformed,
    IncidentClosed,
    IncidentRegistered,
    IncidentSupplemented,
    IncidentTextErased,
    PeopleTold,
    ScopeComputed,
)
from services.kernel.codec import instant
from services.kernel.envelope import Recorded
from services.kernel.store import paging, sums

tables = MetaData()
incidents = Table(
    "incidents",
    tables,
    Column("incident", String(36), primary_key=True),
    Column("organisation", String(36), nullable=False),
    Column("known_at", String(32), nullable=False),
    Column("registered_at", String(32), nullable=False),
    Column("since", String(32), nullable=False),
    Column("until", String(32)),
    Column("categories", Text, nullable=False),
    Column("phase", Integer, nullable=False),
    Column("window_phase", Integer, nullable=False),
    Column("scoped_phase", Integer, nullable=False),
    Column("entries", Integer),
    Column("outcome", String(20)),
    Column("people_told", String(20)),
    Column("closed_at", String(32)),
    Column("erased_at", String(32)),
    Index("incidents_by_time", "known_at", "incident"),
    Index("incidents_open", "closed_at", "known_at", "incident"),
)
"""`scoped_phase` is below `window_phase` while the scope is being computed; `organisation` is the maker."""
controllers = Table(
    "incident_controllers",
    tables,
    Column("incident", String(36), primary_key=True),
    Column("organisation", String(36), primary_key=True),
    Column("scoped_phase", Integer, nullable=False),
    Column("people", Integer, nullable=False),
    Column("records", Integer, nullable=False),
    Column("by_category", Text, nullable=False),
    Column("exact", Boolean, nullable=False),
    Column("informed_at", String(32)),
    Column("informed_phase", Integer),
    Column("channel", String(20)),
    Column("due", String(32)),
    Index("incident_controllers_by_organisation", "organisation", "incident"),
)
"""`informed_at` is when it was told first, `informed_phase` what it was told last; both empty until it was."""
kept = sums.sums(
    "incident_sums",
    tables,
    "incidents",
    "open",
    "reported",
    "not_reported",
    "no_breach",
    "people_told",
    "informed_late",
)
"""By the day on which they became known: of all of them, and of each controller those of which it was told."""
TOLD = frozenset({PeopleTold.TOLD.value, PeopleTold.TOLD_IN_PUBLIC.value})
"""By themselves, or in public where that took disproportionate effort."""
NOTHING = {"people": 0, "records": 0, "by_category": "{}", "exact": True}


def project(session: Connection, record: Recorded) -> None:
    match record.event:
        case IncidentRegistered() as event:
            session.execute(insert(incidents).values(**_registered(event)))
            sums.add_for(session, kept, [sums.EVERYBODY], instant(event.known_at), {"incidents": 1, "open": 1})
        case IncidentSupplemented() as event:
            changed: dict[str, Any] = {"phase": event.phase}
            if event.window_from is not None:
                changed |= {"since": instant(event.window_from), "window_phase": event.phase}
            if event.window_to is not None:
                changed |= {"until": instant(event.window_to), "window_phase": event.phase}
            _change(session, event.incident, changed)
        case BreachScoped() as event:
            _part(session, event.incident, event.organisation, _scoped(event))
        case ScopeComputed() as event:
            _change(session, event.incident, {"scoped_phase": event.phase, "entries": event.entries})
            _leave_out(session, event.incident, event.phase)
        case ControllerInformed() as event:
            _informed(session, event)
        case IncidentClosed() as event:
            people = event.people.value if event.people else None
            ended = {"outcome": event.outcome.value, "people_told": people, "closed_at": instant(event.at)}
            _change(session, event.incident, ended)
            row = by_id(session, None, event.incident)
            if row is not None:
                whose = [sums.EVERYBODY, *_told(session, event.incident)]
                sums.add_for(session, kept, whose, row.known_at, {"open": -1, **_ended(row)})
        case IncidentTextErased() as event:
            _change(session, event.incident, {"erased_at": instant(event.at)})


def _registered(event: IncidentRegistered) -> dict[str, Any]:
    return {
        "incident": event.incident,
        "organisation": event.organisation,
        "known_at": instant(event.known_at),
        "registered_at": instant(event.at),
        "since": instant(event.since),
        "until": instant(event.until) if event.until else None,
        "categories": orjson.dumps([one.value for one in event.categories]).decode(),
        "phase": 1,
        "window_phase": 1,
        "scoped_phase": 0,
    }


def _scoped(event: BreachScoped) -> dict[str, Any]:
    by_category = {
        category.value: {"people": people, "records": event.records_by_category.get(category, 0)}
        for category, people in sorted(event.people_by_category.items())
    }
    return {
        "scoped_phase": event.phase,
        "people": event.people,
        "records": event.records,
        "by_category": orjson.dumps(by_category).decode(),
        "exact": event.exact,
    }


def _leave_out(session: Connection, incident: str, phase: int) -> None:
    """Whom an earlier window took in and this one does not; who was told keeps a part, and it is empty."""
    older = (controllers.c.incident == incident) & (controllers.c.scoped_phase < phase)
    session.execute(delete(controllers).where(older, controllers.c.informed_at.is_(None)))
    session.execute(update(controllers).where(older).values(scoped_phase=phase, **NOTHING))


def _informed(session: Connection, event: ControllerInformed) -> None:
    before = part(session, event.incident, event.organisation)
    said: dict[str, Any] = {"informed_phase": event.phase}
    if before is None:
        said |= {"scoped_phase": 0, **NOTHING}
    if before is None or before.informed_at is None:
        said |= {"informed_at": instant(event.informed_at), "channel": event.channel.value, "due": instant(event.due)}
        _count(session, event)
    _part(session, event.incident, event.organisation, said)


def _count(session: Connection, event: ControllerInformed) -> None:
    """From the first time that it is told, it is one of theirs."""
    row = by_id(session, None, event.incident)
    if row is not None:
        late = {"informed_late": int(event.informed_at > event.due and event.organisation != row.organisation)}
        sums.add_for(session, kept, [sums.EVERYBODY], row.known_at, late)
        theirs = {"incidents": 1, **(_ended(row) if row.closed_at else {"open": 1}), **late}
        sums.add_for(session, kept, [event.organisation], row.known_at, theirs)


def _ended(row: Any) -> dict[str, int]:
    return {row.outcome: 1, "people_told": int(row.people_told in TOLD)}


def _told(session: Connection, incident: str) -> Sequence[str]:
    mine = (controllers.c.incident == incident) & controllers.c.informed_at.is_not(None)
    found = select(controllers.c.organisation).where(mine).order_by(controllers.c.organisation)
    return session.execute(found).scalars().all()


def late(part: Any) -> bool:
    """Whether a controller was told after it should have been, by the clock that ran for it then."""
    return part.informed_at is not None and part.informed_at > part.due


def _part(session: Connection, incident: str, organisation: str, values: dict[str, Any]) -> None:
    mine = (controllers.c.incident == incident) & (controllers.c.organisation == organisation)
    if not session.execute(update(controllers).where(mine).values(values)).rowcount:
        session.execute(insert(controllers).values(incident=incident, organisation=organisation, **values))


def _change(session: Connection, incident: str, values: dict[str, Any]) -> None:
    session.execute(update(incidents).where(incidents.c.incident == incident).values(values))


def _within(organisation: str | None) -> ColumnElement[bool] | None:
    """What an organisation may see: the incidents of which it was told; None for who looks after all."""
    if organisation is None:
        return None
    told = (controllers.c.organisation == organisation) & controllers.c.informed_at.is_not(None)
    return incidents.c.incident.in_(select(controllers.c.incident).where(told))


def by_id(session: Connection, organisation: str | None, incident: str) -> Any | None:
    found = select(incidents).where(incidents.c.incident == incident)
    within = _within(organisation)
    return session.execute(found if within is None else found.where(within)).first()


def after(session: Connection, organisation: str | None, incident: str, limit: int) -> Sequence[Any]:
    """A page of the register, by id, those after `incident`."""
    found = select(incidents).where(incidents.c.incident > incident)
    if (within := _within(organisation)) is not None:
        found = found.where(within)
    return session.execute(found.order_by(incidents.c.incident).limit(limit)).all()


def known_in(
    session: Connection, organisation: str | None, since: str | None, until: str | None, after: str | None, limit: int
) -> tuple[Sequence[Any], str | None]:
    """The incidents that became known in a period, the oldest first, from behind `after`; and where the next begins."""
    order = (incidents.c.known_at, incidents.c.incident)
    found = select(incidents).where(*_between(since, until))
    if (within := _within(organisation)) is not None:
        found = found.where(within)
    if after is not None:
        found = found.where(paging.behind(after, order))
    rows = session.execute(found.order_by(*order).limit(limit)).all()
    return rows, paging.place(rows[-1], order) if len(rows) == limit else None


def untold(session: Connection, since: str | None, until: str | None) -> Iterator[tuple[Any, Sequence[str]]]:
    """Each open incident that became known in a period, with the controllers who do not know of it."""
    open_ones = select(incidents).where(incidents.c.closed_at.is_(None), *_between(since, until))
    for row in session.execute(open_ones.order_by(incidents.c.known_at, incidents.c.incident)):
        mine = (controllers.c.incident == row.incident) & controllers.c.informed_at.is_(None)
        others = select(controllers.c.organisation).where(mine, controllers.c.organisation != row.organisation)
        yield row, session.execute(others.order_by(controllers.c.organisation)).scalars().all()


def _between(since: str | None, until: str | None) -> list[ColumnElement[bool]]:
    where = []
    if since is not None:
        where.append(incidents.c.known_at >= since)
    if until is not None:
        where.append(incidents.c.known_at < until)
    return where


def part(session: Connection, incident: str, organisation: str) -> Any | None:
    """One controller's part of an incident."""
    mine = (controllers.c.incident == incident) & (controllers.c.organisation == organisation)
    return session.execute(select(controllers).where(mine)).first()


def parts(session: Connection, organisation: str | None, chosen: Sequence[str]) -> dict[str, list[Any]]:
    """By incident each controller's part, in the order of their ids; an organisation's own alone."""
    found: dict[str, list[Any]] = {incident: [] for incident in chosen}
    rows = select(controllers).where(controllers.c.incident.in_(chosen))
    if organisation is not None:
        rows = rows.where(controllers.c.organisation == organisation)
    for row in session.execute(rows.order_by(controllers.c.organisation)):
        found[row.incident].append(row)
    return found


def unscoped(session: Connection, limit: int = 10) -> Sequence[Any]:
    """Open incidents whose window the log has not been searched for yet, the oldest first."""
    waits = incidents.c.closed_at.is_(None) & (incidents.c.scoped_phase < incidents.c.window_phase)
    oldest = select(incidents).where(waits).order_by(incidents.c.registered_at, incidents.c.incident)
    return session.execute(oldest.limit(limit)).all()


def open_ones(session: Connection) -> Sequence[Any]:
    """Every incident that is not closed, what was known first before the rest."""
    mine = incidents.c.closed_at.is_(None)
    return session.execute(select(incidents).where(mine).order_by(incidents.c.known_at, incidents.c.incident)).all()
