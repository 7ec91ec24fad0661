"""Who speaks for an organisation in a disclosure, and with which key it signs, now and before (P08)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, Connection, MetaData, String, Table, Text, delete, func, insert, select

from services.contracts.facts import ORGANISATION
from services.contracts.org import ConsultationKeyRegistered, ErasureCompleted, SecondContactNamed
from services.kernel.codec import instant
from services.kernel.envelope import Recorded
from services.kernel.store.database import plain

tables = MetaData()
second_contacts = Table(
    "second_contacts",
    tables,
    Column("organisation", String(36), primary_key=True),
    Column("contact", String(36), nullable=False),
    Column("contact_name", Text),
    Column("contact_email", Text),
    Column("contact_phone", Text),
)
"""The three particulars are sealed; of an earlier one nothing stays."""
keys = Table(
    "consultation_keys",
    tables,
    Column("event", String(36), primary_key=True),
    Column("organisation", String(36), nullable=False, index=True),
    Column("key", Text, nullable=False),
    Column("since", String(32), nullable=False),
)
"""Public keys, which are nobody's data: whoever checks an old package needs the one of that time."""


def project(session: Connection, record: Recorded) -> None:
    match record.event:
        case SecondContactNamed() as event:
            drop(session, event.organisation)
            particulars = {name: record.sealed.get(name) for name in ("contact_name", "contact_email", "contact_phone")}
            row = {"organisation": event.organisation, "contact": event.contact, **particulars}
            session.execute(insert(second_contacts).values(row))
        case ConsultationKeyRegistered() as event:
            row = {"event": record.envelope.id, "organisation": event.organisation, "key": event.key}
            session.execute(insert(keys).values(**row, since=instant(event.at)))
        case ErasureCompleted() as event if event.scope == ORGANISATION:
            drop(session, event.organisation)


def drop(session: Connection, organisation: str) -> int:
    """Take out whom it named; its public keys stay."""
    mine = second_contacts.c.organisation == organisation
    return session.execute(delete(second_contacts).where(mine)).rowcount


def holds(session: Connection, organisation: str) -> int:
    """1 while a second contact is kept, else 0."""
    mine = second_contacts.c.organisation == organisation
    return session.execute(select(func.count()).select_from(second_contacts).where(mine)).scalar_one()


def second(session: Connection, organisation: str) -> Mapping[str, Any] | None:
    """The second contact, sealed; None where none is named."""
    wanted = select(second_contacts).where(second_contacts.c.organisation == organisation)
    row = session.execute(wanted).mappings().first()
    return None if row is None else plain(row)


def keys_of(session: Connection, organisation: str) -> list[dict[str, Any]]:
    """Every key, the oldest first: `event` that registered it, `key`, `since`; each until the next one began."""
    wanted = select(keys.c.event, keys.c.key, keys.c.since).where(keys.c.organisation == organisation)
    # Ids of events rise with time.
    return [plain(row) for row in session.execute(wanted.order_by(keys.c.since, keys.c.event)).mappings()]
