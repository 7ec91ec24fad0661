"""Whose data is kept and not used, on which data request, and when that ends. Nothing personal stands here (AVG 18)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Column, Connection, MetaData, Row, String, Table, delete, func, insert, select, update

from services.contracts.auth import (
    AccountClosed,
    ErasureCompleted,
    LiftAnnounced,
    PeopleErased,
    ProcessingRestricted,
    RestrictionLifted,
)
from services.contracts.facts import PERSON
from services.kernel.codec import instant
from services.kernel.envelope import Recorded

tables = MetaData()
restrictions = Table(
    "restrictions",
    tables,
    Column("request", String(36), primary_key=True),
    Column("account", String(36), nullable=False, index=True),
    Column("organisation", String(36), nullable=False),
    Column("event", String(36), nullable=False),
    Column("since", String(32), nullable=False),
    Column("announced_in", String(36)),
    Column("lifts_at", String(32), index=True),
)
"""`event` and `announced_in` are the ids of the events that restricted, and that told when it ends."""


def project(session: Connection, record: Recorded) -> None:
    match record.event:
        case ProcessingRestricted() as event:
            row = {
                "request": event.request,
                "account": event.account,
                "organisation": event.organisation,
                "event": record.envelope.id,
                "since": instant(event.at),
            }
            session.execute(insert(restrictions).values(**row))
        case LiftAnnounced() as event:
            mine = restrictions.c.request == event.request
            told = {"announced_in": record.envelope.id, "lifts_at": instant(event.lifts_at)}
            session.execute(update(restrictions).where(mine).values(**told))
        case RestrictionLifted() as event:
            session.execute(delete(restrictions).where(restrictions.c.request == event.request))
        case AccountClosed() as event:
            # Nobody sees who is closed; what suspends their erasure is retention's hold.
            drop(session, event.account)
        case ErasureCompleted() as event if event.scope == PERSON:
            drop(session, event.account)
        case PeopleErased() as event:
            drop_all(session, event.people)


def drop(session: Connection, account: str) -> int:
    return session.execute(delete(restrictions).where(restrictions.c.account == account)).rowcount


def drop_all(session: Connection, people: Sequence[str]) -> int:
    return session.execute(delete(restrictions).where(restrictions.c.account.in_(people))).rowcount


def holds(session: Connection, account: str) -> int:
    mine = select(func.count()).select_from(restrictions).where(restrictions.c.account == account)
    return session.execute(mine).scalar_one()


def among(session: Connection, people: Sequence[str]) -> frozenset[str]:
    """Which of these people are restricted."""
    found = select(restrictions.c.account).where(restrictions.c.account.in_(people))
    return frozenset(session.execute(found).scalars())


def by_request(session: Connection, request: str) -> Row | None:  # type: ignore[type-arg]
    return session.execute(select(restrictions).where(restrictions.c.request == request)).first()


def ending_by(session: Connection, moment: str, limit: int) -> list[Row]:  # type: ignore[type-arg]
    """Those that end by `moment`, in whatever organisation."""
    due = select(restrictions).where(restrictions.c.lifts_at <= moment)
    return list(session.execute(due.order_by(restrictions.c.lifts_at).limit(limit)))


def lifted_late(session: Connection, organisation: str | None, moment: str) -> int:
    """How many restrictions should have been over by a moment and are not (P15)."""
    mine = restrictions.c.lifts_at <= moment
    if organisation is not None:
        mine &= restrictions.c.organisation == organisation
    return session.execute(select(func.count()).select_from(restrictions).where(mine)).scalar_one()
