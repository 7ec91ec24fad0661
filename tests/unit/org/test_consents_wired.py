"""What rests on consent is refused without one, on the record; giving and taking back need none (P03)."""

from __future__ import annotations

from typing import Any

import pytest

from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.store import eventstore
from services.org.views import consents
from tests.unit.org.conftest import World
from tests.unit.org.test_agreements_wired import PROPOSAL, agree
from tests.unit.org.test_organisations_wired import agreed, register
from tests.unit.org.test_statements_wired import ANYBODY, erase, member_of, order

CONSENT = {**PROPOSAL["purposes"], "app_access": "consent"}


@pytest.fixture
def organisation(world: World) -> str:
    world.org.publish()
    made = register(world)
    agree(world, made, purposes=CONSENT)
    return made


def asked(world: World, context: Context, purpose: str = "app_access") -> bool:
    account = context.actor.removeprefix("account/")
    return world.org.consent_in_force(ANYBODY, str(context.organisation), account, purpose)["in_force"]


def refused(code: str) -> Any:
    return pytest.raises(Refused, match=f"^{code}$")


def test_what_rests_on_consent_is_refused_until_it_is_given_and_again_once_it_is_withdrawn(
    world: World, organisation: str
) -> None:
    person = member_of(organisation)
    with refused("consent_needed"):
        world.org.acknowledge_statement(person, version=2)
    assert world.events()[-1] == "ProcessingRefused"
    world.org.give_consent(person, "app_access")
    assert world.org.acknowledge_statement(person, version=2)["events"]
    world.org.withdraw_consent(person, "app_access")
    with refused("consent_needed"):
        world.org.acknowledge_statement(person, version=1)


def test_a_consent_is_shown_with_the_version_whose_words_it_was_given_in(world: World, organisation: str) -> None:
    person = member_of(organisation)
    world.org.give_consent(person, "app_access", version=1)
    world.org.give_consent(person, "usage_insight")
    world.org.withdraw_consent(person, "usage_insight")
    app, beheer, usage = world.org.my_consents(person)["items"]
    assert (app["legal_basis"], app["needed"], app["statement_version"]) == ("consent", True, 1)
    assert (beheer["legal_basis"], beheer["needed"], beheer["in_force"]) == ("contract", False, False)
    assert (usage["legal_basis"], usage["in_force"], usage["statement_version"]) == (None, False, 2)
    assert usage["withdrawn_at"] is not None


def test_it_holds_for_one_person_of_one_organisation_and_one_purpose(world: World, organisation: str) -> None:
    person = member_of(organisation)
    world.org.give_consent(person, "app_access")
    assert asked(world, person)
    assert not asked(world, person, "usage_insight")
    assert not asked(world, member_of(organisation))
    assert not asked(world, member_of(register(world), person.actor.removeprefix("account/")))


def test_giving_and_withdrawing_again_change_nothing(world: World, organisation: str) -> None:
    person = member_of(organisation)
    assert world.org.withdraw_consent(person, "app_access")["events"] == []
    world.org.give_consent(person, "app_access")
    assert world.org.give_consent(person, "app_access")["events"] == []


def test_it_is_told_with_the_purpose_it_is_for_and_the_duty_to_show_it(world: World, organisation: str) -> None:
    world.org.give_consent(member_of(organisation), "usage_insight")
    with world.org.store.reading() as session:
        *_, told = eventstore.everything(session)
    assert (told.envelope.purpose, told.envelope.legalbasis) == ("usage_insight", "legal_obligation")


def test_what_is_no_purpose_and_no_version_is_refused(world: World, organisation: str) -> None:
    person = member_of(organisation)
    with refused("not_found"):
        world.org.give_consent(person, "advertising")
    with refused("not_found"):
        world.org.withdraw_consent(person, "advertising")
    with refused("statement_unknown"):
        world.org.give_consent(person, "app_access", version=9)


def test_without_an_agreement_none_is_given_and_one_can_be_withdrawn(world: World) -> None:
    world.org.publish()
    person = member_of(register(world))
    with refused("agreement_missing"):
        world.org.give_consent(person, "app_access")
    assert world.org.withdraw_consent(person, "app_access")["events"] == []


@pytest.mark.parametrize("scope", ["person", "organisation"])
def test_a_consent_goes_with_its_person_and_does_not_come_back(world: World, scope: str) -> None:
    world.org.publish()
    person = member_of(agreed(world))
    account, organisation = person.actor.removeprefix("account/"), str(person.organisation)
    world.org.give_consent(person, "app_access")
    erase(world, order(account, organisation, scope))
    with world.org.store.reading() as session:
        assert consents.of_person(session, account) == {}
    with refused("erased" if scope == "person" else "organisation_left"):
        world.org.give_consent(person, "app_access")
