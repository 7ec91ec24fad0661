"""An epoch is retired when its provider says that the key is gone, not when asked to: then it is said (I6)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, delete, select

from services.kernel.commands.unit import Store
from services.kernel.keys.epochs import Rotation
from services.kernel.store import cursor
from services.kernel.store.database import writing
from services.kernel.store.eventstore import cursors

_PLACE = "epoch/"


@dataclass(frozen=True)
class Waiting:
    """A rotation that is over but for its provider's word; `after` is the last number before it began."""

    retired: str
    keys: int
    after: int

    @property
    def name(self) -> str:
        return f"{_PLACE}{self.retired}/{self.keys}"


def wait(store: Store, rotation: Rotation, after: int) -> None:
    with writing(store.engine) as session:
        cursor.put(session, Waiting(rotation.retired, rotation.keys, after).name, after)


def gone(store: Store) -> list[Waiting]:
    """Those whose epoch, and every earlier one, the provider has given up for good."""
    with store.reading() as session:
        rows = session.execute(select(cursors).where(cursors.c.name.startswith(_PLACE))).all()
    if not rows:
        return []
    left = store.keyring.give_up()
    found = []
    for row in rows:
        _, retired, keys = row.name.split("/")
        if not any(epoch <= retired for epoch in left):
            found.append(Waiting(retired, int(keys), row.after))
    return sorted(found, key=lambda one: one.retired)


def said(session: Connection, one: Waiting) -> bool:
    """In the transaction that says so: whether it is the first to."""
    return session.execute(delete(cursors).where(cursors.c.name == one.name)).rowcount == 1
