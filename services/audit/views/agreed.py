"""Within how many hours each organisation is to be told of an incident, as both sides signed it (P19, AVG 33(2)).

A row is what one entry said and never changes: so those of entries that the log has let go of stand beside those that
are replayed, although an agreement may have been proposed in the former and signed in the latter.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, Column, Connection, Integer, MetaData, String, Table, func, insert, select

from services.contracts.org import AgreementAmended, AgreementProposed, AgreementSigned
from services.kernel.codec import instant
from services.kernel.event import Event
from services.kernel.signing.entry import Entry

tables = MetaData()
agreed = Table(
    "agreed_notice",
    tables,
    Column("agreement", String(36), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("organisation", String(36), nullable=False, index=True),
    Column("hours", Integer),
    Column("starts_on", String(10), nullable=False),
    Column("idx", BigInteger, nullable=False),
)
signed = Table(
    "agreed_signatures",
    tables,
    Column("agreement", String(36), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("side", String(12), primary_key=True),
    Column("at", String(32), nullable=False),
    Column("idx", BigInteger, nullable=False),
)
"""`idx` is the entry that proposed a version, or signed it."""
FOLLOWED: tuple[type[Event], ...] = (AgreementProposed, AgreementAmended, AgreementSigned)
BOTH = 2
"""Sides, the controller's and the processor's."""


@dataclass(frozen=True)
class Within:
    """`hours` are None where that version of the agreement leaves it to our own term."""

    version: int
    hours: int | None


def follow(session: Connection, entry: Entry) -> None:
    match entry.record.event:
        case AgreementProposed() | AgreementAmended() as event:
            session.execute(
                insert(agreed).values(
                    agreement=event.agreement,
                    version=event.agreement_version,
                    organisation=event.organisation,
                    hours=event.incident_hours,
                    starts_on=event.starts_on.isoformat(),
                    idx=entry.index,
                )
            )
        case AgreementSigned() as event:
            session.execute(
                insert(signed).values(
                    agreement=event.agreement,
                    version=event.agreement_version,
                    side=event.side.value,
                    at=instant(event.at),
                    idx=entry.index,
                )
            )


def within(session: Connection, organisations: Collection[str], known_at: datetime) -> Mapping[str, Within]:
    """By organisation what held at that moment: what is agreed later moves no clock that runs."""
    moment = instant(known_at)
    one = (signed.c.agreement == agreed.c.agreement) & (signed.c.version == agreed.c.version)
    sides = select(func.count()).select_from(signed).where(one, signed.c.at <= moment).correlate(agreed)
    mine = agreed.c.organisation.in_(sorted(organisations)) & (agreed.c.starts_on <= moment[:10])
    found = select(agreed).where(sides.scalar_subquery() == BOTH)
    rows = session.execute(found.where(mine).order_by(agreed.c.version))
    return {row.organisation: Within(row.version, row.hours) for row in rows}
