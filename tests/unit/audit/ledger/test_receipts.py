"""A receipt is for those whom the event is of; for all others it is looked for as long as one that never was (I9)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from services.audit.receipts import Receipts
from services.audit.witnessing import policy
from services.kernel.calls.rpc import Unavailable
from services.kernel.context import Context
from services.kernel.decider import Refused
from tests.unit.audit.cases.world import LOG, NOON, OURS, THEIRS, World

POLICY = policy.load(None, LOG.verifier.vkey).digest


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.close()


def test_another_organisations_event_is_asked_for_everywhere_like_one_that_never_was(world: World) -> None:
    for organisation in (OURS, THEIRS):
        world.sign_in(str(uuid4()), organisation, NOON - timedelta(hours=1))
    world.grow()
    by_organisation = {}
    for note in world.notes:
        event = json.loads(note.split(b"\n")[0])
        by_organisation[event.get("organisation")] = event["id"]
    asked = list[str]()
    receipts = Receipts(world.audit, POLICY, [asked.append])
    beheerder = Context(actor=f"account/{uuid4()}", organisation=OURS, role="beheerder", correlation="c")

    looked_for = [by_organisation[THEIRS], str(uuid4())]
    for event in looked_for:
        with pytest.raises(Refused) as no:
            receipts.of(beheerder, event)
        assert no.value.code == "not_found"
    assert asked == looked_for
    assert receipts.of(beheerder, by_organisation[OURS])["state"] == "integrated"
    assert asked == looked_for


def away(_: str) -> None:
    raise Unavailable("org")


def test_while_a_service_is_away_what_is_anothers_and_what_never_was_get_one_answer(world: World) -> None:
    """Nobody knows then that there is none, and nobody is told more, whether it is in the log or durable (I9)."""
    theirs, mine = str(uuid4()), str(uuid4())
    has = {theirs: {"organisation": THEIRS}, mine: {"organisation": OURS}}
    beheerder = Context(actor=f"account/{uuid4()}", organisation=OURS, role="beheerder", correlation="c")
    world.sign_in(str(uuid4()), THEIRS, NOON - timedelta(hours=1))
    world.grow()
    entry = json.loads(world.notes[0].split(b"\n")[0])["id"]
    for order in ([has.get, away], [away, has.get]):
        receipts = Receipts(world.audit, POLICY, order)
        for event in (str(uuid4()), theirs, entry):
            with pytest.raises(Unavailable):
                receipts.of(beheerder, event)
        assert receipts.of(beheerder, mine)["state"] == "durable", "whoever may know is told by who is there"
    receipts = Receipts(world.audit, POLICY, [has.get])
    for event in (str(uuid4()), theirs, entry):
        with pytest.raises(Refused, match=r"^not_found$"):
            receipts.of(beheerder, event)
