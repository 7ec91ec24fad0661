"""Which versions of the statement were published, and who has seen which (P14)."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Column, Connection, Integer, MetaData, Row, String, Table, delete, func, insert, select

from services.contracts.facts import ORGANISATION, PERSON
from services.contracts.org import ErasureCompleted, StatementAcknowledged, StatementPublished
from services.kernel.codec import instant
from services.kernel.envelope import Recorded

tables = MetaData()
statements = Table(
    "statements",
    tables,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("effective_on", String(10), nullable=False),
    Column("nl_sha256", String(64), nullable=False),
    Column("en_sha256", String(64), nullable=False),
    Column("particulars_sha256", String(64), nullable=False),
    Column("published_at", String(32), nullable=False),
)
acknowledgements = Table(
    "acknowledgements",
    tables,
    Column("account", String(36), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("organisation", String(36), nullable=False, index=True),
    Column("at", String(32), nullable=False),
)
"""`account` is the pseudonym."""


def project(session: Connection, record: Recorded) -> None:
    match record.event:
        case StatementPublished() as event:
            session.execute(
                insert(statements).values(
                    version=event.statement_version,
                    effective_on=event.effective_on.isoformat(),
                    nl_sha256=event.nl_sha256,
                    en_sha256=event.en_sha256,
                    particulars_sha256=event.particulars_sha256,
                    published_at=instant(event.at),
                )
            )
        case StatementAcknowledged() as event:
            session.execute(
                insert(acknowledgements).values(
                    account=event.account,
                    version=event.statement_version,
                    organisation=event.organisation,
                    at=instant(event.at),
                )
            )
        case ErasureCompleted() as event if event.scope == PERSON:
            drop_person(session, event.account)
        case ErasureCompleted() as event if event.scope == ORGANISATION:
            drop(session, event.organisation)


def published(session: Connection, version: int) -> Row[Any] | None:
    """One version, None when there is no such one."""
    return session.execute(select(statements).where(statements.c.version == version)).first()


def in_force(session: Connection, today: date) -> int | None:
    """The newest version that is in force on `today`, None before the first."""
    begun = select(statements.c.version).where(statements.c.effective_on <= today.isoformat())
    return session.execute(begun.order_by(statements.c.effective_on.desc(), statements.c.version.desc())).scalar()


def before(session: Connection, version: int | None, limit: int) -> list[Row[Any]]:
    """At most `limit` versions, newest first, those below `version`."""
    wanted = select(statements)
    if version is not None:
        wanted = wanted.where(statements.c.version < version)
    return list(session.execute(wanted.order_by(statements.c.version.desc()).limit(limit)))


def acknowledged(session: Connection, organisation: str, account: str, version: int) -> bool:
    """Whether this person of this organisation has said that they saw this version."""
    mine = (acknowledgements.c.account == account) & (acknowledgements.c.version == version)
    mine &= acknowledgements.c.organisation == organisation
    return session.execute(select(acknowledgements.c.account).where(mine)).first() is not None


def acknowledged_by(session: Connection, account: str) -> list[Row[Any]]:
    """Each version that this person has said to have seen, and when."""
    mine = acknowledgements.c.account == account
    found = select(acknowledgements.c.version, acknowledgements.c.at).where(mine)
    return list(session.execute(found.order_by(acknowledgements.c.version)))


def drop_person(session: Connection, account: str) -> int:
    return session.execute(delete(acknowledgements).where(acknowledgements.c.account == account)).rowcount


def holds_person(session: Connection, account: str) -> int:
    mine = acknowledgements.c.account == account
    return session.execute(select(func.count()).select_from(acknowledgements).where(mine)).scalar_one()


def drop(session: Connection, organisation: str) -> int:
    """What all people of an organisation that left had seen."""
    return session.execute(delete(acknowledgements).where(acknowledgements.c.organisation == organisation)).rowcount


def holds(session: Connection, organisation: str) -> int:
    mine = acknowledgements.c.organisation == organisation
    return session.execute(select(func.count()).select_from(acknowledgements).where(mine)).scalar_one()
