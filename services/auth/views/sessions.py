"""Which sessions are open, from where they were started, and whose they are."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Index,
    MetaData,
    Row,
    String,
    Table,
    Text,
    bindparam,
    delete,
    func,
    insert,
    select,
    text,
    true,
    update,
)

from services.auth.domain.account import Status
from services.auth.views.accounts import accounts
from services.contracts.auth import (
    AccountClosed,
    ErasureCompleted,
    PeopleErased,
    SessionEnded,
    SessionStarted,
    SignedIn,
)
from services.contracts.facts import PERSON
from services.kernel.codec import instant
from services.kernel.envelope import Recorded
from services.kernel.forgetting.reindexing import Indexed

tables = MetaData()
OPEN = text("ended_at IS NULL")
"""The indexes are found by these very words."""
sessions = Table(
    "sessions",
    tables,
    Column("session", String(36), primary_key=True),
    Column("account", String(36), nullable=False, index=True),
    Column("organisation", String(36), nullable=False),
    Column("token_index", String(64), unique=True),
    Column("started_at", String(32)),
    Column("expires_at", String(32)),
    Column("ended_at", String(32)),
    Column("ip", Text),
    Column("device", Text),
    Column("os", Text),
    Column("browser", Text),
    Column("app_version", Text),
    Index("sessions_open", "expires_at", sqlite_where=OPEN, postgresql_where=OPEN),
    Index("sessions_open_of", "organisation", "expires_at", sqlite_where=OPEN, postgresql_where=OPEN),
)

INDEXED = (Indexed(sessions, {"token_index": "token_digest"}, stream="session"),)
EQUIPMENT = ("ip", "device", "os", "browser", "app_version")
# Built once: building a statement costs more than running it.
_ONE = update(sessions).where(sessions.c.session == bindparam("which"))
_SIGNED_IN = insert(sessions)
_STARTED = _ONE.values({name: bindparam(name) for name in ("token_index", "started_at", "expires_at")})
_OPEN = sessions.c.ended_at.is_(None)
_ENDED = _ONE.where(_OPEN).values(ended_at=bindparam("ended_at"), token_index=None)
_ALL_ENDED = (
    update(sessions)
    .where(sessions.c.account == bindparam("whose"), _OPEN)
    .values(ended_at=bindparam("ended_at"), token_index=None)
)


def project(session: Connection, record: Recorded) -> None:
    event, sealed, index = record.event, record.sealed, record.index
    match event:
        case SignedIn():
            row = {"session": event.session, "account": event.account, "organisation": event.organisation}
            session.execute(_SIGNED_IN, {**row, **{name: sealed.get(name) for name in EQUIPMENT}})
        case SessionStarted():
            term = {"started_at": instant(event.at), "expires_at": instant(event.expires_at)}
            session.execute(_STARTED, {"which": event.session, "token_index": index.get("token_digest"), **term})
        case SessionEnded():
            session.execute(_ENDED, {"which": event.session, "ended_at": instant(event.at)})
        case AccountClosed():
            session.execute(_ALL_ENDED, {"whose": event.account, "ended_at": instant(event.at)})
        case ErasureCompleted() if event.scope == PERSON:
            drop(session, event.account)
        case ErasureCompleted():
            drop_one(session, event.scope)
        case PeopleErased():
            drop_all(session, event.people)


def drop(session: Connection, account: str) -> int:
    return session.execute(delete(sessions).where(sessions.c.account == account)).rowcount


def drop_all(session: Connection, people: Sequence[str]) -> int:
    return session.execute(delete(sessions).where(sessions.c.account.in_(people))).rowcount


def of_all(session: Connection, people: Sequence[str]) -> list[str]:
    """Every session of these people, ended ones too."""
    return list(session.execute(select(sessions.c.session).where(sessions.c.account.in_(people))).scalars())


def drop_one(session: Connection, owner: str) -> int:
    """A session whose own term is over: nothing tells any more that it was. `owner` is `session/<id>`."""
    return session.execute(delete(sessions).where(sessions.c.session == owner.removeprefix("session/"))).rowcount


def holds_one(session: Connection, owner: str) -> int:
    mine = select(func.count()).select_from(sessions).where(sessions.c.session == owner.removeprefix("session/"))
    return session.execute(mine).scalar_one()


def holds(session: Connection, account: str) -> int:
    mine = select(func.count()).select_from(sessions).where(sessions.c.account == account)
    return session.execute(mine).scalar_one()


def of_account(session: Connection, account: str) -> list[str]:
    """Every session of the account, ended ones too."""
    return list(session.execute(select(sessions.c.session).where(sessions.c.account == account)).scalars())


def by_token(session: Connection, index: Sequence[str], now: str) -> Row | None:  # type: ignore[type-arg]
    """The open session of a token, with its account's organisation, role and sealed public id."""
    live = (
        sessions.c.token_index.in_(index)
        & sessions.c.ended_at.is_(None)
        & (sessions.c.expires_at > now)
        & (accounts.c.status == Status.OPEN)
    )
    found = select(
        sessions.c.session,
        sessions.c.expires_at,
        accounts.c.account,
        accounts.c.organisation,
        accounts.c.role,
        accounts.c.public_id,
    ).where(live, accounts.c.account == sessions.c.account)
    return session.execute(found).first()


_OWNER = select(accounts).where(
    (accounts.c.account == bindparam("account"))
    & (accounts.c.organisation == bindparam("organisation"))
    & (accounts.c.status == Status.OPEN)
    & (sessions.c.session == bindparam("session"))
    & (sessions.c.account == accounts.c.account)
    & sessions.c.ended_at.is_(None)
    & (sessions.c.expires_at > bindparam("now"))
)


def owner(session: Connection, organisation: str, account: str, session_id: str, now: str) -> Row | None:  # type: ignore[type-arg]
    """The open account whose session this is, while the session lives."""
    asked = {"account": account, "organisation": organisation, "session": session_id, "now": now}
    return session.execute(_OWNER, asked).first()


def open_of(session: Connection, account: str, now: str) -> list[Row]:  # type: ignore[type-arg]
    mine = (sessions.c.account == account) & sessions.c.ended_at.is_(None) & (sessions.c.expires_at > now)
    return list(session.execute(select(sessions).where(mine).order_by(sessions.c.started_at).limit(100)))


def kept_of(session: Connection, account: str) -> list[Row]:  # type: ignore[type-arg]
    """Every session of which something is kept, ended ones too, the newest first."""
    mine = sessions.c.account == account
    return list(session.execute(select(sessions).where(mine).order_by(sessions.c.session.desc())))


def open_at(session: Connection, organisation: str | None, moment: str) -> int:
    """How many sessions could be used at a moment; of one organisation, or of all."""
    mine = _OPEN & (sessions.c.expires_at > moment) & _in(organisation)
    return session.execute(select(func.count()).select_from(sessions).where(mine)).scalar_one()


def lasting_longest(session: Connection, organisation: str | None) -> Sequence[Row]:  # type: ignore[type-arg]
    """The open sessions that end last: one that lasts too long is among them (P11)."""
    mine = _OPEN & sessions.c.expires_at.is_not(None) & _in(organisation)
    last = select(sessions.c.started_at, sessions.c.expires_at).where(mine).order_by(sessions.c.expires_at.desc())
    return session.execute(last.limit(100)).all()


def _in(organisation: str | None) -> ColumnElement[bool]:
    return true() if organisation is None else sessions.c.organisation == organisation


def last_started(session: Connection, people: Sequence[str]) -> dict[str, str]:
    """When each of these last signed in, as far as a session of theirs is still kept."""
    found: dict[str, str] = {}
    for start in range(0, len(people), 500):
        mine = sessions.c.account.in_(people[start : start + 500]) & sessions.c.started_at.is_not(None)
        newest = select(sessions.c.account, func.max(sessions.c.started_at).label("at")).where(mine)
        found |= {row.account: row.at for row in session.execute(newest.group_by(sessions.c.account))}
    return found
