"""How the app is used, as it was told: by day, organisation and kind, and there is no other number (P02)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Index, Integer, MetaData, String, Table, insert, select

from services.contracts.org import UsageAggregated
from services.kernel.entry import Entry
from services.kernel.event import Event

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
FOLLOWED: tuple[type[Event], ...] = (UsageAggregated,)


@dataclass(frozen=True)
class Report:
    rows: list[dict[str, Any]]
    totals: dict[str, int]


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


def report(session: Connection, organisation: str | None, since: str | None, until: str | None) -> Report:
    """Whole days from `since` up to and without `until`. Totals are sums of rows, and say nothing beyond them."""
    found = select(days)
    if organisation is not None:
        found = found.where(days.c.organisation == organisation)
    if since is not None:
        found = found.where(days.c.day >= since[:10])
    if until is not None:
        found = found.where(days.c.day < until[:10])
    ordered = found.order_by(days.c.day, days.c.organisation, days.c.kind)
    rows = [{name: row[name] for name in SHOWN} for row in session.execute(ordered).mappings()]
    return Report(rows, {"facts": sum(row["facts"] for row in rows), "days": len({row["day"] for row in rows})})
