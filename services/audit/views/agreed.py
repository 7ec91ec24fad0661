"""Within how many hours each organisation is to be told of an incident, as both sides signed it (P19, AVG 33(2))."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, Column, Connection, Integer, MetaData, String, Table, insert, select, update

from services.contracts.org import AgreementAmended, AgreementProposed, AgreementSigned
from services.kernel.codec import instant
from services.kernel.entry import Entry
from services.kernel.event import Event

tables = MetaData()
agreed = Table(
    "agreed_notice",
    tables,
    Column("agreement", String(36), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("organisation", String(36), nullable=False, index=True),
    Column("hours", Integer),
    Column("starts_on", String(10), nullable=False),
    Column("signatures", Integer, nullable=False),
    Column("agreed_at", String(32)),
    Column("idx", BigInteger, nullable=False),
)
"""`agreed_at` is the moment of the second signature; `idx`, the entry that proposed it."""
FOLLOWED: tuple[type[Event], ...] = (AgreementProposed, AgreementAmended, AgreementSigned)
BOTH = 2


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
                    signatures=0,
                    idx=entry.index,
                )
            )
        case AgreementSigned() as event:
            mine = (agreed.c.agreement == event.agreement) & (agreed.c.version == event.agreement_version)
            said = {"signatures": agreed.c.signatures + 1, "agreed_at": instant(event.at)}
            session.execute(update(agreed).where(mine).values(said))


def within(session: Connection, organisations: Collection[str], known_at: datetime) -> Mapping[str, Within]:
    """By organisation what held at that moment: what is agreed later moves no clock that runs."""
    moment = instant(known_at)
    held = (agreed.c.signatures == BOTH) & (agreed.c.agreed_at <= moment) & (agreed.c.starts_on <= moment[:10])
    rows = session.execute(
        select(agreed).where(held, agreed.c.organisation.in_(sorted(organisations))).order_by(agreed.c.version)
    )
    return {row.organisation: Within(row.version, row.hours) for row in rows}
