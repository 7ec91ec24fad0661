"""Whether an organisation is a public body, as the log tells it: remedies differ by that (UAVG 34, 35)."""

from __future__ import annotations

from sqlalchemy import Column, Connection, MetaData, String, Table, delete, insert, select

from services.contracts.org import OrganisationRegistered
from services.kernel.event import Event
from services.kernel.signing.entry import Entry

tables = MetaData()
controllers = Table(
    "controllers",
    tables,
    Column("organisation", String(36), primary_key=True),
    Column("kind", String(10), nullable=False),
)
FOLLOWED: tuple[type[Event], ...] = (OrganisationRegistered,)


def follow(session: Connection, entry: Entry) -> None:
    match entry.record.event:
        case OrganisationRegistered() as event:
            session.execute(delete(controllers).where(controllers.c.organisation == event.organisation))
            row = {"organisation": event.organisation, "kind": event.organisation_kind.value}
            session.execute(insert(controllers).values(row))


def kind_of(session: Connection, organisation: str) -> str | None:
    """`public` or `private`; None while its registration is on its way here, and for the maker itself."""
    mine = controllers.c.organisation == organisation
    return session.execute(select(controllers.c.kind).where(mine)).scalar()
