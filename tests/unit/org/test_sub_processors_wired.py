"""Whom the maker engages each organisation hears beforehand, and can keep out for itself (P07, AVG 28)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.store import eventstore
from tests.unit.org.conftest import MAKER, World
from tests.unit.org.test_agreements_wired import agree
from tests.unit.org.test_organisations_wired import agreed, beheerder_of, register
from tests.unit.org.test_statements_wired import erase, order

OFFICER = Context(actor="account/c", organisation=MAKER, role="compliance", correlation="c3")
MAIL: dict[str, Any] = {
    "name": "Voorbeeld Post B.V.",
    "task": "Verstuurt e-mail.",
    "purposes": ["app_access"],
    "categories": ["email"],
    "country": "NL",
}
REASONS = "Wij versturen onze post zelf."


def engage(world: World, **but: Any) -> str:
    return str(world.org.register_sub_processor(OFFICER, **{**MAIL, **but})["sub_processor"])


def standing(world: World, organisation: str, sub_processor: str) -> Any:
    items = world.org.sub_processors(OFFICER, organisation, None, 100)["items"]
    return next((one["standing"] for one in items if one["id"] == sub_processor), None)


def test_every_organisation_with_an_agreement_is_told_and_no_other(world: World) -> None:
    told, untold = agreed(world), register(world)
    one = engage(world)
    assert standing(world, told, one)["state"] == "announced"
    assert standing(world, told, one)["objections_until"] == "2026-04-01T09:00:00.000000Z"
    assert standing(world, untold, one) is None
    [row] = world.org.sub_processors(OFFICER, None, None, 100)["items"]
    assert (row["organisations"], row["standing"]) == ({"announced": 1}, None)


def test_what_nobody_objected_to_is_in_force_once_the_window_is_over(world: World) -> None:
    silent, loud = agreed(world), agreed(world)
    one = engage(world)
    world.org.object_to(beheerder_of(loud), one, reasons=REASONS)
    world.org.engage()
    assert standing(world, silent, one)["state"] == "announced"
    world.clock.now += timedelta(days=30)
    world.org.engage()
    world.org.engage()
    assert (standing(world, silent, one)["state"], standing(world, silent, one)["ground"]) == ("active", "window_over")
    assert (standing(world, loud, one)["state"], standing(world, loud, one)["reasons"]) == ("objected", REASONS)
    world.org.accept(beheerder_of(loud), one)
    assert standing(world, loud, one)["ground"] == "accepted"


def test_who_is_named_in_an_agreement_is_agreed_and_the_others_are_announced(world: World) -> None:
    named, other = engage(world), engage(world, name="Voorbeeld Wacht B.V.")
    organisation = register(world)
    agree(world, organisation, sub_processors=[MAIL["name"]])
    assert standing(world, organisation, named)["ground"] == "agreed"
    assert standing(world, organisation, other)["state"] == "announced"
    assert standing(world, organisation, engage(world))["ground"] == "agreed"


def test_one_that_concerns_some_is_told_to_those_alone(world: World) -> None:
    mine, neighbour = agreed(world), agreed(world)
    one = engage(world, organisations=[mine])
    assert standing(world, neighbour, one) is None
    with pytest.raises(Refused, match="not_found"):
        world.org.object_to(beheerder_of(neighbour), one, reasons=REASONS)
    with pytest.raises(Refused, match="agreement_missing"):
        engage(world, organisations=[mine, register(world)])


def test_it_is_withdrawn_of_one_organisation_or_of_all(world: World) -> None:
    first, second = agreed(world), agreed(world)
    one = engage(world)
    world.org.withdraw_sub_processor(OFFICER, one, first)
    assert [standing(world, of, one)["state"] for of in (first, second)] == ["withdrawn", "announced"]
    world.org.withdraw_sub_processor(OFFICER, one)
    assert standing(world, second, one)["state"] == "withdrawn"
    with pytest.raises(Refused, match="not_found"):
        world.org.withdraw_sub_processor(OFFICER, "nobody")


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"country": "US"}, "transfer"),
    ({"country": "nl"}, "country"),
    ({"purposes": ["advertising"]}, "purposes"),
    ({"categories": []}, "categories"),
    ({"name": " "}, "name"),
]


def test_what_is_wrong_is_named(world: World) -> None:
    for wrong, field in WRONG:
        with pytest.raises(Refused, match="invalid") as refused:
            engage(world, **wrong)
        assert field in {name.split(".")[0] for name in refused.value.detail["errors"]}, wrong


def test_why_somebody_objected_goes_two_years_after_it_was_settled(world: World) -> None:
    organisation = agreed(world)
    one = engage(world)
    world.org.object_to(beheerder_of(organisation), one, reasons=REASONS)
    world.clock.now += timedelta(days=1000)
    world.org.forget_words()
    assert standing(world, organisation, one)["reasons"] == REASONS
    world.org.accept(beheerder_of(organisation), one)
    world.clock.now += timedelta(days=731)
    keys = world.org.keyring.status()["keys"]
    world.org.forget_words()
    world.org.forget_words()
    assert standing(world, organisation, one)["reasons"] is None
    assert standing(world, organisation, one)["objected_at"] is not None
    assert world.org.keyring.status()["keys"] == keys - 1
    assert world.events()[-1] == "ObjectionTextErased"


def test_why_somebody_objected_goes_with_the_organisation(world: World) -> None:
    organisation = agreed(world)
    one = engage(world)
    world.org.object_to(beheerder_of(organisation), one, reasons=REASONS)
    erase(world, order("", organisation, "organisation"))
    assert (standing(world, organisation, one)["state"], standing(world, organisation, one)["reasons"]) == (
        "objected",
        None,
    )


def test_the_register_is_read_page_by_page_in_its_order(world: World) -> None:
    made = [engage(world, name=f"Voorbeeld {number} B.V.") for number in range(3)]
    first = world.org.sub_processors(OFFICER, None, None, 2)
    rest = world.org.sub_processors(OFFICER, None, first["next"], 2)
    assert sorted(one["id"] for one in first["items"] + rest["items"]) == sorted(made)
    with pytest.raises(Refused, match="cursor_invalid"):
        world.org.sub_processors(OFFICER, None, "nonsense", 2)


def test_each_fact_is_the_organisations_own_and_on_a_ground(world: World) -> None:
    organisation = agreed(world)
    engage(world)
    with world.org.store.reading() as session:
        registered, announced = list(eventstore.everything(session))[-2:]
    assert (registered.envelope.organisation, announced.envelope.organisation) == (MAKER, organisation)
    assert (announced.envelope.purpose, announced.envelope.legalbasis) == ("beheer_access", "legal_obligation")
