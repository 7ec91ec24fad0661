"""What a person may know of holds and of messages that wait; of what the law hides there is no trace (AVG 15)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from services.contracts.retention import HoldGround, HoldScope
from services.kernel.context import Context
from services.kernel.following.parking import Parking
from tests.examples import retention as example
from tests.unit.retention.world import NOW, World

MINE = example.WHOSE["organisation"]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.app.engine.dispose()
    made.app.keyring._engine.dispose()


def person(world: World) -> Context:
    known = str(uuid4())
    world.log.people[known] = (known, MINE)
    return Context(
        actor=f"account/{known}", purpose="app_access", organisation=MINE, role="member", correlation=str(uuid4())
    )


def hold(world: World, who: Context, ground: HoldGround) -> str:
    officer = Context(actor=example.OFFICER, purpose="beheer_access", role="compliance", correlation=str(uuid4()))
    said = {"scope": HoldScope.PERSON, "account": who.actor.removeprefix("account/"), "ground": ground}
    more = {"reason": f"wegens {ground}", "expires_at": NOW + timedelta(days=30)}
    return str(world.app.holds.place(officer, **said, **more)["hold"])


@pytest.mark.parametrize("ground", [HoldGround.LEGAL_CLAIM, HoldGround.SUBJECT_ASKED])
def test_a_hold_that_one_may_know_of_is_told_with_why_until_it_ends(world, ground):
    who = person(world)
    placed = hold(world, who, ground)

    (told,) = world.app.telling.holds(who)["items"]
    assert (told["ground"], told["reason"], told["finding"]) == (ground, f"wegens {ground}", None)
    assert world.app.telling.holds(person(world))["items"] == []
    world.app.holds.release(Context(actor=example.OFFICER, purpose="beheer_access", correlation=str(uuid4())), placed)
    assert world.app.telling.holds(who)["items"] == []


@pytest.mark.parametrize(
    "ground", [HoldGround.FRAUD_OR_ABUSE, HoldGround.AUTHORITY_REQUEST, HoldGround.PRESERVATION_ORDER]
)
def test_of_any_other_hold_nothing_is_told(world, ground):
    who = person(world)
    hold(world, who, ground)

    assert world.app.telling.holds(who) == {"items": []}


def test_what_waits_about_a_person_is_told_to_them_alone(world):
    who, other = person(world), person(world)
    parking = Parking(world.app.feed.name)
    with world.app.engine.begin() as session:
        parking.add(session, 7, who.actor, "nl.crisisconnect.auth.AccountClosed.v1", "ValueError", 3)
        parking.add(session, 8, f"disclosure/{uuid4()}", "nl.crisisconnect.audit.DisclosureOpened.v1", "ValueError", 3)

    (told,) = world.app.parked_about(who.actor.removeprefix("account/"))["items"]
    assert (told["service"], told["type"]) == ("retention", "nl.crisisconnect.auth.AccountClosed.v1")
    assert world.app.parked_about(other.actor.removeprefix("account/")) == {"items": []}
