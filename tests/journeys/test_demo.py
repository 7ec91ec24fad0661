"""A first run lays the demo down through the door, and a second one finds it there."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from crisisconnect.demo import HOUSES, PASSWORD, is_laid
from tests.journeys.people import Person, eventually
from tests.journeys.running import System

LAID_SECONDS = 60.0
QUIET_SECONDS = 3.0


@pytest.fixture
def system(tmp_path: Path) -> Iterator[System]:
    system = System(tmp_path, {"DEMO": "1"})
    system.start()
    yield system
    system.stop()


def known(system: System, username: str) -> Person:
    person = Person(system.url)
    said = person.post("/v1/sessions", {"username": username, "password": PASSWORD})
    person.http.headers["Authorization"] = f"Bearer {said['token']}"
    person.organisation = said["organisation"]
    return person


def size(system: System) -> int:
    """How many entries the log has, once it has stood still for a while."""
    seen, since = -1, time.monotonic()
    while time.monotonic() - since < QUIET_SECONDS:
        now = int(httpx.get(f"{system.url}/log/checkpoint", timeout=15).text.splitlines()[1])
        if now != seen:
            seen, since = now, time.monotonic()
        time.sleep(0.2)
    return seen


def test_a_first_run_lays_the_demo_down_and_a_second_adds_nothing(system: System) -> None:
    eventually(lambda: is_laid(system.var), seconds=LAID_SECONDS, what="the demo")
    before = size(system)
    assert system.stop() == 0

    system.start()
    eventually(lambda: "the demo is here" in system.console.read_text(), what="the second run's word on the demo")
    assert size(system) == before

    officer = known(system, "demo.compliance")
    registered = {one["name"]: one["kind"] for one in officer.get("/v1/organisations")["items"]}
    erasures = officer.get("/v1/erasures")["items"]
    assert {(house.name, house.kind) for house in HOUSES} <= set(registered.items())
    assert [one["state"] for one in erasures] == ["certified", "certified"]
    assert officer.get("/v1/reports/erasures")["totals"]["overdue"] == 0

    for house in HOUSES:
        beheerder = known(system, f"{house.slug}.beheer")
        base = f"/v1/organisations/{beheerder.organisation}"
        [agreement] = beheerder.get(f"{base}/agreements")["items"]
        roles = [one["role"] for one in beheerder.get(f"{base}/members")["items"]]
        assert agreement["in_force"]
        assert sorted(roles) == ["auditor", "beheerder"] + ["member"] * house.members
        assert known(system, f"{house.slug}.lid1").get("/v1/me/access-log")["items"]

    said = system.console.read_text()
    assert said.count(PASSWORD) == 2
    assert f"{system.url}/dev/mail" in said
    assert "ok" in system.command("log", "verify").stdout


def test_an_empty_start_prints_the_first_operators_link_once(system_without: System) -> None:
    def printed() -> list[str]:
        lines = system_without.console.read_text().splitlines()
        return [line for line in lines if line.startswith("the first operator opens an account")]

    [line] = eventually(printed, what="the link")
    token = line.rsplit("/", 1)[-1]
    Person(system_without.url).post(
        f"/v1/invitations/{token}",
        {"username": "first.operator", "password": PASSWORD, "first_name": "Olga", "last_name": "Bron"},
    )
    system_without.stop()

    system_without.start()

    known(system_without, "first.operator")
    time.sleep(QUIET_SECONDS)
    assert len(printed()) == 1


@pytest.fixture
def system_without(tmp_path: Path) -> Iterator[System]:
    system = System(tmp_path)
    system.start()
    yield system
    system.stop()
