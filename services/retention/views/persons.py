"""What of a person goes and what has gone: which erasures are theirs, and how many people's an organisation has."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, Row, func, select

from services.contracts.facts import CATEGORY, PERSON
from services.kernel.codec import instant
from services.retention.domain.terms import IF_AGREED, OF, Trigger
from services.retention.views.erasures import erasures

OF_PEOPLE = (PERSON, *(f"{CATEGORY}{one}" for of in (OF, IF_AGREED) for one in of[Trigger.ACCOUNT_CLOSED]))
"""The scopes of a whole person, and of the categories that may go without the rest."""


def open_of(session: Connection, organisation: str) -> Sequence[Row]:  # type: ignore[type-arg]
    """Of an organisation's people, whole or a category of them, and not ordered."""
    mine = (erasures.c.organisation == organisation) & erasures.c.scope.in_(OF_PEOPLE) & erasures.c.account.is_not(None)
    mine &= erasures.c.state.in_(("scheduled", "held"))
    return session.execute(select(erasures).where(mine).order_by(erasures.c.asked_in)).all()


def open_of_each(session: Connection, organisation: str, people: Collection[str]) -> Sequence[Row]:  # type: ignore[type-arg]
    """As `open_of`, of these people alone, the first asked for first."""
    mine = (erasures.c.organisation == organisation) & erasures.c.scope.in_(OF_PEOPLE) & erasures.c.account.in_(people)
    mine &= erasures.c.state.in_(("scheduled", "held"))
    order = erasures.c.asked_in, erasures.c.erasure
    return session.execute(select(erasures).where(mine).order_by(*order)).all()


def scopes_of(session: Connection, account: str) -> set[str]:
    """What of this person has an erasure of its own, one that was not cancelled."""
    mine = (erasures.c.account == account) & (erasures.c.state != "cancelled")
    return set(session.execute(select(erasures.c.scope).where(mine)).scalars())


def gone_of(session: Connection, account: str) -> set[str]:
    """What of this person has been ordered."""
    mine = (erasures.c.account == account) & erasures.c.ordered_at.is_not(None)
    return set(session.execute(select(erasures.c.scope).where(mine)).scalars())


def gone_since(session: Connection, organisations: Collection[str], moment: datetime) -> dict[tuple[str, str], int]:
    """By organisation and scope, how many people were ordered erased since `moment`, but for those released."""
    mine = erasures.c.organisation.in_(organisations) & (erasures.c.ordered_at >= instant(moment))
    mine &= erasures.c.scope.in_(OF_PEOPLE) & erasures.c.released_at.is_(None)
    whose = erasures.c.organisation, erasures.c.scope
    found = select(*whose, func.count().label("gone")).where(mine).group_by(*whose)
    return {(row.organisation, row.scope): row.gone for row in session.execute(found)}


def begun(session: Connection, account: str) -> bool:
    """Whether the erasure of this person has been ordered, so that nothing can be held any more."""
    mine = (erasures.c.account == account) & (erasures.c.scope == PERSON) & erasures.c.ordered_at.is_not(None)
    return session.execute(select(erasures.c.erasure).where(mine).limit(1)).first() is not None


def of_person(session: Connection, account: str) -> str | None:
    """The erasure of the whole person, where one has begun and was not called off."""
    mine = (erasures.c.account == account) & (erasures.c.scope == PERSON) & (erasures.c.state != "cancelled")
    return session.execute(select(erasures.c.erasure).where(mine).limit(1)).scalar()


def all_of(session: Connection, account: str) -> Sequence[Row]:  # type: ignore[type-arg]
    """Every erasure that stands of a person, of their sessions and categories as well, the first due first."""
    mine = (erasures.c.account == account) & (erasures.c.state != "cancelled")
    return session.execute(select(erasures).where(mine).order_by(erasures.c.due, erasures.c.erasure)).all()
