"""When any replica did a job last, where there can be several; one process alone writes nothing of it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import create_engine, event, insert

from services.kernel.clock.jobs import Jobs
from services.kernel.clock.turns import Turns, newest
from services.kernel.store.eventstore import cursors

DONE = datetime(2026, 3, 2, 12, 0, 0, 250_000, tzinfo=UTC)


def test_on_sqlite_one_process_is_all_of_a_service_and_writes_nothing(tmp_path: Path) -> None:
    engine, said, jobs = create_engine(f"sqlite:///{tmp_path}/one"), [], Jobs(60.0)
    event.listen(engine, "before_cursor_execute", lambda *args: said.append(args[2]))
    jobs.add(1.0, lambda: None, "sweep").turn()
    stopping = threading.Event()
    stopping.set()

    Turns(engine, jobs).tell()
    Turns(engine, jobs).run(stopping)

    assert jobs.done()
    assert said == []
    engine.dispose()


def test_what_was_said_of_jobs_is_read_by_job_and_nothing_else_is(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}/one")
    cursors.create(engine)
    rows = [{"name": name, "after": int(DONE.timestamp() * 1000)} for name in ("done-sweep", "feed", "swept-done-")]
    with engine.begin() as session:
        session.execute(insert(cursors).values(rows))
        assert newest(session) == {"sweep": DONE}
    engine.dispose()
