"""What waits with retention: for a Beheerder their own requests, for an officer brakes and holds to look at again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from services.contracts.retention import RefusalGround
from services.kernel.codec import instant
from services.kernel.context import Context
from services.retention import schemas
from tests.unit.retention.test_requests_wired import MINE, RECEIVED, beheerder, found, known, org, take, verify
from tests.unit.retention.world import NOW, World

OFFICER = Context(actor="account/officer", purpose="beheer_access", role="compliance", correlation="c")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    found(made, MINE, org.OrganisationKind.PUBLIC)
    yield made
    made.app.engine.dispose()
    made.app.keyring._engine.dispose()


def waits(world, context, organisation=None):
    return [(one["kind"], one["id"]) for one in world.app.tasks(context, organisation)["items"]]


def test_a_request_waits_for_its_identity_then_for_its_answer_then_no_more(world):
    request = take(world, known(world))
    [task] = world.app.tasks(beheerder(), MINE)["items"]
    assert (task["kind"], task["since"], task["overdue"]) == ("identity_to_check", instant(RECEIVED), False)
    assert task["path"] == f"/v1/organisations/{MINE}/requests/{request}"
    verify(world, request)
    assert waits(world, beheerder(), MINE) == [("request_to_answer", request)]
    world.now += timedelta(days=40)
    assert world.app.tasks(beheerder(), MINE)["items"][0]["overdue"] is True
    world.app.requests.refuse(beheerder(), MINE, request, ground=RefusalGround.MANIFESTLY_UNFOUNDED, reasons="Nee.")
    assert waits(world, beheerder(), MINE) == []


def test_a_request_is_another_organisations_and_no_officers_task(world):
    take(world, known(world))
    assert waits(world, beheerder(), "another") == []
    assert waits(world, OFFICER) == []


def test_a_hold_waits_for_its_review_from_two_weeks_before(world):
    erasure = world.close()
    world.follow()
    held = world.app.holds.place(OFFICER, **_wish(erasure))["hold"]
    assert waits(world, OFFICER) == []
    world.now += timedelta(days=17)
    assert waits(world, OFFICER) == [("hold_to_review", held)]
    assert waits(world, beheerder(), MINE) == []


def _wish(erasure):
    said = {"scope": "person", "erasure": erasure, "ground": "preservation_order", "reason": "Bevel 12."}
    ends = {"expires_at": instant(NOW + timedelta(days=80)), "review_at": instant(NOW + timedelta(days=30))}
    return schemas.hold_wish({**said, **ends})
