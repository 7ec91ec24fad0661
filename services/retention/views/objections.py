"""What was decided on each purpose that somebody objected to; who may process for it asks here first (AVG 21)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import Column, Connection, MetaData, Row, String, Table, Text, delete, func, insert, select

from services.contracts.facts import PERSON
from services.contracts.retention import Decision, ErasureCompleted, ObjectionDecided
from services.kernel.codec import instant
from services.kernel.envelope import Recorded

tables = MetaData()
objections = Table(
    "objections",
    tables,
    Column("request", String(36), primary_key=True),
    Column("purpose", String(30), primary_key=True),
    Column("account", String(36), nullable=False, index=True),
    Column("organisation", String(36), nullable=False, index=True),
    Column("decision", String(12), nullable=False),
    Column("at", String(32), nullable=False),
    Column("reasons", Text),
)


def project(session: Connection, record: Recorded) -> None:
    match record.event:
        case ObjectionDecided() as event:
            row = {
                "request": event.request,
                "purpose": event.purpose.value,
                "account": event.account,
                "organisation": event.organisation,
                "decision": event.decision.value,
                "at": instant(event.at),
                "reasons": record.sealed.get("reasons"),
            }
            session.execute(insert(objections).values(**row))
        case ErasureCompleted() as event if event.scope == PERSON:
            drop(session, event.account)


def drop(session: Connection, account: str) -> int:
    return session.execute(delete(objections).where(objections.c.account == account)).rowcount


def counted(session: Connection, account: str) -> int:
    mine = select(func.count()).select_from(objections).where(objections.c.account == account)
    return session.execute(mine).scalar_one()


def upheld(session: Connection, organisation: str, account: str) -> list[str]:
    """The purposes that this person's data is not processed for any more."""
    mine = (objections.c.organisation == organisation) & (objections.c.account == account)
    mine &= objections.c.decision == Decision.UPHELD.value
    found = select(objections.c.purpose).where(mine).distinct().order_by(objections.c.purpose)
    return list(session.execute(found).scalars())


def of_requests(session: Connection, chosen: Sequence[str]) -> Mapping[str, Sequence[Row]]:  # type: ignore[type-arg]
    """What was decided in each of these requests."""
    mine = select(objections).where(objections.c.request.in_(chosen)).order_by(objections.c.purpose)
    found = defaultdict(list)
    for row in session.execute(mine):
        found[row.request].append(row)
    return found
