"""What was handed over of an organisation's people before: who received it is told of what changed since (AVG 19)."""

from __future__ import annotations

from sqlalchemy import Column, Connection, MetaData, String, Table, delete, insert, select

from services.contracts.facts import ORGANISATION
from services.contracts.org import ExportDelivered
from services.contracts.retention import ErasureOrdered
from services.kernel.codec import instant
from services.kernel.event import Event
from services.kernel.signing.entry import Entry

tables = MetaData()
handed_over = Table(
    "handed_over",
    tables,
    Column("reference", String(60), primary_key=True),
    Column("organisation", String(36), nullable=False, index=True),
    Column("at", String(32), nullable=False),
)
FOLLOWED: tuple[type[Event], ...] = (ExportDelivered, ErasureOrdered)
MOST = 100
"""As many as one answer names; an organisation that fetched everything more often has the last of them."""


def follow(session: Connection, entry: Entry) -> None:
    match entry.record.event:
        case ExportDelivered() as event:
            row = {"reference": f"export/{event.export}", "organisation": event.organisation, "at": instant(event.at)}
            session.execute(insert(handed_over).values(**row))
        case ErasureOrdered() as event if event.scope == ORGANISATION:
            session.execute(delete(handed_over).where(handed_over.c.organisation == event.organisation))


def since(session: Connection, organisation: str, moment: str) -> tuple[str, ...]:
    """What was handed over from that moment on, with everybody in it who was there then; the newest first."""
    mine = (handed_over.c.organisation == organisation) & (handed_over.c.at >= moment)
    found = select(handed_over.c.reference).where(mine).order_by(handed_over.c.at.desc(), handed_over.c.reference)
    return tuple(session.execute(found.limit(MOST)).scalars())
