"""What is in an answer, sealed, in parts, until it is collected; and the link to be sent. No fact, never replayed."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import (
    Column,
    Connection,
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

from services.retention.views.deliveries import PREPARED, deliveries

tables = MetaData()
parcels = Table(
    "parcels",
    tables,
    Column("delivery", String(36), primary_key=True),
    Column("account", String(36), nullable=False, index=True),
    Column("organisation", String(36), nullable=False, index=True),
    Column("token", Text),
)
"""One row for each answer that rests here; `token` is sealed, and there until the mail with the link was taken over."""
parts = Table(
    "parcel_parts",
    tables,
    Column("delivery", String(36), primary_key=True),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("content", Text, nullable=False),
)


def lay_up(
    session: Connection, delivery: str, account: str, organisation: str, token: str, contents: Sequence[str]
) -> None:
    """`token` and each of `contents` are sealed strings."""
    whose = {"delivery": delivery, "account": account, "organisation": organisation}
    session.execute(insert(parcels).values(**whose, token=token))
    rows = [{"delivery": delivery, "part": part, "content": content} for part, content in enumerate(contents)]
    session.execute(insert(parts), rows)


def contents(session: Connection, delivery: str) -> Sequence[str]:
    """The sealed parts in order; none once they were collected."""
    mine = select(parts.c.content).where(parts.c.delivery == delivery).order_by(parts.c.part)
    return session.execute(mine).scalars().all()


def unsent(session: Connection, limit: int) -> Sequence[str]:
    """Which answers have a link that nobody was sent yet."""
    return session.execute(select(parcels.c.delivery).where(parcels.c.token.is_not(None)).limit(limit)).scalars().all()


def link_of(session: Connection, delivery: str) -> Row | None:  # type: ignore[type-arg]
    """The link that is still to be sent, with what became of its delivery."""
    of = deliveries.c.delivery == parcels.c.delivery
    found = select(parcels, deliveries.c.request, deliveries.c.state).join(deliveries, of)
    return session.execute(found.where(parcels.c.delivery == delivery, parcels.c.token.is_not(None))).first()


def sent(session: Connection, delivery: str) -> None:
    session.execute(update(parcels).where(parcels.c.delivery == delivery).values(token=None))


def over(session: Connection, limit: int) -> Sequence[str]:
    """What rests here though nobody can collect it any more."""
    ended = (deliveries.c.delivery == parcels.c.delivery) & (deliveries.c.state != PREPARED)
    # Looked for one by one: of what rests here there is little, of what was ever delivered much.
    gone = select(deliveries.c.delivery).where(ended).correlate(parcels).exists()
    return session.execute(select(parcels.c.delivery).where(gone).limit(limit)).scalars().all()


def of_account(session: Connection, account: str) -> Sequence[str]:
    return session.execute(select(parcels.c.delivery).where(parcels.c.account == account)).scalars().all()


def drop_all(session: Connection, which: Sequence[str]) -> int:
    gone = session.execute(delete(parts).where(parts.c.delivery.in_(which))).rowcount
    return gone + session.execute(delete(parcels).where(parcels.c.delivery.in_(which))).rowcount


def drop(session: Connection, account: str) -> int:
    return drop_all(session, of_account(session, account))


def counted(session: Connection, account: str) -> int:
    mine = select(func.count()).select_from(parcels).where(parcels.c.account == account)
    return session.execute(mine).scalar_one()
