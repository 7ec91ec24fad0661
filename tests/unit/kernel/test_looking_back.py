"""Views as they were are made once a moment, page by page, and their files go."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from services.auth.views import accounts
from services.kernel.replaying import looking_back
from services.kernel.replaying.looking_back import LookingBack
from services.kernel.replaying.past import Views
from tests.unit.audit.replaying.world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.close()


class Asked(LookingBack):
    """Reads the world's log, and counts how often."""

    def __init__(self, world: World, var: Path) -> None:
        self.world, self.reads = world, 0
        super().__init__(Views("auth", [accounts]), var, self.entries)

    def entries(self, after: int, types: Sequence[str], limit: int) -> Mapping[str, Any]:
        self.reads += 1
        found = [(i, note) for i, note in enumerate(self.world.notes) if i > after][:limit]
        last = found[-1][0] if found else after
        return {"entries": [{"index": i, "note": n.decode()} for i, n in found], "scanned": last, "size": 0}


def rows(past: LookingBack, at: int, limit: int = 1) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after: int | None = None
    while True:
        page = past.page(at, after, limit)
        found, after = found + page["items"], page["next"]
        if after is None:
            return found


def erased(world: World) -> int:
    return next(i for i, note in enumerate(world.notes) if b"auth.ErasureCompleted.v1" in note)


def test_pages_are_of_one_moment_that_is_made_once(world, tmp_path):
    past, last = Asked(world, tmp_path / "var"), erased(world)

    before = rows(past, last - 1)
    reads = past.reads
    assert rows(past, last - 1, limit=100) == before
    assert past.reads == reads
    assert world.subject in str(before)
    assert world.subject not in str(rows(past, last))


def test_what_is_not_yet_made_says_come_again(world, tmp_path, monkeypatch):
    monkeypatch.setattr(looking_back, "PATIENCE", 0.0)
    past, may = Asked(world, tmp_path / "var"), threading.Event()
    monkeypatch.setattr(past, "_fetch", lambda *asked: may.wait(10) and past.entries(*asked))

    first = past.page(erased(world) - 1, None, 10)
    assert (first["items"], first["next"], first["state"]) == ([], 0, "building")
    may.set()
    monkeypatch.setattr(looking_back, "PATIENCE", 10.0)
    assert past.page(erased(world) - 1, first["next"], 10)["items"]


def test_no_more_moments_are_kept_than_there_is_room_for(world, tmp_path, monkeypatch):
    monkeypatch.setattr(looking_back, "MOMENTS", 1)
    past = Asked(world, tmp_path / "var")
    rows(past, 0)
    rows(past, 1)

    until = time.monotonic() + 10
    while len(list((tmp_path / "var" / "replays").iterdir())) > 1 and time.monotonic() < until:
        time.sleep(0.01)
    assert len(list((tmp_path / "var" / "replays").iterdir())) == 1


def test_a_log_that_is_away_is_asked_again(world, tmp_path, monkeypatch):
    monkeypatch.setattr(looking_back, "PATIENCE", 0.2)
    past = Asked(world, tmp_path / "var")
    working = past._fetch
    monkeypatch.setattr(past, "_fetch", lambda *_: {})
    assert past.page(1, None, 10)["state"] == "building"
    monkeypatch.setattr(past, "_fetch", working)
    assert rows(past, 1)
