"""Of several replicas any may be asked: each says in its service's database when its jobs were last done.

Several there are on PostgreSQL alone. On SQLite one process is all of a service, and an idle machine writes nothing.
"""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError

from services.kernel.clock.jobs import Jobs
from services.kernel.store.database import is_sqlite, writing
from services.kernel.store.eventstore import cursors

log = logging.getLogger(__name__)

SECONDS = 5.0
PREFIX = "done-"


class Turns:
    def __init__(self, engine: Engine, jobs: Jobs) -> None:
        self._engine, self._jobs = engine, jobs
        self._said: dict[str, int] = {}

    def run(self, stopping: threading.Event) -> None:
        while not stopping.wait(SECONDS):
            self.tell()

    def tell(self) -> None:
        """Every few seconds, in one statement, the jobs that were done since; the newest turn of all replicas stays.

        A database that is away is no affair of this: a turn that is not told looks late, and then something is.
        """
        if is_sqlite(self._engine):
            return
        # Rounded down: what is told of here is never earlier than what this process knows itself.
        done = {name: int(at.timestamp() * 1000) for name, at in self._jobs.done().items()}
        new = [(name, at) for name, at in sorted(done.items()) if at != self._said.get(name)]
        if not new:
            return
        rows = insert(cursors).values([{"name": PREFIX + name, "after": at} for name, at in new])
        newest = func.greatest(cursors.c.after, rows.excluded.after)
        try:
            with writing(self._engine) as session:
                session.execute(rows.on_conflict_do_update(index_elements=["name"], set_={"after": newest}))
        except SQLAlchemyError as error:
            log.info("turns of jobs are missed: %s", type(error).__name__)
            return
        self._said |= dict(new)


def newest(session: Connection) -> dict[str, datetime]:
    """By job when any replica did it last, as far as they have said."""
    rows = session.execute(select(cursors).where(cursors.c.name.startswith(PREFIX, autoescape=True)))
    return {row.name.removeprefix(PREFIX): datetime.fromtimestamp(row.after / 1000, UTC) for row in rows}
