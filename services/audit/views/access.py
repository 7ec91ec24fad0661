"""Who got in, who did not, who looked at whom, and what was refused: per day and organisation, in numbers (P09)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    case,
    func,
    insert,
    literal,
    select,
)

from services.contracts import audit, auth, org
from services.kernel.codec import instant
from services.kernel.event import Event
from services.kernel.signing.entry import Entry
from services.kernel.store import paging, sums

tables = MetaData()
facts = Table(
    "access_facts",
    tables,
    Column("idx", BigInteger, primary_key=True, autoincrement=False),
    Column("organisation", String(36), nullable=False),
    Column("day", String(10), nullable=False),
    Column("at", String(32), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("role", String(20)),
    Column("purpose", String(30)),
    Column("code", String(40)),
    Column("count", Integer, nullable=False),
)
_FACT = insert(facts)

FOLLOWED: tuple[type[Event], ...] = (
    auth.SignedIn,
    auth.SignInFailed,
    auth.DataViewed,
    auth.ProcessingRefused,
    org.ProcessingRefused,
    audit.ComplaintViewed,
)
PAGE = 1_000
KINDS = ("signed_in", "sign_in_failed", "data_viewed", "people_seen", "processing_refused")
BY = {"day": 10, "organisation": 36, "kind": 20, "role": 20, "purpose": 30, "code": 40}
days = Table(
    "access_days",
    tables,
    *(Column(name, String(length), primary_key=True) for name, length in BY.items()),
    Column("events", BigInteger, nullable=False),
    Column("number", BigInteger, nullable=False),
    Index("access_days_by_organisation", "organisation", *(name for name in BY if name != "organisation")),
)
"""The rows of the report; what a row does not say is empty here."""
totals_kept = sums.sums("access_sums", tables, "lines", *KINDS)
DERIVED = (days, totals_kept)


@dataclass(frozen=True)
class Report:
    """A page of rows; `next` says where the one behind it begins."""

    rows: list[dict[str, Any]]
    next: str | None = None


def follow(session: Connection, entry: Entry) -> None:
    event = entry.record.event
    match event:
        case auth.SignedIn():
            kind, count, role, code = "signed_in", 1, None, None
        case auth.SignInFailed():
            kind, count, role, code = "sign_in_failed", event.count, None, None
        case auth.DataViewed():
            kind, count, role, code = "data_viewed", len(event.people), event.viewer_role.value, None
        case audit.ComplaintViewed():
            kind, count, role, code = "data_viewed", 1, event.viewer_role.value, None
        case auth.ProcessingRefused() | org.ProcessingRefused():
            kind, count, role, code = "processing_refused", 1, None, event.code
        case _:
            return
    at = instant(event.at)
    row = {
        "idx": entry.index,
        "organisation": event.organisation,
        "day": at[:10],
        "at": at,
        "kind": kind,
        "role": role,
        "purpose": entry.record.envelope.purpose,
        "code": code,
        "count": count,
    }
    session.execute(_FACT, row)
    _count(session, row)


def _count(session: Connection, fact: dict[str, Any]) -> None:
    place = {name: fact[name] or "" for name in BY}
    known = session.execute(select(days.c.events).where(*(days.c[name] == of for name, of in place.items()))).first()
    sums.raise_by(session, days, [place | {"events": 1, "number": fact["count"]}])
    more = {fact["kind"]: fact["count"], "lines": 0 if known else 1}
    if fact["kind"] == "data_viewed":
        more |= {"data_viewed": 1, "people_seen": fact["count"]}
    sums.add(session, totals_kept, fact["organisation"], fact["day"], more)


def derive(session: Connection) -> None:
    """What is kept of the facts, from all that there are."""
    f = facts.c
    place = [
        f.day,
        f.organisation,
        f.kind,
        *(func.coalesce(f[name], "").label(name) for name in ("role", "purpose", "code")),
    ]
    grouped = select(*place, func.count().label("events"), func.sum(f.count).label("number")).group_by(*place)
    session.execute(insert(days).from_select([*BY, "events", "number"], grouped))
    d = days.c
    kinds = {kind: case((d.kind == kind, d.number), else_=0) for kind in KINDS}
    kinds["data_viewed"] = case((d.kind == "data_viewed", d.events), else_=0)
    kinds["people_seen"] = case((d.kind == "data_viewed", d.number), else_=0)
    counted = [said.label(kind) for kind, said in kinds.items()]
    sums.derive(session, totals_kept, select(d.organisation, d.day, literal(1).label("lines"), *counted).subquery())


def page(
    session: Connection, organisation: str | None, since: str | None, until: str | None, after: str | None
) -> Report:
    """Per day, organisation, kind, role, purpose and code: how many events, and how many people or tries in them.

    Whole days from `since` up to and without `until`, from behind `after` on; `next` is None with the last row.
    """
    place = [days.c[name] for name in BY]
    found = select(days).where(*_within(organisation, since, until))
    if after is not None:
        found = found.where(paging.behind(after, place))
    rows = session.execute(found.order_by(*place).limit(PAGE)).all()
    made = [
        {**{name: row._mapping[name] or None for name in BY}, "events": row.events, "number": row.number}
        for row in rows
    ]
    return Report(made, paging.place(rows[-1], place) if len(rows) == PAGE else None)


def count(session: Connection, organisation: str | None, since: str | None, until: str | None) -> int:
    """How many rows all pages have."""
    return sums.total(session, totals_kept, organisation, since, until)["lines"]


def totals(session: Connection, organisation: str | None, since: str | None, until: str | None) -> dict[str, int]:
    found = sums.total(session, totals_kept, organisation, since, until)
    return {kind: found[kind] for kind in KINDS}


def by_organisation(
    session: Connection, organisation: str | None, since: str | None, until: str | None
) -> dict[str, dict[str, int]]:
    """The totals of each organisation, by its id."""
    return sums.by_organisation(session, totals_kept, organisation, since, until)


def _within(organisation: str | None, since: str | None, until: str | None) -> list[Any]:
    where = []
    if organisation is not None:
        where.append(days.c.organisation == organisation)
    if since is not None:
        where.append(days.c.day >= since[:10])
    if until is not None:
        where.append(days.c.day < until[:10])
    return where
