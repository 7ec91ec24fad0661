"""A store that came back shows what its events say under the keys of today: views are made again, from the first on.

Old rows hold blind indexes of a key that has been rotated since, and rows of people erased since. The keyring is never
the old one, so its tombstones tell who must not come back; for them nothing is minted and nothing is kept.
"""

from __future__ import annotations

import logging
import time
from typing import Any, Protocol

from sqlalchemy import Connection, delete, insert, select, update

from services.kernel.commands.unit import Store
from services.kernel.envelope import Recorded
from services.kernel.faultpoint import reached
from services.kernel.store import eventstore
from services.kernel.store.database import scrub, writing
from services.kernel.store.eventstore import REBUILDING, cursors, erased, events

log = logging.getLogger(__name__)

BATCH = 250
WHOLE = -1
"""Where the mark stands before anything of the old views has gone."""


class Holdings(Protocol):
    def drop(self, session: Connection, account: str) -> int: ...


def must_rebuild(session: Connection) -> None:
    """Leave the mark that the views are to be made again before the next command, from the first event on."""
    if session.execute(update(cursors).where(cursors.c.name == REBUILDING).values(after=WHOLE)).rowcount == 0:
        session.execute(insert(cursors).values(name=REBUILDING, after=WHOLE))


class Rebuilding:
    """Where the mark stands, makes every view of one store again, a bounded batch at a time."""

    def __init__(self, store: Store, holdings: Holdings) -> None:
        self._store, self._holdings = store, holdings

    def run(self) -> None:
        """Returns at once where there is no mark. A crash between two batches goes on where it was."""
        at = self._at()
        if at is None:
            return
        if at == WHOLE:
            self._bury()
            self._clear()
        count = 0
        while (done := self._step()) is not None:
            count += done
        scrub(self._store.engine)
        log.warning("the views of %s were made again from %d events", self._store.source, count)

    def _at(self) -> int | None:
        with self._store.reading() as session:
            return session.execute(select(cursors.c.after).where(cursors.c.name == REBUILDING)).scalar()

    def _bury(self) -> None:
        """Whoever was erased after this copy was made leaves what is no event too: mail under way, answers."""
        with self._store.reading() as session:
            known = set(session.execute(select(erased.c.owner)).scalars())
        gone = sorted(self._store.keyring.buried() - known)
        for start in range(0, len(gone), BATCH):
            with writing(self._store.engine) as session:
                for owner in gone[start : start + BATCH]:
                    kind, _, account = owner.partition("/")
                    if kind == "account":
                        self._holdings.drop(session, account)
                        eventstore.forget_answers(session, owner)
                eventstore.bury(session, gone[start : start + BATCH])

    def _clear(self) -> None:
        with writing(self._store.engine) as session:
            for view in self._store.views:
                for table in reversed(view.tables.sorted_tables):
                    session.execute(delete(table))
            self._move(session, 0)

    def _step(self) -> int | None:
        """How many events were projected; None once there are no more, and the mark is gone."""
        at = self._at() or 0
        e = events.c
        some = select(e.position, e.line, e.version).where(e.position > at).order_by(e.position).limit(BATCH)
        with self._store.reading() as session:
            rows = session.execute(some).all()
        # The keys are looked up before the transaction begins.
        records = [self._seen(row) for row in rows]
        with writing(self._store.engine) as session:
            for record in records:
                for view in self._store.views:
                    view.project(session, record)
            if rows:
                self._move(session, rows[-1].position)
            else:
                session.execute(delete(cursors).where(cursors.c.name == REBUILDING))
            reached("before_rebuilt")
        time.sleep(0)  # where one thread serves many, it is the others' turn
        return len(rows) or None

    def _seen(self, row: Any) -> Recorded:
        return self._store.reindex(eventstore.parse(bytes(row.line), row.version))

    def _move(self, session: Connection, to: int) -> None:
        session.execute(update(cursors).where(cursors.c.name == REBUILDING).values(after=to))
