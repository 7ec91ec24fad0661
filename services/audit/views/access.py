"""Who got in, who did not, who looked at whom, and what was refused: per day and organisation, in numbers (P09)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
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
    func,
    insert,
    select,
)

from services.contracts import audit, auth, org
from services.kernel.codec import instant
from services.kernel.event import Event
from services.kernel.signing.entry import Entry
from services.kernel.store.database import plain

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
    Index("access_by_organisation", "organisation", "at"),
    Index("access_by_time", "at"),
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
BY = (facts.c.day, facts.c.organisation, facts.c.kind, facts.c.role, facts.c.purpose, facts.c.code)
PAGE = 1_000
"""Rows after which an answer ends with the day that it is at."""
KINDS = ("signed_in", "sign_in_failed", "data_viewed", "people_seen", "processing_refused")


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


def rows(session: Connection, organisation: str | None, since: str | None, until: str | None) -> list[dict[str, Any]]:
    """Per day, organisation, kind, role, purpose and code: how many events, and how many people or tries in them."""
    counted = select(*BY, func.count().label("events"), func.sum(facts.c.count).label("number"))
    found = session.execute(counted.where(*_within(organisation, since, until)).group_by(*BY).order_by(*BY)).mappings()
    return [plain(row) | {"number": int(row["number"])} for row in found]


def page(
    session: Connection, organisation: str | None, since: str | None, until: str | None, after: str | None
) -> Report:
    """Whole days, from the one behind `after` on, until there are enough; `next` is None with the last of them."""
    made: list[dict[str, Any]] = []
    begin = since if after is None else max(_next_day(after), since or "")
    while True:
        first = session.execute(select(func.min(facts.c.at)).where(*_within(organisation, begin, until))).scalar()
        if first is None:
            return Report(made)
        if len(made) >= PAGE:
            return Report(made, made[-1]["day"])
        following = _next_day(first[:10])
        made += rows(session, organisation, max(begin or "", first), min(following, until or following))
        begin = following


def count(session: Connection, organisation: str | None, since: str | None, until: str | None) -> int:
    """How many rows all pages have."""
    groups = select(*BY).where(*_within(organisation, since, until)).group_by(*BY).subquery()
    return session.execute(select(func.count()).select_from(groups)).scalar_one()


def totals(session: Connection, organisation: str | None, since: str | None, until: str | None) -> dict[str, int]:
    counted = select(facts.c.kind, func.count().label("events"), func.sum(facts.c.count).label("number"))
    found = dict.fromkeys(KINDS, 0)
    for row in session.execute(counted.where(*_within(organisation, since, until)).group_by(facts.c.kind)):
        if row.kind == "data_viewed":
            found |= {"data_viewed": int(row.events), "people_seen": int(row.number)}
        else:
            found[row.kind] = int(row.number)
    return found


def _within(organisation: str | None, since: str | None, until: str | None) -> list[Any]:
    where = []
    if organisation is not None:
        where.append(facts.c.organisation == organisation)
    if since is not None:
        where.append(facts.c.at >= since)
    if until is not None:
        where.append(facts.c.at < until)
    return where


def _next_day(day: str) -> str:
    return instant(datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(days=1))
