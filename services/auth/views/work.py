"""Work under way that is no fact: mail to be sent, failed sign-ins being counted. Short-lived, never replayed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import (
    Column,
    Connection,
    Float,
    Integer,
    MetaData,
    Row,
    String,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
    update,
)

from services.kernel.codec import instant

tables = MetaData()
mails = Table(
    "mails",
    tables,
    Column("id", String(36), primary_key=True),
    Column("account", String(36), nullable=False, index=True),
    Column("text", String(30), nullable=False),
    Column("recipient", Text, nullable=False),
    Column("link", Text, nullable=False),
    Column("about", String(40)),
    Column("until", String(20)),
    Column("tries", Integer, nullable=False),
    Column("due", String(32), nullable=False, index=True),
)
failures = Table(
    "failures",
    tables,
    Column("account", String(36), primary_key=True),
    Column("minute", String(32), primary_key=True),
    Column("organisation", String(36), nullable=False),
    Column("failed", Integer, nullable=False),
)
throttles = Table(
    "throttles",
    tables,
    Column("account", String(36), primary_key=True),
    Column("failed", Integer, nullable=False),
    Column("until", Float, nullable=False),
)


def post(
    session: Connection,
    identity: str,
    account: str,
    text: str,
    recipient: str,
    link: str,
    now: str,
    about: str | None = None,
    until: str | None = None,
) -> None:
    """Put a mail into the queue; `recipient` and `link` are sealed strings, `about` is a day or a case's id.

    `account` is whose it is: a person's, or the case in which somebody without an account is asked.
    """
    row = {"id": identity, "account": account, "text": text, "recipient": recipient, "link": link}
    session.execute(insert(mails).values(**row, about=about, until=until, tries=0, due=now))


def mails_due(session: Connection, now: str, limit: int = 20) -> list[Row]:  # type: ignore[type-arg]
    return list(session.execute(select(mails).where(mails.c.due <= now).order_by(mails.c.due).limit(limit)))


def mails_of(session: Connection, account: str) -> list[Row]:  # type: ignore[type-arg]
    """What waits to be mailed to a person."""
    return list(session.execute(select(mails).where(mails.c.account == account).order_by(mails.c.due)))


def sent(session: Connection, identity: str) -> None:
    session.execute(delete(mails).where(mails.c.id == identity))


def put_off(session: Connection, identity: str, tries: int, now: datetime) -> None:
    """Try again later: after 2, 4, 8 … seconds, an hour at most."""
    due = now + timedelta(seconds=min(2**tries, 3600))
    session.execute(update(mails).where(mails.c.id == identity).values(tries=tries, due=instant(due)))


def count_failure(session: Connection, account: str, organisation: str, minute: str) -> None:
    which = (failures.c.account == account) & (failures.c.minute == minute)
    if not session.execute(update(failures).where(which).values(failed=failures.c.failed + 1)).rowcount:
        row = {"account": account, "minute": minute, "organisation": organisation, "failed": 1}
        session.execute(insert(failures).values(**row))


def failures_before(session: Connection, minute: str, limit: int = 100) -> list[Row]:  # type: ignore[type-arg]
    old = select(failures).where(failures.c.minute < minute)
    return list(session.execute(old.order_by(failures.c.minute).limit(limit)))


def counted(session: Connection, account: str, minute: str) -> None:
    session.execute(delete(failures).where((failures.c.account == account) & (failures.c.minute == minute)))


def throttle_of(session: Connection, account: str) -> tuple[int, float]:
    """How often signing in failed in a row, and until when (POSIX seconds) no try is looked at."""
    row = session.execute(select(throttles).where(throttles.c.account == account)).first()
    return (row.failed, row.until) if row else (0, 0.0)


def throttle(session: Connection, account: str, failed: int, until: float) -> None:
    which = throttles.c.account == account
    if not session.execute(update(throttles).where(which).values(failed=failed, until=until)).rowcount:
        session.execute(insert(throttles).values(account=account, failed=failed, until=until))


def lift(session: Connection, account: str) -> None:
    session.execute(delete(throttles).where(throttles.c.account == account))


def drop(session: Connection, account: str) -> int:
    return sum(
        session.execute(delete(table).where(table.c.account == account)).rowcount
        for table in (mails, failures, throttles)
    )


def drop_mails(session: Connection, account: str) -> int:
    """A mail needs an address and a link; where one of them goes, it is none any more."""
    return session.execute(delete(mails).where(mails.c.account == account)).rowcount


def holds_mails(session: Connection, account: str) -> int:
    return session.execute(select(func.count()).select_from(mails).where(mails.c.account == account)).scalar_one()


def drop_all(session: Connection, people: Sequence[str]) -> int:
    return sum(
        session.execute(delete(table).where(table.c.account.in_(people))).rowcount
        for table in (mails, failures, throttles)
    )


def holds(session: Connection, account: str) -> int:
    return sum(
        session.execute(select(func.count()).select_from(t).where(t.c.account == account)).scalar_one()
        for t in (mails, failures, throttles)
    )


def mails_late(session: Connection, moment: str) -> int:
    """How many mails were due by a moment and did not go."""
    return session.execute(select(func.count()).select_from(mails).where(mails.c.due <= moment)).scalar_one()


def uncounted(session: Connection, organisation: str | None, minute: str) -> int:
    """Of how many accounts and minutes before this one the failed sign-ins are in no event yet (P09)."""
    old = failures.c.minute < minute
    if organisation is not None:
        old &= failures.c.organisation == organisation
    return session.execute(select(func.count()).select_from(failures).where(old)).scalar_one()
