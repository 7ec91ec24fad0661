"""A number that stays away is missed by a clock that nobody sets, whatever the day is said to be (I3)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from services.audit.alarms import Alarms
from services.audit.ledger import tables
from services.audit.ledger.missing import Missing
from services.contracts.audit import GapDetected
from services.kernel.clock import beating
from services.kernel.codec import instant
from services.kernel.store import cursor, eventstore
from services.kernel.store.database import writing
from tests.unit.audit.cases.world import NOON, World

PATIENCE = 60.0
YEARS = timedelta(days=3650)


class Clocks:
    """One that goes forward only, and one on the wall."""

    def __init__(self) -> None:
        self.seconds, self.wall = 1000.0, NOON


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.close()


@pytest.fixture
def clocks() -> Clocks:
    return Clocks()


def alarms(world: World, clocks: Clocks) -> Alarms:
    missing = Missing(lambda: clocks.seconds)
    return Alarms(world.audit, world.own, PATIENCE, lambda: clocks.wall, missing)


def waits(world: World, source: str, number: int, at: datetime) -> None:
    """The log has two of them, and a later one came at that moment."""
    with writing(world.audit.engine) as session:
        session.execute(insert(tables.sources).values(source=source, vkey="v", high_water=2))
        session.execute(insert(tables.pending).values(source=source, sequence=number, note=b"", at=instant(at)))


def missed(world: World) -> list[GapDetected]:
    with world.audit.reading() as session:
        return [one.event for one in eventstore.everything(session) if isinstance(one.event, GapDetected)]


@pytest.mark.parametrize("jump", [YEARS, -YEARS], ids=("ahead", "back"))
def test_a_wall_clock_that_jumps_raises_no_alarm_and_hides_none(world: World, clocks: Clocks, jump: timedelta) -> None:
    looking = alarms(world, clocks)
    waits(world, "/auth", 4, NOON)
    looking.look()
    clocks.wall += jump
    clocks.seconds += PATIENCE - 1
    looking.look()
    assert missed(world) == []
    with world.audit.reading() as session:
        assert looking.gaps(session) == {"/auth": timedelta(seconds=PATIENCE - 1)}
    clocks.seconds += 1
    looking.look()
    looking.look()
    assert [(one.source, one.missing_from) for one in missed(world)] == [("/auth", 3)]


def test_a_restart_forgets_nothing_and_believes_the_writers_times_alone(world: World, clocks: Clocks) -> None:
    waits(world, "/auth", 4, NOON)
    clocks.wall += YEARS
    with writing(world.audit.engine) as session:
        cursor.put(session, beating.INGEST, int((NOON.timestamp() + PATIENCE - 1) * 1000))
    looking = alarms(world, clocks)
    looking.look()
    assert missed(world) == [], "the writer was at work for a second less than may be"
    clocks.seconds += 1
    looking.look()
    assert [one.source for one in missed(world)] == ["/auth"]


def test_a_writer_whose_clock_was_set_back_delays_an_alarm_no_longer_than_it_may_take(
    world: World, clocks: Clocks
) -> None:
    waits(world, "/auth", 4, NOON + YEARS)
    with writing(world.audit.engine) as session:
        cursor.put(session, beating.INGEST, int(NOON.timestamp() * 1000))
    looking = alarms(world, clocks)
    for _ in range(2):
        looking.look()
        clocks.seconds += PATIENCE
    assert [one.source for one in missed(world)] == ["/auth"]


def test_the_next_number_is_missed_for_as_long_as_it_is_the_next(world: World, clocks: Clocks) -> None:
    looking = alarms(world, clocks)
    waits(world, "/auth", 4, NOON)
    looking.look()
    clocks.seconds += PATIENCE - 1
    with writing(world.audit.engine) as session:
        session.execute(tables.sources.update().values(high_water=4))
        session.execute(tables.pending.update().values(sequence=9))
    looking.look()
    clocks.seconds += 1
    looking.look()
    assert missed(world) == []
    clocks.seconds += PATIENCE
    looking.look()
    assert [one.missing_from for one in missed(world)] == [5]
