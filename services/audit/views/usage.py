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
    insert,
    literal,
    select,
)

from services.contracts.org import UsageAggregated
from services.kernel.event import Event
from services.kernel.signing.entry import Entry
from services.kernel.store import paging, sums

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
    Index("usage_by_day", "day", "organisation", "kind"),
)
totals_kept = sums.sums("usage_sums", tables, "lines", "facts")
DERIVED = (totals_kept,)
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
            more = {"lines": len(rows), "facts": sum(event.facts[kind] for kind in event.people)}
            sums.add(session, totals_kept, event.organisation, event.day.isoformat(), more)


def derive(session: Connection) -> None:
    """What is kept of the rows, from all that there are."""
    d = days.c
    sums.derive(session, totals_kept, select(d.organisation, d.day, literal(1).label("lines"), d.facts).subquery())


def page(
    session: Connection, organisation: str | None, since: str | None, until: str | None, after: str | None
) -> Report:
    """Whole days from `since` up to and without `until`, from behind `after` on; `next` is None with the last row."""
    place = (days.c.day, days.c.organisation, days.c.kind)
    found = select(days).where(*_within(organisation, since, until))
    if after is not None:
        found = found.where(paging.behind(after, place))
    rows = session.execute(found.order_by(*place).limit(PAGE)).all()
    made = [{name: row._mapping[name] for name in SHOWN} for row in rows]
    return Report(made, paging.place(rows[-1], place) if len(rows) == PAGE else None)


def totals(session: Connection, organisation: str | None, since: str | None, until: str | None) -> dict[str, int]:
    """Sums of rows, which say nothing beyond them."""
    found = sums.total(session, totals_kept, organisation, since, until)
    return {"facts": found["facts"], "days": sums.days(session, totals_kept, organisation, since, until)}


def count(session: Connection, organisation: str | None, since: str | None, until: str | None) -> int:
    """How many rows all pages have."""
    return sums.total(session, totals_kept, organisation, since, until)["lines"]


def _within(organisation: str | None, since: str | None, until: str | None) -> list[Any]:
    where = []
    if organisation is not None:
        where.append(days.c.organisation == organisation)
    if since is not None:
        where.append(days.c.day >= since[:10])
    if until is not None:
        where.append(days.c.day < until[:10])
    return where
