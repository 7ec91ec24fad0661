"""Where a feed has come in the log, moved by compare-and-swap, so that no two replicas take the same entry in."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from services.kernel.store.eventstore import cursors


class Moved(Exception):
    """Another replica has taken this entry in."""


def position(session: Connection, name: str, default: int) -> int:
    """A number that this service keeps by a name, which no feed has."""
    found = session.execute(select(cursors.c.after).where(cursors.c.name == name)).scalar()
    return default if found is None else int(found)


def put(session: Connection, name: str, to: int) -> None:
    if not session.execute(update(cursors).where(cursors.c.name == name).values(after=to)).rowcount:
        session.execute(insert(cursors).values(name=name, after=to))


class Cursor:
    """The row of one feed, by its name."""

    def __init__(self, name: str) -> None:
        self.name = name

    def at(self, session: Connection) -> int:
        """The index of the last entry taken in, -1 at the start."""
        found = session.execute(select(cursors.c.after).where(cursors.c.name == self.name)).scalar()
        return -1 if found is None else int(found)

    def move(self, session: Connection, seen: int, to: int) -> None:
        """First thing in a transaction: it also keeps other replicas out until the end. Raises Moved."""
        moved = update(cursors).where(cursors.c.name == self.name, cursors.c.after == seen).values(after=to)
        if session.execute(moved).rowcount == 1:
            return
        if session.execute(select(cursors.c.after).where(cursors.c.name == self.name)).first() or seen != -1:
            raise Moved
        try:
            session.execute(insert(cursors).values(name=self.name, after=to))
        except IntegrityError as lost:
            raise Moved from lost

    def lock(self, session: Connection) -> None:
        """Keeps the feed itself out until the end of the transaction."""
        session.execute(update(cursors).where(cursors.c.name == self.name).values(after=cursors.c.after))
