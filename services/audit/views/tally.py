"""Of each organisation and type how many entries the log has, the newest of them, and which say what they should not.

Made from the log alone, many entries at a time; its place in the log moves with it (P01, P02).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import BigInteger, Column, Connection, MetaData, String, Table, func, insert, select, update

from services.audit.domain.envelopes import Fault, faults_of
from services.audit.ledger.reading import Entry
from services.kernel.store.cursor import Cursor

tables = MetaData()
tally = Table(
    "log_tally",
    tables,
    Column("organisation", String(36), primary_key=True),
    Column("what", String(120), primary_key=True),
    Column("count", BigInteger, nullable=False),
    Column("idx", BigInteger, nullable=False),
    Column("event", String(36), nullable=False),
    Column("type", String(120), nullable=False),
    Column("at", String(32), nullable=False),
)
"""`what` is a type of event, or a fault of its envelope; `organisation` is empty where the entry names none."""
CURSOR = "audit-tally"
NOBODY = ""


def take(session: Connection, seen: int, entries: Sequence[Entry]) -> None:
    """Count entries that follow the one at `seen`. Raises Moved where another replica has counted them."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for entry in entries:
        envelope = orjson.loads(entry.note.split(b"\n", 1)[0])
        newest = {"idx": entry.index, "event": envelope["id"], "type": envelope["type"], "at": envelope["time"]}
        for what in (envelope["type"], *faults_of(envelope)):
            place = envelope.get("organisation") or NOBODY, str(what)
            found[place] = newest | {"count": found[place]["count"] + 1 if place in found else 1}
    Cursor(CURSOR).move(session, seen, entries[-1].index)
    for (organisation, what), values in found.items():
        mine = (tally.c.organisation == organisation) & (tally.c.what == what)
        more = values | {"count": tally.c.count + values["count"]}
        if not session.execute(update(tally).where(mine).values(**more)).rowcount:
            session.execute(insert(tally).values(organisation=organisation, what=what, **values))


def counted(session: Connection, organisation: str | None) -> dict[str, int]:
    """By type or fault, how many; of one organisation, or of all."""
    mine = select(tally.c.what, func.sum(tally.c.count).label("many")).group_by(tally.c.what)
    if organisation is not None:
        mine = mine.where(tally.c.organisation == organisation)
    return {row.what: int(row.many) for row in session.execute(mine)}


def newest(session: Connection, organisations: Sequence[str] | None) -> dict[str, Any]:
    """By type or fault its newest entry: `idx`, `event`, `type`, `at`; of the organisations given, or of all."""
    found = select(tally)
    if organisations is not None:
        found = found.where(tally.c.organisation.in_(organisations))
    return {row.what: row for row in session.execute(found.order_by(tally.c.idx))}


def place(session: Connection) -> int:
    """The index of the last entry counted, -1 at the start."""
    return Cursor(CURSOR).at(session)


__all__ = ["Fault", "counted", "newest", "place", "tables", "take", "tally"]
