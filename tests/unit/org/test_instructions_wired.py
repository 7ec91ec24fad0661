"""What a controller instructed, and what was done, is kept for as long as either side can ask (AVG 28, 29)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.kernel.decider import Refused
from services.kernel.store import eventstore
from services.org.views import instructions
from tests.unit.org.conftest import MAKER, World
from tests.unit.org.test_organisations_wired import beheerder_of, register
from tests.unit.org.test_statements_wired import erase, order
from tests.unit.org.test_sub_processors_wired import OFFICER

SAID = "Zet het rooster van de brandweer in de app."
CALL = {"said": SAID, "giver": "Sanne Bakker", "channel": "telephone", "given_at": "2026-03-01T08:00:00+00:00"}


def taken_down(world: World, organisation: str, **but: Any) -> str:
    return str(world.org.give_instruction(OFFICER, organisation, **{**CALL, **but})["instruction"])


def shown(world: World, instruction: str, organisation: str | None = None) -> dict[str, Any]:
    return world.org.instruction(OFFICER, instruction, organisation)


def test_one_that_came_by_telephone_is_taken_down_with_its_moment_and_its_giver(world: World) -> None:
    organisation = register(world)
    one = shown(world, taken_down(world, organisation))
    assert (one["said"], one["giver"], one["channel"], one["state"]) == (SAID, "Sanne Bakker", "telephone", "open")
    assert (one["given_at"], one["organisation"]) == ("2026-03-01T08:00:00.000000Z", organisation)


def test_a_beheerder_gives_one_in_their_own_name_and_now(world: World) -> None:
    organisation = register(world)
    said = world.org.give_instruction(beheerder_of(organisation), organisation, **CALL)
    one = shown(world, said["instruction"], organisation)
    assert (one["channel"], one["giver"], one["given_at"]) == ("beheeromgeving", None, "2026-03-02T09:00:00.000000Z")


def test_one_is_parked_with_reasons_that_the_controller_reads_and_then_done(world: World) -> None:
    organisation = register(world)
    one = taken_down(world, organisation)
    world.org.park_instruction(OFFICER, one, reasons="Daar is geen grondslag voor.")
    assert shown(world, one, organisation)["reasons"] == "Daar is geen grondslag voor."
    world.org.carry_out_instruction(OFFICER, one, done="Alleen de diensten.")
    done = shown(world, one, organisation)
    assert (done["state"], done["done"], done["parked_at"] is not None) == ("done", "Alleen de diensten.", True)
    with pytest.raises(Refused, match="instruction_closed"):
        world.org.park_instruction(OFFICER, one, reasons="Toch niet.")


def test_another_organisation_finds_none_of_it(world: World) -> None:
    organisation, neighbour = register(world), register(world)
    one = taken_down(world, organisation)
    with pytest.raises(Refused, match="not_found"):
        shown(world, one, neighbour)
    with pytest.raises(Refused, match="not_found"):
        world.org.withdraw_instruction(beheerder_of(neighbour), one)
    with pytest.raises(Refused, match="not_found"):
        world.org.give_instruction(beheerder_of(neighbour), organisation, said=SAID)
    assert world.org.instructions(OFFICER, neighbour, None, 10)["items"] == []
    world.org.withdraw_instruction(beheerder_of(organisation), one)
    assert shown(world, one)["state"] == "withdrawn"


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"channel": None}, "invalid"),
    ({"channel": "pigeon"}, "invalid"),
    ({"said": " \n "}, "invalid"),
    ({"given_at": "2026-03-02T09:00:01+00:00"}, "moment_impossible"),
]


def test_what_is_wrong_is_refused(world: World) -> None:
    organisation = register(world)
    for but, code in WRONG:
        with pytest.raises(Refused, match=code):
            taken_down(world, organisation, **but)
    with pytest.raises(Refused, match="not_found"):
        taken_down(world, MAKER)


def test_the_register_is_the_newest_first_and_without_words(world: World) -> None:
    organisation = register(world)
    made = [taken_down(world, organisation) for _ in range(3)]
    first = world.org.instructions(OFFICER, organisation, None, 2)
    rest = world.org.instructions(OFFICER, None, first["next"], 2)
    assert [one["id"] for one in first["items"] + rest["items"]] == made[::-1]
    assert SAID not in str(first)


def test_its_words_go_two_years_after_it_was_closed(world: World) -> None:
    organisation = register(world)
    one, waits = taken_down(world, organisation), taken_down(world, organisation)
    world.org.carry_out_instruction(OFFICER, one, done="Gedaan.")
    world.clock.now += timedelta(days=729)
    world.org.forget_words()
    assert shown(world, one)["said"] == SAID
    world.clock.now += timedelta(days=2)
    world.org.forget_words()
    gone = shown(world, one)
    assert ([gone[name] for name in instructions.WORDS], gone["state"]) == ([None] * 4, "done")
    assert gone["erased_at"] is not None
    assert shown(world, waits)["said"] == SAID


def test_its_words_go_with_the_organisation_and_nothing_is_added(world: World) -> None:
    organisation = register(world)
    one = taken_down(world, organisation)
    erase(world, order("", organisation, "organisation"))
    assert (shown(world, one)["said"], shown(world, one)["state"]) == (None, "open")
    with pytest.raises(Refused, match="erased"):
        world.org.carry_out_instruction(OFFICER, one, done="Gedaan.")


def test_it_is_a_case_of_its_own_on_the_duty_to_act_on_instructions(world: World) -> None:
    organisation = register(world)
    one = taken_down(world, organisation)
    with world.org.store.reading() as session:
        *_, told = eventstore.everything(session)
    assert (told.stream, told.envelope.legalbasis) == (f"instruction/{one}", "legal_obligation")
