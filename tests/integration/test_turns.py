"""Of several replicas any may be asked when a job was last done: each tells the others in their database (P06)."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, literal_column, select

from crisisconnect.postgres import Cluster
from services.kernel.clock import turns
from services.kernel.clock.jobs import Jobs
from services.kernel.clock.turns import Turns
from services.kernel.store import eventstore
from services.kernel.store.database import ensure, postgres as opened, reading, sqlite

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def database(postgres: Cluster) -> Iterator[Engine]:
    name = uuid.uuid4().hex[:8]
    ensure(postgres.url, name)
    engine = opened(postgres.url, f"crisisconnect_{name}", pool=2)
    eventstore.tables.create_all(engine)
    yield engine
    engine.dispose()


class Replica:
    """One process of a service with a clock of its own."""

    def __init__(self, engine: Engine) -> None:
        self.now = NOON
        self.engine = engine
        self.jobs = Jobs(3600, lambda: self.now)
        self.sweep = self.jobs.add(1, lambda: None, "sweep")
        self.jobs.add(3600, lambda: None, "sealing")
        self.turns = Turns(engine, self.jobs)

    def done(self, later: timedelta) -> None:
        self.now = NOON + later
        self.sweep.turn()
        self.turns.tell()

    def told(self) -> list[str | None]:
        with reading(self.engine) as session:
            return [one["done_at"] for one in self.jobs.told(turns.newest(session))]


def test_the_newest_turn_of_all_replicas_is_what_each_of_them_tells(database: Engine) -> None:
    one, other = Replica(database), Replica(database)
    assert one.told() == other.told() == [None, None]
    one.done(timedelta(seconds=3))
    assert one.told() == other.told() == [None, "2026-03-02T12:00:03.000000Z"]
    other.done(timedelta(seconds=2))
    assert one.told() == other.told() == [None, "2026-03-02T12:00:03.000000Z"], "a late word takes nothing back"
    other.done(timedelta(seconds=8))
    assert one.told() == other.told() == [None, "2026-03-02T12:00:08.000000Z"]


def test_who_did_nothing_since_writes_nothing(database: Engine) -> None:
    one = Replica(database)
    one.done(timedelta(seconds=1))
    stamp = select(eventstore.cursors.c.name, literal_column("xmin::text"))  # which transaction wrote it
    with reading(database) as session:
        before = session.execute(stamp).all()
    one.turns.tell()
    with reading(database) as session:
        assert session.execute(stamp).all() == before
    assert len(before) == 1


def test_on_sqlite_nobody_writes(tmp_path: Path) -> None:
    engine = sqlite(tmp_path / "auth.sqlite3")
    eventstore.tables.create_all(engine)
    one = Replica(engine)
    one.done(timedelta(seconds=1))
    with reading(engine) as session:
        assert session.execute(select(eventstore.cursors)).all() == []
    assert one.told() == [None, "2026-03-02T12:00:01.000000Z"]
    engine.dispose()
