"""Each controller's register is as its agreement is, and what it was on another day can be compared (AVG 30)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from services.kernel.codec import instant
from tests.unit.org.conftest import MAKER, World
from tests.unit.org.test_agreements_wired import PROPOSAL
from tests.unit.org.test_amendments_wired import amend, sign_both
from tests.unit.org.test_organisations_wired import agreed, beheerder_of, register
from tests.unit.org.test_statements_wired import ANYBODY
from tests.unit.org.test_sub_processors_wired import MAIL, OFFICER, engage


def report(world: World, organisation: str | None, **period: str) -> dict[str, Any]:
    return world.org.processing_register(ANYBODY, organisation, **period)


def values(world: World, organisation: str, section: str) -> dict[str, str]:
    rows = report(world, organisation)["rows"]
    return {row["item"]: row["value"] for row in rows if row["section"] == section}


def agreement_of(world: World, organisation: str) -> str:
    return str(world.org.agreements(ANYBODY, organisation, None, 1)["items"][0]["agreement"])


def test_what_was_agreed_is_written_down_as_it_comes_into_force(world: World) -> None:
    organisation = agreed(world)
    assert world.events()[-1] == "RegisterGenerated"
    assert values(world, organisation, "purpose") == PROPOSAL["purposes"]
    assert set(values(world, organisation, "category")) == {*PROPOSAL["categories"], "correspondence", "log_record"}
    assert values(world, organisation, "term")["email"] == "P1M after account_closed"
    assert values(world, organisation, "recipient") == {"Voorbeeld Hosting B.V.": "named in the agreement"}
    assert values(world, organisation, "transfer") == {"none": "none"}
    assert "sealing" in values(world, organisation, "measure")


def test_a_change_makes_a_version_and_the_days_before_it_stay(world: World) -> None:
    organisation = agreed(world)
    agreement = agreement_of(world, organisation)
    before = instant(world.clock.now + timedelta(hours=1))
    world.clock.now += timedelta(days=30)
    amend(world, organisation, agreement, categories=["name", "credentials", "contact_phone"], sub_processors=[])
    sign_both(world, organisation, agreement)
    found = report(world, organisation, since=before)
    changes = {(row["section"], row["item"]): row["change"] for row in found["rows"] if row["change"] != "same"}
    assert changes == {
        ("category", "email"): "removed",
        ("party", "agreement"): "changed",
        ("recipient", "Voorbeeld Hosting B.V."): "removed",
        ("recipient", "none"): "added",
        ("term", "email"): "removed",
    }
    assert found["totals"]["removed"] == 3
    then = report(world, organisation, until=before)
    assert {row["register_version"] for row in then["rows"]} == {1}
    assert {row["change"] for row in then["rows"]} == {None}


def test_who_receives_anything_stands_in_it_from_the_day_on_which_they_may(world: World) -> None:
    organisation = agreed(world)
    engaged = engage(world, country="US", transfer="Adequaatheidsbesluit.")
    assert MAIL["name"] not in values(world, organisation, "recipient")
    world.org.accept(beheerder_of(organisation), engaged)
    assert values(world, organisation, "recipient")[MAIL["name"]] == MAIL["task"]
    assert values(world, organisation, "transfer") == {MAIL["name"]: "US: Adequaatheidsbesluit."}
    world.org.withdraw_sub_processor(OFFICER, engaged)
    assert MAIL["name"] not in values(world, organisation, "recipient")


def test_it_is_empty_before_an_agreement_and_after_its_end(world: World) -> None:
    organisation = register(world)
    assert report(world, organisation)["rows"] == []
    assert "RegisterGenerated" not in world.events()
    ending = agreed(world)
    agreement = agreement_of(world, ending)
    world.org.terminate_agreement(beheerder_of(ending), ending, agreement, ends_on="2026-03-31")
    world.clock.now += timedelta(days=30)
    world.org.write_registers()
    assert report(world, ending)["totals"]["entries"] == 0


def test_writing_what_did_not_change_writes_nothing(world: World) -> None:
    world.org.begin()
    agreed(world)
    world.org.write_registers()
    told = world.events()
    world.org.write_registers()
    assert world.events() == told
    assert told.count("RegisterGenerated") == 2


def test_the_maker_has_one_of_its_own_as_a_controller(world: World) -> None:
    world.org.begin()
    assert values(world, MAKER, "party")["role"] == "controller"
    found = report(world, None)
    assert (found["totals"]["organisations"], report(world, "nobody")["rows"]) == (1, [])
