"""What each organisation shows its people, in the order of its revisions; whom it names stands here sealed (P05)."""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Index,
    Integer,
    MetaData,
    Row,
    String,
    Table,
    Text,
    UniqueConstraint,
    delete,
    func,
    insert,
    select,
    update,
)

from services.contracts.facts import ORGANISATION
from services.contracts.org import ContentPublished, ContentWithdrawn, ErasureCompleted
from services.kernel.codec import instant
from services.kernel.envelope import Recorded

tables = MetaData()
SEALED = ("title", "body", "contact_name", "contact_email", "contact_phone")
contents = Table(
    "contents",
    tables,
    Column("content", String(36), primary_key=True),
    Column("organisation", String(36), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("kind", String(12), nullable=False),
    Column("withdrawn", Boolean, nullable=False),
    *(Column(name, Text) for name in SEALED),
    Column("sites", Text, nullable=False),
    Column("published_at", String(32), nullable=False),
    Column("changed_at", String(32), nullable=False),
    # Two changes at one moment would both take the next number; the second is decided anew.
    UniqueConstraint("organisation", "revision", name="one_content_per_revision"),
    Index("contents_by_change", "changed_at", "content"),
    Index("contents_by_change_of", "organisation", "changed_at", "content"),
)
"""Of what was withdrawn a row stays, without a word: who was off-line learns by it that it went."""


def project(session: Connection, record: Recorded) -> None:
    match record.event:
        case ContentPublished() as event:
            said: dict[str, Any] = {name: record.sealed.get(name) for name in SEALED}
            said |= {"revision": event.revision, "kind": event.content_kind.value, "changed_at": instant(event.at)}
            said["sites"] = orjson.dumps(event.external_links).decode()
            if not _set(session, event.content, **said):
                first = {"content": event.content, "organisation": event.organisation, "withdrawn": False}
                session.execute(insert(contents).values(**first, **said, published_at=instant(event.at)))
        case ContentWithdrawn() as event:
            gone: dict[str, Any] = {
                **dict.fromkeys(SEALED),
                "revision": event.revision,
                "withdrawn": True,
                "sites": "[]",
            }
            _set(session, event.content, **gone, changed_at=instant(event.at))
        case ErasureCompleted() as event if event.scope == ORGANISATION:
            drop(session, event.organisation)


def _set(session: Connection, content: str, **values: Any) -> int:
    return session.execute(update(contents).where(contents.c.content == content).values(**values)).rowcount


def by_id(session: Connection, organisation: str, content: str) -> Row[Any] | None:
    """What is shown under this id; None for what was withdrawn."""
    mine = (contents.c.organisation == organisation) & (contents.c.content == content) & ~contents.c.withdrawn
    return session.execute(select(contents).where(mine)).first()


def owns(session: Connection, organisation: str, content: str) -> bool:
    """Whether it is, or was, this organisation's."""
    mine = (contents.c.organisation == organisation) & (contents.c.content == content)
    return session.execute(select(contents.c.content).where(mine)).first() is not None


def since(session: Connection, organisation: str, revision: int, limit: int) -> list[Row[Any]]:
    """At most `limit` of what changed after a revision, withdrawn or not, in that order."""
    mine = (contents.c.organisation == organisation) & (contents.c.revision > revision)
    return list(session.execute(select(contents).where(mine).order_by(contents.c.revision).limit(limit)))


def revision(session: Connection, organisation: str) -> int:
    """The newest revision of an organisation's content, 0 before the first."""
    mine = contents.c.organisation == organisation
    return int(session.execute(select(func.max(contents.c.revision)).where(mine)).scalar() or 0)


def counted(session: Connection, organisation: str) -> int:
    """How much is shown."""
    mine = (contents.c.organisation == organisation) & ~contents.c.withdrawn
    return session.execute(select(func.count()).select_from(contents).where(mine)).scalar_one()


def shown(session: Connection, organisation: str | None) -> int:
    """How much is shown, by one organisation or by all."""
    return session.execute(select(func.count()).select_from(contents).where(_shown(organisation))).scalar_one()


def newest(session: Connection, organisation: str | None, limit: int) -> list[Row[Any]]:
    """Some of what is shown, by one organisation or by all, what changed last first."""
    wanted = select(contents).where(_shown(organisation))
    return list(session.execute(wanted.order_by(contents.c.changed_at.desc(), contents.c.content.desc()).limit(limit)))


def _shown(organisation: str | None) -> Any:
    return (
        ~contents.c.withdrawn
        if organisation is None
        else ~contents.c.withdrawn & (contents.c.organisation == organisation)
    )


def names(session: Connection, organisation: str) -> list[str]:
    """Everything that was ever shown."""
    mine = contents.c.organisation == organisation
    return list(session.execute(select(contents.c.content).where(mine)).scalars())


def drop(session: Connection, organisation: str) -> int:
    return session.execute(delete(contents).where(contents.c.organisation == organisation)).rowcount


def holds(session: Connection, organisation: str) -> int:
    mine = contents.c.organisation == organisation
    return session.execute(select(func.count()).select_from(contents).where(mine)).scalar_one()
