"""Since when there is something of a person in a category whose term may begin with that, as the log tells it (P06)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Index,
    MetaData,
    Row,
    String,
    Table,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    tuple_,
)

from services.contracts.auth import PeopleErased, PersonInvited, UserRegistered
from services.contracts.facts import CATEGORY, ORGANISATION, PERSON
from services.contracts.privacy import Category
from services.contracts.retention import ErasureOrdered
from services.kernel.codec import instant, moment
from services.kernel.event import Event
from services.kernel.signing.entry import Entry
from services.retention.views.erasures import erasures

tables = MetaData()
recordings = Table(
    "recordings",
    tables,
    Column("account", String(36), primary_key=True),
    Column("category", String(20), primary_key=True),
    Column("organisation", String(36), nullable=False),
    Column("at", String(32), nullable=False),
    Column("entry", BigInteger, nullable=False),
    Column("event", String(36), nullable=False),
    Column("correlation", String(36), nullable=False),
    Index("recordings_by_organisation", "organisation", "category", "at"),
)
"""`at` is the first moment: a term is a ceiling, and what was corrected since went with the same key."""
FOLLOWED: tuple[type[Event], ...] = (PersonInvited, UserRegistered, PeopleErased, ErasureOrdered)


def follow(session: Connection, entry: Entry) -> None:
    match entry.record.event:
        case PersonInvited() as event:
            _first(session, entry, event, Category.EMAIL)
        case UserRegistered() as event:
            _first(session, entry, event, Category.NAME)
        case PeopleErased() as event:
            session.execute(delete(recordings).where(recordings.c.account.in_(event.people)))
        case ErasureOrdered() as event if event.scope == PERSON:
            drop(session, event.account)
        case ErasureOrdered() as event if event.scope == ORGANISATION:
            drop_of(session, event.organisation, event.excepted or ())
        case ErasureOrdered() as event if event.scope.startswith(CATEGORY):
            category = recordings.c.category == event.scope.removeprefix(CATEGORY)
            session.execute(delete(recordings).where(recordings.c.account == event.account, category))


def _first(session: Connection, entry: Entry, event: PersonInvited | UserRegistered, category: Category) -> None:
    envelope = entry.record.envelope
    row = {
        "account": event.account,
        "category": category.value,
        "organisation": event.organisation,
        "at": instant(event.at),
        "entry": entry.index,
        "event": envelope.id,
        "correlation": envelope.correlationid,
    }
    session.execute(insert(recordings).values(**row))


def drop(session: Connection, account: str) -> int:
    return session.execute(delete(recordings).where(recordings.c.account == account)).rowcount


def counted(session: Connection, account: str) -> int:
    mine = select(func.count()).select_from(recordings).where(recordings.c.account == account)
    return session.execute(mine).scalar_one()


def drop_of(session: Connection, organisation: str, but: Sequence[str]) -> int:
    """Of all of an organisation's people but these."""
    mine = (recordings.c.organisation == organisation) & recordings.c.account.not_in(but)
    return session.execute(delete(recordings).where(mine)).rowcount


def counted_of(session: Connection, organisation: str, but: Sequence[str]) -> int:
    mine = (recordings.c.organisation == organisation) & recordings.c.account.not_in(but)
    return session.execute(select(func.count()).select_from(recordings).where(mine)).scalar_one()


def since_before(
    session: Connection, organisation: str, category: Category, latest: datetime, limit: int
) -> Sequence[Row]:  # type: ignore[type-arg]
    """There by `latest`, and not scheduled to be erased."""
    mine = (recordings.c.organisation == organisation) & (recordings.c.category == category.value)
    mine &= (recordings.c.at <= instant(latest)) & ~_scheduled()
    return session.execute(select(recordings).where(mine).order_by(recordings.c.at).limit(limit)).all()


def of(session: Connection, account: str) -> dict[Category, datetime]:
    """Since when there is something of this person, by category."""
    rows = session.execute(select(recordings).where(recordings.c.account == account))
    return {Category(row.category): moment(row.at) for row in rows}


def page_of(
    session: Connection, organisation: str, category: Category, after: tuple[str, str], limit: int
) -> Sequence[Row]:  # type: ignore[type-arg]
    """Those that are not scheduled to be erased, the oldest first, from behind `after` (since when, and whose)."""
    order = recordings.c.at, recordings.c.account
    mine = (recordings.c.organisation == organisation) & (recordings.c.category == category.value) & ~_scheduled()
    found = select(recordings).where(mine, tuple_(*order) > after)
    return session.execute(found.order_by(*order).limit(limit)).all()


def _scheduled() -> ColumnElement[bool]:
    """The category by itself, or ordered with the whole person."""
    alone = (erasures.c.scope == literal(CATEGORY) + recordings.c.category) & (erasures.c.state != "cancelled")
    ordered = (erasures.c.scope == PERSON) & erasures.c.ordered_at.is_not(None)
    mine = erasures.c.account == recordings.c.account
    return exists(select(erasures.c.erasure).where(mine, or_(alone, ordered)))


def of_person(session: Connection, account: str) -> Sequence[Row]:  # type: ignore[type-arg]
    """What is known of one person, by category."""
    mine = recordings.c.account == account
    return session.execute(select(recordings).where(mine).order_by(recordings.c.category)).all()
