"""What people did in the app, until it is counted: short-lived, in no event, and gone with the person (P02)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Index,
    MetaData,
    Row,
    String,
    Table,
    delete,
    func,
    insert,
    select,
)

tables = MetaData()
facts = Table(
    "usage_facts",
    tables,
    Column("account", String(36), primary_key=True),
    Column("kind", String(30), primary_key=True),
    Column("at", String(32), primary_key=True),
    Column("organisation", String(36), nullable=False),
    Column("day", String(10), nullable=False),
    Index("usage_by_day", "day", "organisation"),
)
"""`account` is the pseudonym, `day` the one in Amsterdam. The same of one person at one moment is one fact."""
restricted = Table(
    "usage_restricted",
    tables,
    Column("request", String(36), primary_key=True),
    Column("account", String(36), nullable=False, index=True),
    Column("organisation", String(36), nullable=False),
)
"""Whose data is kept and used no further, by the request for that (AVG 18): they are not counted."""


def take(session: Connection, organisation: str, account: str, said: Iterable[tuple[str, str, str]]) -> int:
    """Keep what is new of these, each a kind, a moment and its day; returns how many that were."""
    wanted = dict.fromkeys(said)
    mine = (facts.c.account == account) & facts.c.at.in_({at for _, at, _ in wanted})
    known = select(facts.c.kind, facts.c.at).where(mine)
    there = {(row.kind, row.at) for row in session.execute(known)}
    rows = [
        {"account": account, "kind": kind, "at": at, "organisation": organisation, "day": day}
        for kind, at, day in wanted
        if (kind, at) not in there
    ]
    if rows:
        session.execute(insert(facts), rows)
    return len(rows)


def on(session: Connection, account: str, day: str) -> int:
    """How many facts of this person are of that day."""
    mine = (facts.c.account == account) & (facts.c.day == day)
    return session.execute(select(func.count()).select_from(facts).where(mine)).scalar_one()


def of_person(session: Connection, account: str) -> Sequence[Row]:  # type: ignore[type-arg]
    """What is still kept of one person, the oldest first."""
    mine = select(facts.c.kind, facts.c.at).where(facts.c.account == account)
    return session.execute(mine.order_by(facts.c.at, facts.c.kind)).all()


def before(session: Connection, day: str, limit: int) -> Sequence[Row]:  # type: ignore[type-arg]
    """The organisations and days before this one of which there are facts, the oldest first."""
    found = select(facts.c.day, facts.c.organisation).where(facts.c.day < day, _free()).distinct()
    return session.execute(found.order_by(facts.c.day, facts.c.organisation).limit(limit)).all()


def cells(session: Connection, organisation: str, day: str) -> Sequence[Row]:  # type: ignore[type-arg]
    """By kind how many people did it that day, and how often."""
    mine = (facts.c.organisation == organisation) & (facts.c.day == day) & _free()
    counted = select(facts.c.kind, func.count(facts.c.account.distinct()).label("people"), func.count().label("facts"))
    return session.execute(counted.where(mine).group_by(facts.c.kind)).all()


def people(session: Connection, organisation: str, day: str) -> Sequence[str]:
    """Whose facts there are of that day."""
    mine = (facts.c.organisation == organisation) & (facts.c.day == day)
    return list(session.execute(select(facts.c.account).where(mine).distinct()).scalars())


def forget(session: Connection, organisation: str, day: str) -> int:
    """What was counted; of whom nothing may be used it stays until its term is over."""
    mine = (facts.c.organisation == organisation) & (facts.c.day == day) & _free()
    return session.execute(delete(facts).where(mine)).rowcount


def restrict(session: Connection, organisation: str, account: str, request: str) -> None:
    lift(session, request)
    session.execute(insert(restricted).values(request=request, account=account, organisation=organisation))


def lift(session: Connection, request: str) -> None:
    session.execute(delete(restricted).where(restricted.c.request == request))


def _free() -> ColumnElement[bool]:
    return facts.c.account.not_in(select(restricted.c.account))


def forget_before(session: Connection, moment: str) -> int:
    """What is past its term, whether or not it was counted."""
    return session.execute(delete(facts).where(*_before(moment))).rowcount


def drop_person(session: Connection, account: str) -> int:
    session.execute(delete(restricted).where(restricted.c.account == account))
    return drop_facts(session, account)


def drop_facts(session: Connection, account: str) -> int:
    """What somebody did may not be counted any more."""
    return session.execute(delete(facts).where(facts.c.account == account)).rowcount


def holds_person(session: Connection, account: str) -> int:
    return session.execute(select(func.count()).select_from(facts).where(facts.c.account == account)).scalar_one()


def drop(session: Connection, organisation: str) -> int:
    session.execute(delete(restricted).where(restricted.c.organisation == organisation))
    return session.execute(delete(facts).where(facts.c.organisation == organisation)).rowcount


def holds(session: Connection, organisation: str) -> int:
    mine = facts.c.organisation == organisation
    return session.execute(select(func.count()).select_from(facts).where(mine)).scalar_one()


def older_than(session: Connection, organisation: str | None, moment: str) -> int:
    """How many facts from before a moment are still there; of one organisation, or of all (P02)."""
    old = _before(moment)
    if organisation is not None:
        old.append(facts.c.organisation == organisation)
    return session.execute(select(func.count()).select_from(facts).where(*old)).scalar_one()


def _before(moment: str) -> list[ColumnElement[bool]]:
    """The index is by day, which in Amsterdam begins before it does in UTC."""
    until = date.fromisoformat(moment[:10]) + timedelta(days=1)
    return [facts.c.day <= until.isoformat(), facts.c.at < moment]
