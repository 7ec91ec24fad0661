"""What was proposed and who signed it, as the log tells it: two signatures make it an organisation's rule."""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import Column, Connection, Integer, MetaData, Row, String, Table, Text, insert, select, update

from services.contracts.org import AgreementProposed, AgreementSigned
from services.kernel.entry import Entry
from services.kernel.event import Event

tables = MetaData()
proposals = Table(
    "proposals",
    tables,
    Column("agreement", String(36), primary_key=True),
    Column("organisation", String(36), nullable=False),
    Column("version", Integer, nullable=False),
    Column("terms", Text, nullable=False),
    Column("starts_on", String(10), nullable=False),
    Column("signatures", Integer, nullable=False),
)
FOLLOWED: tuple[type[Event], ...] = (AgreementProposed, AgreementSigned)
BOTH = 2


def follow(session: Connection, entry: Entry) -> None:
    match entry.record.event:
        case AgreementProposed() as event:
            session.execute(
                insert(proposals).values(
                    agreement=event.agreement,
                    organisation=event.organisation,
                    version=event.agreement_version,
                    terms=orjson.dumps({category.value: term for category, term in event.retention.items()}).decode(),
                    starts_on=event.starts_on.isoformat(),
                    signatures=0,
                )
            )
        case AgreementSigned() as event:
            mine = proposals.c.agreement == event.agreement
            session.execute(update(proposals).where(mine).values(signatures=proposals.c.signatures + 1))


def agreed(session: Connection, agreement: str) -> tuple[Row[Any], dict[str, str]] | None:
    """The proposal and its terms, once both sides have signed it."""
    mine = (proposals.c.agreement == agreement) & (proposals.c.signatures >= BOTH)
    row = session.execute(select(proposals).where(mine)).first()
    return (row, orjson.loads(row.terms)) if row else None
