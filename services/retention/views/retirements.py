"""In which entry of the log each service last retired a key epoch."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Connection, MetaData, String, Table, insert, select, update

from services.contracts.retention import RetirementNoted
from services.kernel.envelope import Recorded
from services.retention.domain.erasure import Retired

tables = MetaData()
retirements = Table(
    "retirements",
    tables,
    Column("service", String(20), primary_key=True),
    Column("entry", BigInteger, nullable=False),
    Column("after", BigInteger, nullable=False),
)


def project(session: Connection, record: Recorded) -> None:
    match record.event:
        case RetirementNoted(service=service, entry=entry, after=after):
            mine = retirements.c.service == service
            known = session.execute(select(retirements.c.entry).where(mine)).scalar()
            if known is None:
                session.execute(insert(retirements).values(service=service, entry=entry, after=after))
            elif entry > known:
                session.execute(update(retirements).where(mine).values(entry=entry, after=after))


def latest(session: Connection) -> dict[str, Retired]:
    """By service, its newest retirement."""
    return {row.service: Retired(row.entry, row.after) for row in session.execute(select(retirements))}
