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
    func,
    insert,
    select,
)

from services.contracts import audit, auth, org
from services.kernel.codec import instant
from services.kernel.database import plain
from services.kernel.entry import Entry
from services.kernel.event import Event

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
KINDS = ("signed_in", "sign_in_failed", "data_viewed", "people_seen", "processing_refused")


@dataclass(frozen=True)
class Report:
    rows: list[dict[str, Any]]
    totals: dict[str, int]


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


def report(session: Connection, organisation: str | None, since: str | None, until: str | None) -> Report:
    """Per day, organisation, kind, role, purpose and code: how many events, and how many people or tries in them."""
    where = []
    if organisation is not None:
        where.append(facts.c.organisation == organisation)
    if since is not None:
        where.append(facts.c.at >= since)
    if until is not None:
        where.append(facts.c.at < until)
    by = (facts.c.day, facts.c.organisation, facts.c.kind, facts.c.role, facts.c.purpose, facts.c.code)
    counted = select(*by, func.count().label("events"), func.sum(facts.c.count).label("number"))
    found = session.execute(counted.where(*where).group_by(*by).order_by(*by)).mappings()
    rows = [plain(row) | {"number": int(row["number"])} for row in found]
    totals = dict.fromkeys(KINDS, 0)
    for row in rows:
        if row["kind"] == "data_viewed":
            totals["data_viewed"] += row["events"]
            totals["people_seen"] += row["number"]
        else:
            totals[row["kind"]] += row["number"]
    return Report(rows, totals)
