"""Every version of every controller's register of processing, so that two days can be compared (AVG 30)."""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import Column, Connection, Index, Integer, MetaData, Row, String, Table, Text, func, insert, select

from services.contracts.org import RegisterGenerated
from services.kernel.codec import instant
from services.kernel.envelope import Recorded

tables = MetaData()
registers = Table(
    "registers",
    tables,
    Column("organisation", String(36), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("generated_at", String(32), nullable=False),
    Column("entries", Text, nullable=False),
    Index("registers_by_time", "generated_at"),
)


def project(session: Connection, record: Recorded) -> None:
    match record.event:
        case RegisterGenerated() as event:
            session.execute(
                insert(registers).values(
                    organisation=event.organisation,
                    version=event.register_version,
                    generated_at=instant(event.at),
                    entries=orjson.dumps(event.entries, option=orjson.OPT_SORT_KEYS).decode(),
                )
            )


def at(session: Connection, organisation: str | None, moment: str | None) -> dict[str, Row[Any]]:
    """By organisation, of all or of one, the version that stood just before a moment, or that stands now."""
    newest = select(registers.c.organisation, func.max(registers.c.version).label("version"))
    if moment is not None:
        newest = newest.where(registers.c.generated_at < moment)
    if organisation is not None:
        newest = newest.where(registers.c.organisation == organisation)
    chosen = newest.group_by(registers.c.organisation).subquery()
    mine = (registers.c.organisation == chosen.c.organisation) & (registers.c.version == chosen.c.version)
    rows = session.execute(select(registers).join(chosen, mine).order_by(registers.c.organisation))
    return {row.organisation: row for row in rows}
