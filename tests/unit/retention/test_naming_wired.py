"""Names of who looked leave only where that was weighed in the request itself; the weighing is sealed (C-579/21)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select

from services.contracts import org
from services.contracts.retention import NamesWeighed, Right
from services.kernel.store import eventstore
from services.kernel.store.eventstore import events
from tests.unit.retention.test_effects_wired import refused, told, verified
from tests.unit.retention.test_requests_wired import MINE, beheerder, found, fulfil, known, take
from tests.unit.retention.world import World

WHY = "Sanne vermoedt haar buurman."
THEIRS = str(uuid4())


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    found(made, MINE, org.OrganisationKind.PRIVATE)
    yield made
    assert made.differences() == []
    made.app.engine.dispose()
    made.app.keyring._engine.dispose()


def weigh(world: World, request: str, *, disclose: bool = True, organisation: str = MINE) -> None:
    world.app.naming.weigh(beheerder(), organisation, request, disclose=disclose, weighing=WHY)


@pytest.mark.parametrize("disclose", [True, False])
def test_a_weighing_is_sealed_and_its_outcome_is_in_the_log(world, disclose):
    person, request = verified(world, Right.ACCESS)
    weigh(world, request, disclose=disclose)

    with world.app.store.reading() as session:
        last = eventstore.read(session, f"request/{request}")[-1].event
        stored = b"\n".join(session.execute(select(events.c.line)).scalars())
    assert isinstance(last, NamesWeighed)
    assert (last.disclosed, last.weighing) == (disclose, None)
    assert b"buurman" not in stored
    shown = told(world, request)
    assert (shown["names_disclosed"], shown["weighing"], shown["state"]) == (disclose, WHY, "verified")
    assert world.app.naming.weighed(MINE, request, person) == {"disclosed": disclose}
    assert world.app.deliveries.wanted(beheerder(), MINE, request, again=False)["names"] is disclose


def test_nothing_was_weighed_unless_it_was_for_this_person_in_this_request_there(world):
    person, request = verified(world, Right.ACCESS)
    assert world.app.naming.weighed(MINE, request, person) == {"disclosed": False}
    weigh(world, request)
    for asked in ((THEIRS, request, person), (MINE, str(uuid4()), person), (MINE, request, str(uuid4()))):
        assert world.app.naming.weighed(*asked) == {"disclosed": False}
    weigh(world, request, disclose=False)
    assert world.app.naming.weighed(MINE, request, person) == {"disclosed": False}, "the last one counts"


def test_it_is_weighed_for_who_is_known_and_asks_for_access_before_the_answer(world):
    unknown = take(world, known(world), Right.ACCESS)
    with refused("identity_needed"):
        weigh(world, unknown)
    for kind in (Right.PORTABILITY, Right.ERASURE):
        with refused("invalid"):
            weigh(world, verified(world, kind)[1])
    _, request = verified(world, Right.ACCESS)
    with refused("not_found"):
        weigh(world, request, organisation=THEIRS)
    fulfil(world, request)
    with refused("request_closed"):
        weigh(world, request)
