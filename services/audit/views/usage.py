"""How the app is used, as it was told: by day, organisation and kind, and there is no other number (P02)."""

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
    literal,
    select,
    tuple_,
)

from services.contracts.org import UsageAggregated
from services.kernel.event import Event
from services.kernel.signing.entry import Entry

tables = MetaData()
days = Table(
    "usage_days",
    tables,
    Column("idx", BigInteger, nullable=False),
    Column("organisation", String(36), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("kind", String(30), primary_key=True),
    Column("people", Integer, nullable=False),
    Column("facts", Integer, nullable=False),
    Index("usage_days_by_day", "day"),
)
SHOWN = ("day", "organisation", "kind", "people", "facts")
PAGE = 1_000
FOLLOWED: tuple[type[Event], ...] = (UsageAggregated,)


@dataclass(frozen=True)
class Report:
    """A page of rows; `next` says where the one behind it begins."""

    rows: list[dict[str, Any]]
    next: str | None = None


def follow(session: Connection, entry: Entry) -> None:
    match entry.record.event:
        case UsageAggregated() as event:
            rows = [
                {
                    "idx": entry.index,
                    "organisation": event.organisation,
                    "day": event.day.isoformat(),
                    "kind": kind.value,
                    "people": people,
                    "facts": event.facts[kind],
                }
                for kind, people in event.people.items()
            ]
            session.execute(insert(days), rows)


def page(
    session: Connection, organisation: str | None, since: str | None, until: str | None, after: str | None
) -> Report:
    """Whole days from `since` up to and without `until`, from behind `after` on; `next` is None with the last row."""
    place = (days.c.day, days.c.organisation, days.c.kind)
    found = select(days).where(*_within(organisation, since, until))
    if after is not None:
        found = found.where(tuple_(*place) > tuple_(*map(literal, after.split("/", 2))))
    ordered = session.execute(found.order_by(*place).limit(PAGE)).mappings()
    rows = [{name: row[name] for name in SHOWN} for row in ordered]
    return Report(rows, "/".join(rows[-1][one.name] for one in place) if len(rows) == PAGE else None)


def totals(session: Connection, organisation: str | None, since: str | None, until: str | None) -> dict[str, int]:
    """Sums of rows, which say nothing beyond them."""
    counted = select(func.sum(days.c.facts).label("facts"), func.count(days.c.day.distinct()).label("days"))
    one = session.execute(counted.where(*_within(organisation, since, until))).one()
    return {"facts": int(one.facts or 0), "days": int(one.days)}


def count(session: Connection, organisation: str | None, since: str | None, until: str | None) -> int:
    """How many rows all pages have."""
    mine = select(func.count()).select_from(days).where(*_within(organisation, since, until))
    return session.execute(mine).scalar_one()


def _within(organisation: str | None, since: str | None, until: str | None) -> list[Any]:
    where = []
    if organisation is not None:
        where.append(days.c.organisation == organisation)
    if since is not None:
        where.append(days.c.day >= since[:10])
    if until is not None:
        where.append(days.c.day < until[:10])
    return where
