"""Which organisations there are, and whom the people of each can turn to (P17)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Connection, Integer, MetaData, String, Table, Text, func, insert, select, update

from services.contracts.facts import ORGANISATION
from services.contracts.org import (
    ConsultationKeyRegistered,
    ContactPublished,
    ErasureCompleted,
    OrganisationRegistered,
    OrganisationRenamed,
    SecondContactNamed,
)
from services.kernel.envelope import Recorded
from services.kernel.store.database import plain

tables = MetaData()
organisations = Table(
    "organisations",
    tables,
    Column("organisation", String(36), primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("version", Integer, nullable=False),
    Column("contact", String(36)),
    Column("contact_name", Text),
    Column("contact_email", Text),
    Column("contact_phone", Text),
)
"""The three particulars of the contact are sealed; of an earlier contact nothing stays."""


def project(session: Connection, record: Recorded) -> None:
    match record.event:
        case OrganisationRegistered() as event:
            session.execute(
                insert(organisations).values(
                    organisation=event.organisation,
                    name=event.name,
                    kind=event.organisation_kind.value,
                    version=1,
                )
            )
        case OrganisationRenamed() as event:
            _change(session, event.organisation, name=event.name)
        case ContactPublished() as event:
            particulars = {name: record.sealed.get(name) for name in ("contact_name", "contact_email", "contact_phone")}
            _change(session, event.organisation, contact=event.contact, **particulars)
        case SecondContactNamed() | ConsultationKeyRegistered() as event:
            # Which they are, `consulting` shows; here they make what was read before old.
            _change(session, event.organisation)
        case ErasureCompleted() as event if event.scope == ORGANISATION:
            drop(session, event.organisation)


def _change(session: Connection, organisation: str, **values: str | None) -> None:
    session.execute(
        update(organisations)
        .where(organisations.c.organisation == organisation)
        .values(version=organisations.c.version + 1, **values)
    )


def drop(session: Connection, organisation: str) -> int:
    """Leave that it was here, and take out whom its people turned to."""
    mine = (organisations.c.organisation == organisation) & organisations.c.contact.is_not(None)
    nobody = dict.fromkeys(("contact", "contact_name", "contact_email", "contact_phone"))
    return session.execute(update(organisations).where(mine).values(**nobody)).rowcount


def holds(session: Connection, organisation: str) -> int:
    """1 while a contact is kept, else 0."""
    mine = (organisations.c.organisation == organisation) & organisations.c.contact.is_not(None)
    return session.execute(select(func.count()).select_from(organisations).where(mine)).scalar_one()


def by_id(session: Connection, organisation: str) -> dict[str, Any] | None:
    """One organisation with its contact sealed, None when there is no such one."""
    row = session.execute(select(organisations).where(organisations.c.organisation == organisation)).mappings()
    found = row.first()
    return dict(found) if found else None


def after(session: Connection, organisation: str | None, limit: int) -> list[dict[str, Any]]:
    """At most `limit` organisations by id, those above `organisation`. For the maker's side only (I9)."""
    wanted = select(organisations.c.organisation, organisations.c.name, organisations.c.kind)
    if organisation is not None:
        wanted = wanted.where(organisations.c.organisation > organisation)
    rows = session.execute(wanted.order_by(organisations.c.organisation).limit(limit)).mappings()
    return [plain(row) for row in rows]


def ids(session: Connection) -> list[str]:
    """Every organisation that was ever registered, the maker too."""
    return list(session.execute(select(organisations.c.organisation).order_by(organisations.c.organisation)).scalars())


def reachable(session: Connection, organisation: str | None, maker: str) -> dict[str, int]:
    """How many organisations there are beside the maker's, how many show their own contact, and whether it has one.

    Who has none shows the maker's (P17).
    """
    mine = organisations.c.organisation != maker
    if organisation is not None:
        mine &= organisations.c.organisation == organisation
    counted = select(func.count(), func.count(organisations.c.contact)).where(mine)
    total, own = session.execute(counted).one()
    return {"organisations": total, "own_contact": own, "maker_contact": holds(session, maker)}
