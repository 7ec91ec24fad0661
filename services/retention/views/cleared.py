"""What services let go by terms of their own, and for what a hold came too late. Projected after views/holds.py."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, Connection, MetaData, String, Table, delete, func, insert, or_, select

from services.contracts.facts import CATEGORY, PERSON
from services.contracts.retention import ErasureCleared, ErasureCompleted, HoldScope
from services.kernel.codec import instant
from services.kernel.envelope import Recorded
from services.retention.views.erasures import erasures
from services.retention.views.holds import covers, holds

NOBODY = ""
"""Where it is of somebody who has no account."""
tables = MetaData()
cleared = Table(
    "cleared",
    tables,
    Column("owner", String(80), primary_key=True),
    Column("account", String(36), primary_key=True, index=True),
    Column("organisation", String(36), nullable=False, index=True),
    Column("category", String(40), nullable=False),
    Column("cleared_at", String(32), nullable=False),
)


def project(session: Connection, record: Recorded) -> None:
    match record.event:
        case ErasureCleared() as event:
            said = {"organisation": event.organisation, "category": event.category.value}
            said |= {"owner": event.owner, "cleared_at": instant(event.at)}
            session.execute(insert(cleared), [{**said, "account": one} for one in event.people or (NOBODY,)])
        case ErasureCompleted() as event if event.scope == PERSON:
            drop(session, event.account)


def before(session: Connection, hold: str) -> Mapping[str, int]:
    """What had been ordered erased of all that this hold would have kept: `session`, `category/email`, `complaint` …"""
    mine = holds.c.hold == hold
    ordered = select(erasures.c.scope).join(holds, covers(erasures.c)).where(mine, erasures.c.ordered_at.is_not(None))
    found = Counter(one if one.startswith(CATEGORY) else _kind(one) for one in session.execute(ordered).scalars())
    named = or_(holds.c.categories == "[]", holds.c.categories.contains('"' + cleared.c.category + '"'))
    whole = (holds.c.scope == HoldScope.ORGANISATION.value) & (holds.c.organisation == cleared.c.organisation)
    whose = or_(holds.c.account == cleared.c.account, whole)
    went = select(cleared.c.owner).join(holds, whose & named).where(mine)
    found.update(_kind(one) for one in session.execute(went).scalars())
    return dict(sorted(found.items()))


def _kind(owner: str) -> str:
    return owner.partition("/")[0]


def drop(session: Connection, account: str) -> int:
    return session.execute(delete(cleared).where(cleared.c.account == account)).rowcount


def counted(session: Connection, account: str) -> int:
    mine: Any = select(func.count()).select_from(cleared).where(cleared.c.account == account)
    count: int = session.execute(mine).scalar_one()
    return count
