"""Who received data before and was told of what a request changed, or why not (AVG 19)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import Column, Connection, MetaData, Row, String, Table, Text, delete, func, insert, select

from services.contracts.facts import PERSON
from services.contracts.retention import ErasureCompleted, RecipientTold
from services.kernel.codec import instant
from services.kernel.envelope import Recorded

tables = MetaData()
recipients = Table(
    "recipients",
    tables,
    Column("event", String(36), primary_key=True),
    Column("request", String(36), nullable=False, index=True),
    Column("account", String(36), nullable=False, index=True),
    Column("organisation", String(36), nullable=False, index=True),
    Column("reference", String(60)),
    Column("told_at", String(32)),
    Column("why_not", String(20)),
    Column("recipient", Text),
)
"""`event` is what proves it. `reference` names what was handed over, where the software knows of it."""


def project(session: Connection, record: Recorded) -> None:
    match record.event:
        case RecipientTold() as event:
            row = {
                "event": record.envelope.id,
                "request": event.request,
                "account": event.account,
                "organisation": event.organisation,
                "reference": event.reference,
                "told_at": instant(event.told_at) if event.told_at else None,
                "why_not": event.why_not.value if event.why_not else None,
                "recipient": record.sealed.get("recipient"),
            }
            session.execute(insert(recipients).values(**row))
        case ErasureCompleted() as event if event.scope == PERSON:
            drop(session, event.account)


def drop(session: Connection, account: str) -> int:
    return session.execute(delete(recipients).where(recipients.c.account == account)).rowcount


def counted(session: Connection, account: str) -> int:
    mine = select(func.count()).select_from(recipients).where(recipients.c.account == account)
    return session.execute(mine).scalar_one()


def of_requests(session: Connection, chosen: Sequence[str]) -> Mapping[str, Sequence[Row]]:  # type: ignore[type-arg]
    """Who was told on each of these requests, in the order in which that was recorded."""
    mine = select(recipients).where(recipients.c.request.in_(chosen)).order_by(recipients.c.event)
    found = defaultdict(list)
    for row in session.execute(mine):
        found[row.request].append(row)
    return found
