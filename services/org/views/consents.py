"""Who has consented to which purpose, in the words of which statement, and who took it back (P03)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    MetaData,
    Row,
    String,
    Table,
    delete,
    func,
    insert,
    select,
    update,
)

from services.contracts.facts import ORGANISATION, PERSON
from services.contracts.org import ConsentGiven, ConsentWithdrawn, ErasureCompleted
from services.contracts.privacy import Purpose
from services.kernel.codec import instant
from services.kernel.envelope import Recorded

tables = MetaData()
consents = Table(
    "consents",
    tables,
    Column("account", String(36), primary_key=True),
    Column("purpose", String(30), primary_key=True),
    Column("organisation", String(36), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("given_at", String(32), nullable=False),
    Column("withdrawn_at", String(32)),
)
"""`account` is the pseudonym; `withdrawn_at` is empty while the consent stands."""


def project(session: Connection, record: Recorded) -> None:
    match record.event:
        case ConsentGiven() as event:
            said = {"version": event.statement_version, "given_at": instant(event.at), "withdrawn_at": None}
            mine = _mine(event.account, event.consents_to)
            if not session.execute(update(consents).where(mine).values(said)).rowcount:
                whose = {"account": event.account, "organisation": event.organisation}
                session.execute(insert(consents).values(**whose, purpose=event.consents_to.value, **said))
        case ConsentWithdrawn() as event:
            mine = _mine(event.account, event.consents_to)
            session.execute(update(consents).where(mine).values(withdrawn_at=instant(event.at)))
        case ErasureCompleted() as event if event.scope == PERSON:
            drop_person(session, event.account)
        case ErasureCompleted() as event if event.scope == ORGANISATION:
            drop(session, event.organisation)


def _mine(account: str, purpose: Purpose) -> Any:
    return (consents.c.account == account) & (consents.c.purpose == purpose.value)


def given(session: Connection, organisation: str, account: str, purpose: Purpose) -> int | None:
    """The version of the statement in whose words this person of this organisation consents; None for no consent."""
    mine = _mine(account, purpose) & (consents.c.organisation == organisation) & consents.c.withdrawn_at.is_(None)
    return session.execute(select(consents.c.version).where(mine)).scalar()


def of_person(session: Connection, account: str) -> dict[str, Row[Any]]:
    """By purpose what this person said last."""
    return {row.purpose: row for row in session.execute(select(consents).where(consents.c.account == account))}


def drop_person(session: Connection, account: str) -> int:
    return session.execute(delete(consents).where(consents.c.account == account)).rowcount


def holds_person(session: Connection, account: str) -> int:
    mine = consents.c.account == account
    return session.execute(select(func.count()).select_from(consents).where(mine)).scalar_one()


def drop(session: Connection, organisation: str) -> int:
    """What all people of an organisation that left had consented to."""
    return session.execute(delete(consents).where(consents.c.organisation == organisation)).rowcount


def holds(session: Connection, organisation: str) -> int:
    mine = consents.c.organisation == organisation
    return session.execute(select(func.count()).select_from(consents).where(mine)).scalar_one()
