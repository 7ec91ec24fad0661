"""The ground of a replay goes when its term is over, for good; the replay itself, and the view of it, go on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from services.audit.ledger.keeping import own_terms
from services.audit.replaying.grounds import Grounds
from services.audit.views import grounds
from services.contracts.audit import ReplayGroundErased, RollbackGroundErased
from services.kernel.context import Context
from services.kernel.keys.keyring import Erased
from services.kernel.replaying import replay
from services.kernel.store import eventstore
from services.kernel.store.database import sqlite
from tests.examples import audit
from tests.rules.test_every_view import tell
from tests.unit.audit.replaying.world import INVESTIGATOR, World

YEARS = timedelta(days=366 * 5)


class Clock:
    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


def unasked(wish: Mapping[str, Any]) -> None:
    raise AssertionError(f"no hold keeps what is nobody's: {wish}")


@pytest.fixture
def timer(world: World, clock: Clock) -> Grounds:
    return Grounds(world.audit, lambda: Context(actor="system/audit", correlation="c"), own_terms(), unasked, clock)


def rows(world: World) -> dict[str, tuple[bool, bool]]:
    """By replay: whether its ground is there, and whether it is said to be erased."""
    with world.audit.reading() as session:
        found = session.execute(select(grounds.grounds)).all()
    return {row.owner.removeprefix("replay/"): (row.ground is not None, row.erased_at is not None) for row in found}


def test_before_its_term_it_stays_and_after_it_nobody_reads_it(world: World, clock: Clock, timer: Grounds) -> None:
    begun = world.start()
    clock.now += timedelta(days=5 * 365)
    assert timer.turn() == 0
    assert world.replays.show(INVESTIGATOR, begun)["ground"] == "vermoeden van misbruik"
    sealed = ground_in_the_log(world, begun)

    clock.now += timedelta(days=2)
    assert timer.turn() == 1

    shown = world.replays.show(INVESTIGATOR, begun)
    assert (shown["ground"], shown["case"]) == (None, "OM-2025-0142")
    assert rows(world) == {begun: (False, True)}
    assert world.audit.keyring.open(sealed, "ground") is None, "nor from a copy of what was stored"
    with pytest.raises(Erased):
        world.audit.keyring.prepare([(f"replay/{begun}", "correspondence")])
    assert world.pages(begun), "the replay itself is still there for whoever began it"
    assert timer.turn() == 0


def test_it_is_told_with_the_rule_that_it_went_by(world: World, clock: Clock, timer: Grounds) -> None:
    begun = world.start()
    clock.now += YEARS
    timer.turn()
    with world.audit.reading() as session:
        told = eventstore.read(session, f"replay/{begun}")[-1].event
    assert isinstance(told, ReplayGroundErased)
    assert (told.rule, told.keys, told.at) == ("replay_started:P5Y@1", 1, clock.now)
    assert told.due < clock.now


def test_each_has_its_own_term(world: World, clock: Clock, timer: Grounds) -> None:
    old = [world.start() for _ in range(3)]
    clock.now += YEARS
    assert timer.turn() == 3
    clock.now -= YEARS
    young = world.start()
    assert timer.turn() == 0
    assert rows(world) == {**dict.fromkeys(old, (False, True)), young: (True, False)}


def test_a_timer_that_was_killed_after_the_key_goes_on_with_the_rest(
    world: World, clock: Clock, timer: Grounds
) -> None:
    begun = world.start()
    world.audit.keyring.erase([f"replay/{begun}"])
    clock.now += YEARS
    assert timer.turn() == 1
    assert rows(world) == {begun: (False, True)}


def test_the_view_equals_its_replay(world: World, clock: Clock, timer: Grounds, tmp_path: Path) -> None:
    world.start()
    clock.now += YEARS
    timer.turn()
    world.start()
    scratch = sqlite(tmp_path / "scratch.sqlite3")
    for view in world.audit.views:
        view.tables.create_all(scratch)
    tables = [table for view in world.audit.views for table in view.tables.sorted_tables]
    assert grounds.grounds in tables
    assert replay.verify(world.audit, scratch, tables) == []
    scratch.dispose()


def test_the_ground_of_a_rollback_has_its_term_too(world: World, clock: Clock, timer: Grounds) -> None:
    told = audit.log_rolled_back(at=clock.now)
    tell(world.audit, told)
    clock.now += timedelta(days=5 * 365)
    assert timer.turn() == 0
    clock.now += timedelta(days=2)
    assert timer.turn() == 1
    with world.audit.reading() as session:
        given, erased = eventstore.read(session, f"rollback/{told.rollback}")
    assert world.audit.keyring.open(given.sealed["ground"], "ground") is None
    assert isinstance(erased.event, RollbackGroundErased)
    assert erased.event.rule == "rollback_accepted:P5Y@1"
    assert rows(world) == {f"rollback/{told.rollback}": (False, True)}


def ground_in_the_log(world: World, begun: str) -> str:
    with world.audit.reading() as session:
        return eventstore.read(session, f"replay/{begun}")[0].sealed["ground"]
