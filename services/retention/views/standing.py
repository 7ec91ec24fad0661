"""How many people each organisation has, as the log tells it: what makes many erasures in one day too many."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Column, Connection, Integer, MetaData, String, Table, insert, select, update

from services.contracts.auth import AccountClosed, UserRegistered
from services.contracts.facts import ORGANISATION
from services.contracts.org import OrganisationRegistered
from services.contracts.retention import ErasureOrdered
from services.kernel.event import Event
from services.kernel.signing.entry import Entry

tables = MetaData()
standing = Table(
    "standing",
    tables,
    Column("organisation", String(36), primary_key=True),
    Column("people", Integer, nullable=False),
)
FOLLOWED: tuple[type[Event], ...] = (OrganisationRegistered, UserRegistered, AccountClosed, ErasureOrdered)


def follow(session: Connection, entry: Entry) -> None:
    match entry.record.event:
        case OrganisationRegistered() as event:
            _count(session, event.organisation, 0)
        case UserRegistered() as event:
            _count(session, event.organisation, 1)
        case AccountClosed() as event if event.closed_by != f"organisation/{event.organisation}":
            _count(session, event.organisation, -1)
        case ErasureOrdered() as event if event.scope == ORGANISATION:
            # All of them at once; who is closed with their organisation was counted here.
            session.execute(update(standing).where(standing.c.organisation == event.organisation).values(people=0))


def _count(session: Connection, organisation: str, more: int) -> None:
    mine = standing.c.organisation == organisation
    if not session.execute(update(standing).where(mine).values(people=standing.c.people + more)).rowcount:
        session.execute(insert(standing).values(organisation=organisation, people=more))


def people(session: Connection, organisation: str) -> int | None:
    """Who registered and did not close their account; None where there is no such organisation."""
    mine = standing.c.organisation == organisation
    return session.execute(select(standing.c.people).where(mine)).scalar()


def people_of(session: Connection, organisations: Collection[str]) -> dict[str, int]:
    """The same of several organisations, of those that there are."""
    found = select(standing).where(standing.c.organisation.in_(organisations))
    return {row.organisation: row.people for row in session.execute(found)}
