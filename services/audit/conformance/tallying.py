"""Counts the log, a stretch at a time, and again before it is asked: what a report says is as of its last entry."""

from __future__ import annotations

import time

from services.audit.ledger import reading
from services.audit.views import tally
from services.kernel.commands.unit import Store
from services.kernel.store.cursor import Moved
from services.kernel.store.database import writing

STRETCH = 500
MOST = 40
"""Stretches of one turn: the next one goes on where it stopped."""


class Tallying:
    def __init__(self, store: Store) -> None:
        self._store = store

    def turn(self, most: int = MOST) -> int:
        """How many entries were counted. Another replica's stretch is as good as ours."""
        done = 0
        for _ in range(most):
            with self._store.reading() as session:
                seen = tally.place(session)
                page = reading.entries_after(session, seen, (), STRETCH)
            if not page.entries:
                break
            try:
                with writing(self._store.engine) as session:
                    tally.take(session, seen, page.entries)
            except Moved:
                continue
            done += len(page.entries)
            time.sleep(0)  # where one thread serves many, it is the others' turn
        return done
