"""That data rests sealed is told daily of each service, at once when it turns, and overdue when nobody tells (P18)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from services.audit.cases.sealing import SERVICES, Sealing
from services.audit.views import checks as register, sealing as view
from services.contracts.audit import SealingChecked
from services.kernel.calls.rpc import Unavailable
from services.kernel.context import Context
from services.kernel.store import eventstore
from tests.unit.audit.cases.test_checks_wired import World

FINE = {"events": 200, "values": 700, "columns": 12, "bare": 0}


class Looked(World):
    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.store.views = (register, view)
        self.bare, self.away = dict.fromkeys(SERVICES, 0), set[str]()
        self.canaries: dict[str, int] = {}
        own = lambda **more: Context(actor="system/audit", correlation="c", **more)  # noqa: E731
        self.sealing = Sealing(self.store, own, self.ask, lambda: self.now)

    def ask(self, service: str) -> dict[str, int]:
        if service in self.away:
            raise Unavailable(service)
        return {**FINE, "bare": self.bare[service], **self.canaries}

    def told(self) -> list[tuple[str, int]]:
        with self.store.reading() as session:
            history = [one.event for one in eventstore.everything(session)]
        return [(one.sealing, one.bare) for one in history if isinstance(one, SealingChecked)]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Looked]:
    one = Looked(tmp_path)
    yield one
    one.store.engine.dispose()
    one.store.keyring._engine.dispose()


def test_it_is_told_once_a_day_and_at_once_when_it_turns(world: Looked) -> None:
    world.sealing.turn()
    world.now += timedelta(hours=1)
    world.sealing.turn()
    assert world.told() == [(service, 0) for service in SERVICES]
    world.bare["org"] = 2
    world.sealing.turn()
    world.sealing.turn()
    assert world.told()[4:] == [("org", 2)]
    assert world.report().totals["bare"] == 2
    world.bare["org"] = 0
    world.sealing.turn()
    assert (world.told()[5:], world.report().totals["bare"]) == ([("org", 0)], 0)
    world.now += timedelta(days=1)
    world.sealing.turn()
    assert len(world.told()) == 10


def test_a_canary_that_can_be_read_is_told_at_once_and_counts_as_what_is_bare(world: Looked) -> None:
    world.sealing.turn()
    world.canaries = {"planted": 11, "looked": 4096, "found": 0, "reopened": 0}
    world.sealing.turn()
    assert len(world.told()) == 4
    world.canaries["found"] = 2
    world.sealing.turn()
    with world.store.reading() as session:
        last = list(eventstore.everything(session))[-1].event
    assert isinstance(last, SealingChecked)
    assert (last.planted, last.looked, last.found, last.reopened) == (11, 4096, 2, 0)
    assert world.report().totals["bare"] == 8
    world.canaries |= {"found": 0, "reopened": 3}
    world.sealing.turn()
    world.canaries["reopened"] = 0
    world.sealing.turn()
    assert (len(world.told()), world.report().totals["bare"]) == (12, 0)


def test_whoever_is_away_is_overdue_and_the_others_are_told(world: Looked) -> None:
    world.away = {"auth"}
    world.now += timedelta(hours=31)
    with pytest.raises(Unavailable):
        world.sealing.turn()
    assert [service for service, _ in world.told()] == ["org", "audit", "retention"]
    late = {row["kind"]: row["overdue"] for row in world.report().rows if row["what"] == "sealing"}
    assert late == {"auth": True, "org": False, "audit": False, "retention": False}
    assert world.report().totals["sealing_overdue"] == 1


def test_how_the_house_keeps_its_stores_is_no_tenants_row(world: Looked) -> None:
    world.sealing.turn()
    own = world.report("an-organisation")
    assert "sealing" not in {row["what"] for row in own.rows}
    assert "bare" not in own.totals
