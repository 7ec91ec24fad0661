"""What may rest on people's equipment: the register of cookies and app storage, as it stands (P10)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Connection, MetaData, String, Table, Text, delete, insert, select

from services.contracts.org import CookieRegistered, CookieRemoved
from services.kernel.envelope import Recorded
from services.kernel.store.database import plain

tables = MetaData()
cookies = Table(
    "cookies",
    tables,
    Column("name", String(100), primary_key=True),
    Column("place", String(20), nullable=False),
    Column("party", Text, nullable=False),
    Column("purpose_nl", Text, nullable=False),
    Column("purpose_en", Text, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("lifetime", String(40), nullable=False),
    Column("link", Text, nullable=False),
    Column("checked_on", String(10), nullable=False),
)


def project(session: Connection, record: Recorded) -> None:
    match record.event:
        case CookieRegistered() as event:
            _forget(session, event.cookie)
            session.execute(
                insert(cookies).values(
                    name=event.cookie,
                    place=event.place.value,
                    party=event.party,
                    purpose_nl=event.purpose_nl,
                    purpose_en=event.purpose_en,
                    kind=event.cookie_kind.value,
                    lifetime=event.lifetime,
                    link=event.link,
                    checked_on=event.checked_on.isoformat(),
                )
            )
        case CookieRemoved() as event:
            _forget(session, event.cookie)


def _forget(session: Connection, name: str) -> None:
    session.execute(delete(cookies).where(cookies.c.name == name))


def names(session: Connection) -> list[str]:
    return list(session.execute(select(cookies.c.name).order_by(cookies.c.name)).scalars())


def after(session: Connection, name: str | None, limit: int) -> list[dict[str, Any]]:
    """At most `limit` of the register by name, those after `name`."""
    wanted = select(cookies) if name is None else select(cookies).where(cookies.c.name > name)
    return [plain(row) for row in session.execute(wanted.order_by(cookies.c.name).limit(limit)).mappings()]
