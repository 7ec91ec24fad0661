"""What auth gives for a disclosure: the granted categories alone; a look is told, but where a law keeps it secret."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.contracts.auth import DataViewed
from services.kernel.store import eventstore
from tests.unit.auth.world import GEMEENTE, PASSWORD, World

OFFICER = "account/0b6f6f0e-8a54-4f0f-8d5f-5d2d1f4b7a12"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.close()


@pytest.fixture
def sanne(world: World) -> str:
    world.registered()
    return world.signed_in(ip="192.0.2.7").actor.removeprefix("account/")


def given(world: World, person: str, *categories: str, **but: Any) -> list[dict[str, str]]:
    asked: dict[str, Any] = {"organisation": GEMEENTE, "people": [person], "case": "d1", "by": OFFICER, "silent": False}
    asked |= {"categories": list(categories), **but}
    found = world.auth.disclosing.data(world.context(actor="system/audit"), **asked)
    return found.get(person, [])


def looks(world: World) -> list[DataViewed]:
    with world.auth.store.reading() as session:
        told = [record.event for record in eventstore.everything(session)]
    return [event for event in told if isinstance(event, DataViewed)]


def test_only_what_was_granted_is_given_and_a_password_never(world: World, sanne: str) -> None:
    assert {one["name"] for one in given(world, sanne, "email")} == {"email"}
    assert [one["value"] for one in given(world, sanne, "credentials")] == ["sanne"]
    everything = given(world, sanne, "name", "organisation", "email", "credentials", "ip_address", "technical")
    assert "192.0.2.7" in {one["value"] for one in everything}
    assert not [one for one in everything if PASSWORD in one["value"] or "argon2" in one["value"]]


def test_sessions_outside_the_time_that_was_granted_are_left_out(world: World, sanne: str) -> None:
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()

    assert given(world, sanne, "ip_address", since=tomorrow) == []
    assert given(world, sanne, "ip_address", until=tomorrow)


def test_a_look_is_told_with_who_looked_and_the_case_and_a_silent_one_is_not(world: World, sanne: str) -> None:
    given(world, sanne, "email", silent=True)
    assert looks(world) == []
    given(world, sanne, "email")
    [look] = looks(world)
    assert (look.viewed_by, look.case, look.people, look.viewer_role.value) == (OFFICER, "d1", (sanne,), "compliance")


def test_of_who_is_not_there_nothing_is_given(world: World, sanne: str) -> None:
    assert given(world, "nobody", "email") == []
    assert given(world, sanne, "email", organisation="elsewhere") == []
