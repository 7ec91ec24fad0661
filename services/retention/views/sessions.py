"""Which sessions there are and when each ends, as the log tells it, until what is kept of them is ordered erased."""

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
    select,
    tuple_,
    update,
)

from services.contracts.auth import PeopleErased, SessionEnded, SessionStarted
from services.contracts.facts import ORGANISATION, PERSON
from services.contracts.retention import ErasureOrdered
from services.kernel.codec import instant
from services.kernel.event import Event
from services.kernel.signing.entry import Entry
from services.retention.views.erasures import erasures

tables = MetaData()
sessions = Table(
    "session_ends",
    tables,
    Column("session", String(36), primary_key=True),
    Column("account", String(36), nullable=False, index=True),
    Column("organisation", String(36), nullable=False),
    Column("ends_at", String(32), nullable=False, index=True),
    Column("entry", BigInteger, nullable=False),
    Column("event", String(36), nullable=False),
    Column("correlation", String(36), nullable=False),
    Index("session_ends_by_organisation", "organisation", "ends_at"),
)
"""`ends_at`: when it was ended, else when it expires; `entry` and `event` are those that say so."""
FOLLOWED: tuple[type[Event], ...] = (SessionStarted, SessionEnded, PeopleErased, ErasureOrdered)


def follow(session: Connection, entry: Entry) -> None:
    envelope = entry.record.envelope
    said = {"entry": entry.index, "event": envelope.id, "correlation": envelope.correlationid}
    match entry.record.event:
        case SessionStarted() as event:
            whose = {"session": event.session, "account": event.account, "organisation": event.organisation}
            session.execute(insert(sessions).values(**whose, **said, ends_at=instant(event.expires_at)))
        case SessionEnded() as event:
            mine = (sessions.c.session == event.session) & (sessions.c.ends_at > instant(event.at))
            session.execute(update(sessions).where(mine).values(**said, ends_at=instant(event.at)))
        case ErasureOrdered() as event if event.scope == PERSON:
            drop(session, event.account)
        case ErasureOrdered() as event if event.scope == ORGANISATION:
            drop_of(session, event.organisation, event.excepted or ())
        case PeopleErased() as event:
            # Who signed in while the order was on its way.
            session.execute(delete(sessions).where(sessions.c.account.in_(event.people)))
        case ErasureOrdered() as event:
            session.execute(delete(sessions).where(sessions.c.session == event.scope.removeprefix("session/")))


def drop(session: Connection, account: str) -> int:
    return session.execute(delete(sessions).where(sessions.c.account == account)).rowcount


def counted(session: Connection, account: str) -> int:
    mine = select(func.count()).select_from(sessions).where(sessions.c.account == account)
    return session.execute(mine).scalar_one()


def drop_of(session: Connection, organisation: str, but: Sequence[str]) -> int:
    """Of all of an organisation's people but these."""
    return session.execute(delete(sessions).where(_of(organisation, but))).rowcount


def counted_of(session: Connection, organisation: str, but: Sequence[str]) -> int:
    mine = select(func.count()).select_from(sessions).where(_of(organisation, but))
    return session.execute(mine).scalar_one()


def _of(organisation: str, but: Sequence[str]) -> ColumnElement[bool]:
    return (sessions.c.organisation == organisation) & sessions.c.account.not_in(but)


def ended_before(
    session: Connection, moment: datetime, limit: int, *, of: Sequence[str] = (), but: Sequence[str] = ()
) -> Sequence[Row]:  # type: ignore[type-arg]
    """Over by `moment` and not scheduled to be erased; `of` these organisations only, or of all `but` those."""
    mine: ColumnElement[bool] = (sessions.c.ends_at <= instant(moment)) & ~_scheduled()
    if of:
        mine &= sessions.c.organisation.in_(of)
    if but:
        mine &= sessions.c.organisation.not_in(but)
    return session.execute(select(sessions).where(mine).order_by(sessions.c.ends_at).limit(limit)).all()


def page_of(session: Connection, organisation: str, after: tuple[str, str], limit: int) -> Sequence[Row]:  # type: ignore[type-arg]
    """Those that are not scheduled to be erased, the first over first, from behind `after` (its end, and which)."""
    order = sessions.c.ends_at, sessions.c.session
    found = select(sessions).where(sessions.c.organisation == organisation, tuple_(*order) > after, ~_scheduled())
    return session.execute(found.order_by(*order).limit(limit)).all()


def _scheduled() -> ColumnElement[bool]:
    return exists(select(erasures.c.erasure).where(erasures.c.scope == literal("session/") + sessions.c.session))
