"""Who looked at whom, in which role and for what purpose: a person's own access log (P09)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Column, Connection, MetaData, Row, String, Table, delete, func, insert, select

from services.contracts.auth import DataViewed, ErasureCompleted, PeopleErased
from services.contracts.facts import PERSON
from services.kernel.codec import instant
from services.kernel.envelope import Recorded

tables = MetaData()
looks = Table(
    "looks",
    tables,
    Column("account", String(36), primary_key=True),
    Column("look", String(36), primary_key=True),
    Column("at", String(32), nullable=False),
    Column("role", String(20), nullable=False),
    Column("organisation", String(36), nullable=False),
    Column("purpose", String(30)),
    Column("case_id", String(60)),
)
_SEEN = insert(looks)


def project(session: Connection, record: Recorded) -> None:
    match record.event:
        case DataViewed() as event:
            rows = [
                {
                    "account": person,
                    "look": event.look,
                    "at": instant(event.at),
                    "role": event.viewer_role,
                    "organisation": event.viewer_organisation,
                    "purpose": record.envelope.purpose,
                    "case_id": event.case,
                }
                for person in event.people
            ]
            session.execute(_SEEN, rows)
        case ErasureCompleted() as event if event.scope == PERSON:
            drop(session, event.account)
        case PeopleErased() as event:
            drop_all(session, event.people)


def drop(session: Connection, account: str) -> int:
    return session.execute(delete(looks).where(looks.c.account == account)).rowcount


def drop_all(session: Connection, people: Sequence[str]) -> int:
    return session.execute(delete(looks).where(looks.c.account.in_(people))).rowcount


def holds(session: Connection, account: str) -> int:
    return session.execute(select(func.count()).select_from(looks).where(looks.c.account == account)).scalar_one()


def at(session: Connection, account: str, before: str, limit: int) -> list[Row]:  # type: ignore[type-arg]
    """Looks at this person, the newest first; `before` is the last look of the page before."""
    mine = looks.c.account == account
    if before:
        mine &= looks.c.look < before
    return list(session.execute(select(looks).where(mine).order_by(looks.c.look.desc()).limit(limit)))
