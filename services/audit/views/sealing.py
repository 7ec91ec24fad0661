"""When it was last looked at with each service whether data rests sealed, and what was found (P18).

`bare` counts whatever could be read that nobody should read: values of the sample, and canaries.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, MetaData, String, Table, delete, insert, select

from services.audit.domain.sealing import readable
from services.contracts.audit import SealingChecked
from services.kernel.codec import instant
from services.kernel.envelope import Recorded

tables = MetaData()
sealing = Table(
    "sealing",
    tables,
    Column("service", String(20), primary_key=True),
    Column("at", String(32), nullable=False),
    Column("events", BigInteger, nullable=False),
    Column("values_seen", BigInteger, nullable=False),
    Column("bare", BigInteger, nullable=False),
)


def project(session: Connection, record: Recorded) -> None:
    match record.event:
        case SealingChecked() as event:
            session.execute(delete(sealing).where(sealing.c.service == event.sealing))
            row = {"service": event.sealing, "at": instant(event.at), "events": event.events}
            session.execute(insert(sealing).values(**row, values_seen=event.values, bare=readable(event)))


def newest(session: Connection) -> Mapping[str, Any]:
    """By service what was told last."""
    return {row.service: row for row in session.execute(select(sealing).order_by(sealing.c.service))}
