"""What was kept apart when somebody was erased: which category, on which ground, until when (AVG 17(3))."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Connection, MetaData, Row, String, Table, Text, func, insert, select, update

from services.contracts.facts import PERSON
from services.contracts.retention import ErasureCompleted, ErasureExcepted
from services.kernel.codec import instant
from services.kernel.envelope import Recorded
from services.retention.views.holds import holds
from services.retention.views.requests import requests

tables = MetaData()
exceptions = Table(
    "erasure_exceptions",
    tables,
    Column("request", String(36), primary_key=True),
    Column("category", String(20), primary_key=True),
    Column("account", String(36), index=True),
    Column("organisation", String(36), nullable=False, index=True),
    Column("erasure", String(36), nullable=False, index=True),
    Column("ground", String(30), nullable=False),
    Column("hold", String(36), nullable=False),
    Column("until", String(32), nullable=False),
    Column("review_at", String(32), nullable=False),
    Column("law", String(10), nullable=False),
    Column("reasons", Text),
)
"""That there was an exception stays in the register; whose, and why in words, goes with the person."""
WITHOUT_THEM: Mapping[str, Any] = {"account": None, "reasons": None}


def project(session: Connection, record: Recorded) -> None:
    match record.event:
        case ErasureExcepted() as event:
            row = {
                "request": event.request,
                "category": event.category.value,
                "account": event.account,
                "organisation": event.organisation,
                "erasure": event.erasure,
                "ground": event.ground.value,
                "hold": event.hold,
                "until": instant(event.until),
                "review_at": instant(event.review_at),
                "law": str(event.law),
                "reasons": record.sealed.get("reasons"),
            }
            session.execute(insert(exceptions).values(**row))
        case ErasureCompleted() as event if event.scope == PERSON:
            drop(session, event.account)


def drop(session: Connection, account: str) -> int:
    mine = exceptions.c.account == account
    return session.execute(update(exceptions).where(mine).values(WITHOUT_THEM)).rowcount


def counted(session: Connection, account: str) -> int:
    mine = select(func.count()).select_from(exceptions).where(exceptions.c.account == account)
    return session.execute(mine).scalar_one()


def of_requests(session: Connection, chosen: Sequence[str]) -> Mapping[str, Sequence[Row]]:  # type: ignore[type-arg]
    """What was kept apart in each of these requests; `ended_at` once its hold has ended, `remedies` against it."""
    return _by(session, exceptions.c.request, chosen)


def of_erasures(session: Connection, chosen: Sequence[str]) -> Mapping[str, Sequence[Row]]:  # type: ignore[type-arg]
    """The same by the erasure that began with the request."""
    return _by(session, exceptions.c.erasure, chosen)


def _by(session: Connection, of: Column[str], chosen: Sequence[str]) -> Mapping[str, Sequence[Row]]:  # type: ignore[type-arg]
    ended = holds.c.released_at.label("ended_at")
    told = select(exceptions, ended, requests.c.remedies, of.label("of")).where(of.in_(chosen))
    told = told.join(requests, requests.c.request == exceptions.c.request)
    told = told.outerjoin(holds, holds.c.hold == exceptions.c.hold).order_by(exceptions.c.category)
    found = defaultdict(list)
    for row in session.execute(told):
        found[row.of].append(row)
    return found
