"""Terms are in force from the day on which both have signed and the agreement has begun, through its last day."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.kernel.context import Context
from services.kernel.decider import Refused
from tests.unit.org.conftest import MAKER, World
from tests.unit.org.test_organisations_wired import OPERATOR, beheerder_of, register

DOCUMENT = "ab" * 32
PROPOSAL: dict[str, Any] = {
    "purposes": {"app_access": "public_task", "beheer_access": "contract"},
    "categories": ["name", "email", "credentials", "contact_phone"],
    "retention": {"name": "P0D", "email": "P1M"},
    "sub_processors": ["Voorbeeld Hosting B.V."],
    "starts_on": "2026-03-01",
    "ends_on": "2027-02-28",
}


def propose(world: World, organisation: str, **but: Any) -> str:
    return str(world.org.propose_agreement(OPERATOR, organisation, **{**PROPOSAL, **but})["agreement"])


def sign(world: World, context: Context, organisation: str, agreement: str, **but: Any) -> dict[str, Any]:
    said = {
        "signatory": {"name": "Pieter de Vries", "function": "directeur"},
        "document_sha256": DOCUMENT,
        "signed_on": "2026-03-01",
        **but,
    }
    return world.org.sign_agreement(context, organisation, agreement, **said)


def agree(world: World, organisation: str, **but: Any) -> str:
    agreement = propose(world, organisation, **but)
    sign(world, OPERATOR, organisation, agreement)
    sign(world, beheerder_of(organisation), organisation, agreement)
    return agreement


def terms_on(world: World, organisation: str, moment: datetime) -> Any:
    world.clock.now = moment
    return world.org.terms_in_force(OPERATOR, organisation)


def noon(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 12, tzinfo=UTC)


def test_the_second_signature_brings_it_in_force(world: World) -> None:
    organisation = register(world)
    agreement = propose(world, organisation)
    assert world.org.terms_in_force(OPERATOR, organisation) is None
    assert sign(world, OPERATOR, organisation, agreement)["in_force"] is False
    assert world.org.terms_in_force(OPERATOR, organisation) is None
    assert sign(world, beheerder_of(organisation), organisation, agreement)["in_force"] is True
    assert world.org.terms_in_force(OPERATOR, organisation) == {
        "agreement": agreement,
        "version": 1,
        "role": "processor",
        "purposes": PROPOSAL["purposes"],
        "categories": PROPOSAL["categories"],
        "retention": PROPOSAL["retention"],
    }
    assert world.org.organisation(OPERATOR, organisation)["agreement_in_force"] is True


def test_it_holds_from_its_first_midnight_in_amsterdam_to_its_last(world: World) -> None:
    organisation = register(world)
    agree(world, organisation, starts_on="2026-03-10", ends_on="2026-07-01")
    assert terms_on(world, organisation, datetime(2026, 3, 9, 22, 59, 59, tzinfo=UTC)) is None
    assert terms_on(world, organisation, datetime(2026, 3, 9, 23, 0, tzinfo=UTC)) is not None
    assert terms_on(world, organisation, datetime(2026, 7, 1, 21, 59, 59, tzinfo=UTC)) is not None
    assert terms_on(world, organisation, datetime(2026, 7, 1, 22, 0, tzinfo=UTC)) is None


def test_one_without_an_end_holds_until_it_is_ended(world: World) -> None:
    organisation = register(world)
    agreement = agree(world, organisation, ends_on=None)
    assert terms_on(world, organisation, noon(2056, 1, 1)) is not None
    world.org.terminate_agreement(beheerder_of(organisation), organisation, agreement, ends_on="2056-01-01")
    assert terms_on(world, organisation, noon(2056, 1, 1)) is not None
    assert terms_on(world, organisation, noon(2056, 1, 2)) is None


def test_a_newer_agreement_replaces_the_older_one_on_its_first_day(world: World) -> None:
    organisation = register(world)
    older = agree(world, organisation, ends_on=None)
    newer = agree(world, organisation, starts_on="2026-04-01", ends_on="2026-12-31")
    assert terms_on(world, organisation, noon(2026, 3, 31))["agreement"] == older
    assert terms_on(world, organisation, noon(2026, 4, 1))["agreement"] == newer
    assert terms_on(world, organisation, noon(2027, 1, 1)) is None


def test_a_proposal_that_one_side_signed_replaces_nothing(world: World) -> None:
    organisation = register(world)
    older = agree(world, organisation)
    sign(world, OPERATOR, organisation, propose(world, organisation))
    assert terms_on(world, organisation, noon(2026, 3, 31))["agreement"] == older


def test_signing_again_answers_the_same_and_writes_nothing(world: World) -> None:
    organisation = register(world)
    agreement = agree(world, organisation)
    assert sign(world, OPERATOR, organisation, agreement)["events"] == []
    assert sign(world, OPERATOR, organisation, agreement)["in_force"] is True
    other = {"name": "Iemand Anders", "function": "directeur"}
    with pytest.raises(Refused, match="already_signed"):
        sign(world, OPERATOR, organisation, agreement, signatory=other)


def test_another_document_is_refused(world: World) -> None:
    organisation = register(world)
    agreement = propose(world, organisation)
    sign(world, OPERATOR, organisation, agreement)
    with pytest.raises(Refused, match="document_differs"):
        sign(world, beheerder_of(organisation), organisation, agreement, document_sha256="cd" * 32)


def test_an_agreement_is_shown_with_its_signatories(world: World) -> None:
    organisation = register(world)
    agreement = agree(world, organisation)
    shown = world.org.agreement(beheerder_of(organisation), organisation, agreement)
    assert shown["purposes"] == PROPOSAL["purposes"]
    assert (shown["in_force"], shown["version"], shown["proposed_by"]) == (True, 1, "processor")
    assert [one["side"] for one in shown["signatures"]] == ["controller", "processor"]
    assert shown["signatures"][0]["signatory"] == {"name": "Pieter de Vries", "function": "directeur"}
    assert shown["signatures"][0]["signed_on"] == "2026-03-01"


def test_agreements_are_listed_by_version(world: World) -> None:
    organisation, neighbour = register(world), register(world)
    made = [propose(world, organisation) for _ in range(3)]
    propose(world, neighbour)
    first = world.org.agreements(OPERATOR, organisation, None, 2)
    second = world.org.agreements(OPERATOR, organisation, first["next"], 2)
    assert [one["agreement"] for one in first["items"] + second["items"]] == made
    assert [one["version"] for one in first["items"] + second["items"]] == [1, 2, 3]
    assert second["next"] is None


def test_only_an_operator_and_a_beheerder_speak_for_a_side(world: World) -> None:
    organisation = register(world)
    auditor = Context(actor="account/x", organisation=organisation, role="auditor", correlation="c")
    with pytest.raises(Refused, match="forbidden"):
        world.org.propose_agreement(auditor, organisation, **PROPOSAL)
    with pytest.raises(Refused, match="forbidden"):
        world.org.propose_agreement(OPERATOR, MAKER, **PROPOSAL)
    proposed = world.org.propose_agreement(beheerder_of(organisation), organisation, **PROPOSAL)
    agreement = world.org.agreement(OPERATOR, organisation, proposed["agreement"])
    assert agreement["proposed_by"] == "controller"


def test_an_agreement_of_another_organisation_is_not_found(world: World) -> None:
    organisation, neighbour = register(world), register(world)
    agreement = propose(world, neighbour)
    mine = beheerder_of(organisation)
    for ask in (
        lambda: world.org.agreement(mine, organisation, agreement),
        lambda: sign(world, mine, organisation, agreement),
        lambda: world.org.terminate_agreement(mine, organisation, agreement, ends_on="2026-03-31"),
    ):
        with pytest.raises(Refused, match="not_found"):
            ask()


def test_today_is_amsterdams(world: World) -> None:
    world.clock.now = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    assert world.org.today() == date(2026, 3, 2)
    organisation = register(world)
    assert sign(world, OPERATOR, organisation, propose(world, organisation), signed_on="2026-03-02")["events"]
