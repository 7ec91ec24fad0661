"""Which holds are in force, and which erasures they are on. Projected after views/erasures.py."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Index,
    MetaData,
    Row,
    String,
    Table,
    Text,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from services.contracts.facts import CATEGORY, ORGANISATION, PERSON
from services.contracts.privacy import Category
from services.contracts.retention import (
    ErasureCompleted,
    ErasureScheduled,
    HoldPlaced,
    HoldReleased,
    HoldReviewed,
    HoldScope,
)
from services.kernel.codec import instant
from services.kernel.envelope import Recorded
from services.retention.views.erasures import erasures

SESSION = frozenset({Category.IP_ADDRESS, Category.TECHNICAL, Category.SESSION_COOKIE})
"""What is kept of a session."""

tables = MetaData()
holds = Table(
    "holds",
    tables,
    Column("hold", String(36), primary_key=True),
    Column("state", String(12), nullable=False),
    Column("scope", String(20), nullable=False),
    Column("organisation", String(36), nullable=False),
    Column("account", String(36), index=True),
    Column("categories", Text, nullable=False),
    Column("sessions", Boolean, nullable=False),
    Column("ground", String(30), nullable=False),
    Column("placed_at", String(32), nullable=False),
    Column("expires_at", String(32), nullable=False),
    Column("review_at", String(32)),
    Column("reviewed_at", String(32)),
    Column("released_at", String(32)),
    Column("correlation", String(36), nullable=False),
    Index("holds_by_expiry", "state", "expires_at"),
    Index("holds_by_organisation", "organisation", "scope", "state"),
)
"""`state`: `in_force`, `released` or `expired`. `sessions`: whether what is kept of sessions is held too."""


def project(session: Connection, record: Recorded) -> None:
    match record.event:
        case HoldPlaced() as event:
            session.execute(
                insert(holds).values(
                    hold=event.hold,
                    state="in_force",
                    scope=event.scope.value,
                    organisation=event.organisation,
                    account=event.account,
                    categories=orjson.dumps([category.value for category in event.categories]).decode(),
                    sessions=not event.categories or bool(SESSION & set(event.categories)),
                    ground=event.ground.value,
                    placed_at=instant(event.at),
                    expires_at=instant(event.expires_at),
                    review_at=instant(event.review_at) if event.review_at else None,
                    correlation=record.envelope.correlationid,
                )
            )
            _judge(session, _whose(event))
        case HoldReviewed() as event:
            again = instant(event.review_at) if event.review_at else None
            mine = holds.c.hold == event.hold
            session.execute(update(holds).where(mine).values(review_at=again, reviewed_at=instant(event.at)))
        case HoldReleased() as event:
            state = "expired" if event.expired else "released"
            mine = holds.c.hold == event.hold
            session.execute(update(holds).where(mine).values(state=state, released_at=instant(event.at)))
            _judge(session, _whose(event))
        case ErasureScheduled() as event:
            _judge(session, erasures.c.erasure == event.erasure)
        case ErasureCompleted() as event if event.scope == PERSON:
            drop(session, event.account)


def _whose(event: HoldPlaced | HoldReleased) -> ColumnElement[bool]:
    if event.account is None:
        return erasures.c.organisation == event.organisation
    return erasures.c.account == event.account


def _judge(session: Connection, mine: ColumnElement[bool]) -> None:
    """Whether these erasures, as far as they are not ordered, have a hold on them."""
    held = exists(select(holds.c.hold).where(holds.c.state == "in_force", covers(erasures.c)))
    waits = mine & (erasures.c.state == "scheduled")
    session.execute(update(erasures).where(waits, held).values(state="held"))
    was_held = mine & (erasures.c.state == "held")
    session.execute(update(erasures).where(was_held, ~held).values(state="scheduled", suspended_at=None))


def covers(erasure: Any) -> ColumnElement[bool]:
    """A person goes whole, so a hold on any category holds all; a session goes on its own, and so may a category."""
    named = literal('"') + func.substr(erasure.scope, len(CATEGORY) + 1) + '"'
    organisations = (holds.c.scope == HoldScope.ORGANISATION.value) & (holds.c.organisation == erasure.organisation)
    return or_(holds.c.account == erasure.account, organisations) & or_(
        erasure.scope.in_((PERSON, ORGANISATION)),
        erasure.scope.startswith("session/") & holds.c.sessions,
        erasure.scope.startswith(CATEGORY) & or_(holds.c.categories == "[]", holds.c.categories.contains(named)),
    )


def on_each(session: Connection, chosen: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The holds in force on each of these erasures that has any, by id."""
    found = select(erasures.c.erasure, holds.c.hold).join(holds, covers(erasures.c))
    found = found.where(erasures.c.erasure.in_(chosen), holds.c.state == "in_force").order_by(holds.c.hold)
    by_erasure: dict[str, tuple[str, ...]] = {}
    for row in session.execute(found):
        by_erasure[row.erasure] = (*by_erasure.get(row.erasure, ()), row.hold)
    return by_erasure


def held_in(session: Connection, organisation: str, category: Category) -> tuple[bool, list[str]]:
    """Whether a hold keeps this category of everybody in an organisation, and of which of its people one does."""
    named = or_(holds.c.categories == "[]", holds.c.categories.contains(f'"{category.value}"'))
    mine = (holds.c.organisation == organisation) & (holds.c.state == "in_force") & named
    found = session.execute(select(holds.c.scope, holds.c.account).where(mine)).all()
    everybody = any(row.scope == HoldScope.ORGANISATION.value for row in found)
    return everybody, sorted({row.account for row in found if row.account is not None})


def drop(session: Connection, account: str) -> int:
    """Leave that there was a hold, and take out on whom."""
    return session.execute(update(holds).where(holds.c.account == account).values(account=None)).rowcount


def counted(session: Connection, account: str) -> int:
    mine = select(func.count()).select_from(holds).where(holds.c.account == account)
    return session.execute(mine).scalar_one()


def of_account(session: Connection, account: str) -> list[str]:
    """Every hold there was on a person, past ones too."""
    return list(session.execute(select(holds.c.hold).where(holds.c.account == account)).scalars())


def kept_by(session: Connection, chosen: Sequence[str]) -> frozenset[Category] | None:
    """The categories that these holds keep between them; None where one keeps all."""
    rows = session.execute(select(holds.c.categories).where(holds.c.hold.in_(chosen))).scalars()
    named = [orjson.loads(found) for found in rows]
    return frozenset(Category(one) for some in named for one in some) if all(named) else None


def told_to(session: Connection, account: str, grounds: Sequence[str]) -> Sequence[Row]:  # type: ignore[type-arg]
    """Those in force on a person that they are told of, the oldest first."""
    mine = (holds.c.account == account) & (holds.c.state == "in_force") & holds.c.ground.in_(grounds)
    return session.execute(select(holds).where(mine).order_by(holds.c.hold)).all()


def to_review(session: Connection, organisation: str | None, moment: datetime) -> dict[str, int]:
    """By organisation, how many in force should have been looked at again by `moment`."""
    mine = (holds.c.state == "in_force") & (holds.c.review_at <= instant(moment))
    if organisation is not None:
        mine &= holds.c.organisation == organisation
    found = select(holds.c.organisation, func.count().label("due")).where(mine).group_by(holds.c.organisation)
    return {row.organisation: row.due for row in session.execute(found)}


def expired_by(session: Connection, moment: datetime, limit: int) -> Sequence[Row]:  # type: ignore[type-arg]
    """In force, and over by `moment`."""
    mine = (holds.c.state == "in_force") & (holds.c.expires_at <= instant(moment))
    return session.execute(select(holds).where(mine).order_by(holds.c.expires_at).limit(limit)).all()


def by_id(session: Connection, hold: str) -> Row | None:  # type: ignore[type-arg]
    """Only who looks after the whole house may ask: a hold belongs to it, and to no tenant."""
    return session.execute(select(holds).where(holds.c.hold == hold)).first()


def after(session: Connection, hold: str, limit: int) -> Sequence[Row]:  # type: ignore[type-arg]
    """Every hold, by id, those after `hold`."""
    return session.execute(select(holds).where(holds.c.hold > hold).order_by(holds.c.hold).limit(limit)).all()


def reviewed_by(session: Connection, organisation: str | None, until: str) -> Sequence[Row]:  # type: ignore[type-arg]
    """In force, and to be looked at again by `until`, the first of them first."""
    mine = (holds.c.state == "in_force") & (holds.c.review_at <= until)
    if organisation is not None:
        mine &= holds.c.organisation == organisation
    return session.execute(select(holds).where(mine).order_by(holds.c.review_at, holds.c.hold)).all()
