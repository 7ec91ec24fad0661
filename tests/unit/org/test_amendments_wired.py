"""The old terms hold until both sides have signed the new ones; every version stays readable (P01)."""

from __future__ import annotations

from typing import Any

import pytest

from services.kernel.decider import Refused
from tests.unit.org.conftest import World
from tests.unit.org.test_agreements_wired import PROPOSAL, agree, noon, propose, sign, terms_on
from tests.unit.org.test_organisations_wired import OPERATOR, beheerder_of, register

OTHER = "cd" * 32
FEWER = ["name", "email", "credentials"]


def amend(world: World, organisation: str, agreement: str, **said: Any) -> dict[str, Any]:
    return world.org.amend_agreement(beheerder_of(organisation), organisation, agreement, **said)


def sign_both(world: World, organisation: str, agreement: str, document: str = OTHER) -> list[bool]:
    sides = (OPERATOR, beheerder_of(organisation))
    return [sign(world, one, organisation, agreement, document_sha256=document)["in_force"] for one in sides]


def test_the_old_terms_hold_until_both_have_signed_the_new_ones(world: World) -> None:
    organisation = register(world)
    agreement = agree(world, organisation)
    said = amend(world, organisation, agreement, categories=FEWER, incident_hours=12)
    assert (said["agreement"], said["version"]) == (agreement, 2)
    assert world.org.terms_in_force(OPERATOR, organisation)["categories"] == PROPOSAL["categories"]
    assert sign_both(world, organisation, agreement) == [False, True]
    terms = world.org.terms_in_force(OPERATOR, organisation)
    assert (terms["agreement"], terms["version"], terms["categories"]) == (agreement, 2, FEWER)
    assert (terms["purposes"], terms["retention"]) == (PROPOSAL["purposes"], PROPOSAL["retention"])


def test_a_term_goes_with_its_category(world: World) -> None:
    organisation = register(world)
    agreement = agree(world, organisation)
    amend(world, organisation, agreement, categories=["name", "credentials"])
    shown = world.org.agreement(OPERATOR, organisation, agreement)
    assert shown["versions"][1]["retention"] == {"name": "P0D"}
    with pytest.raises(Refused, match="invalid"):
        amend(world, organisation, agreement, categories=["name"], retention={"email": "P1D"})
    with pytest.raises(Refused, match="invalid"):
        amend(world, organisation, agreement)


def test_every_version_is_shown_with_its_terms_and_its_signatures(world: World) -> None:
    organisation = register(world)
    agreement = agree(world, organisation)
    amend(world, organisation, agreement, categories=FEWER)
    shown = world.org.agreement(OPERATOR, organisation, agreement)
    assert (shown["version"], shown["in_force"], shown["awaits"]) == (1, True, 2)
    sign_both(world, organisation, agreement)
    shown = world.org.agreement(OPERATOR, organisation, agreement)
    assert (shown["version"], shown["in_force"], shown["awaits"]) == (2, True, None)
    assert [(one["version"], one["in_force"]) for one in shown["versions"]] == [(1, False), (2, True)]
    assert [len(one["signatures"]) for one in shown["versions"]] == [2, 2]
    assert {one["document_sha256"] for one in shown["signatures"]} == {OTHER}


def test_an_amendment_begins_on_its_day(world: World) -> None:
    organisation = register(world)
    agreement = agree(world, organisation)
    amend(world, organisation, agreement, categories=FEWER, starts_on="2026-05-01")
    assert sign_both(world, organisation, agreement) == [False, False]
    assert terms_on(world, organisation, noon(2026, 4, 30))["version"] == 1
    assert terms_on(world, organisation, noon(2026, 5, 1))["version"] == 2


def test_ending_an_agreement_ends_every_version_of_it(world: World) -> None:
    organisation = register(world)
    agreement = agree(world, organisation)
    amend(world, organisation, agreement, ends_on=None)
    sign_both(world, organisation, agreement)
    world.org.terminate_agreement(beheerder_of(organisation), organisation, agreement, ends_on="2026-03-31")
    assert terms_on(world, organisation, noon(2026, 3, 31)) is not None
    assert terms_on(world, organisation, noon(2026, 4, 1)) is None
    with pytest.raises(Refused, match="agreement_not_open"):
        amend(world, organisation, agreement, categories=FEWER)


def test_an_amended_agreement_stands_once_in_the_list(world: World) -> None:
    organisation = register(world)
    first = agree(world, organisation)
    amend(world, organisation, first, categories=FEWER)
    second = propose(world, organisation)
    page = world.org.agreements(OPERATOR, organisation, None, 1)
    rest = world.org.agreements(OPERATOR, organisation, page["next"], 5)
    listed = [(one["agreement"], one["version"]) for one in page["items"] + rest["items"]]
    assert listed == [(first, 1), (second, 3)]


def test_an_agreement_of_another_organisation_is_not_amended(world: World) -> None:
    organisation, neighbour = register(world), register(world)
    agreement = agree(world, neighbour)
    with pytest.raises(Refused, match="not_found"):
        amend(world, organisation, agreement, categories=FEWER)


def test_whoever_leaves_takes_every_version_along_and_what_was_instructed(world: World) -> None:
    organisation = register(world)
    agreement = agree(world, organisation)
    amend(world, organisation, agreement, categories=FEWER)
    sign_both(world, organisation, agreement)
    mine = beheerder_of(organisation)
    world.org.give_instruction(mine, organisation, said="Haal het oude rooster weg.")
    world.org.terminate_agreement(mine, organisation, agreement, ends_on="2026-03-02")
    world.org.choose_leaving(mine, organisation, choice="return")
    taken = world.org.export_content(mine, organisation)
    assert [(one["agreement"], one["version"]) for one in taken["agreements"]] == [(agreement, 1), (agreement, 2)]
    assert [one["said"] for one in taken["instructions"]] == ["Haal het oude rooster weg."]


def test_nobody_signs_terms_that_the_other_side_changed_after_they_read_them(world: World) -> None:
    organisation = register(world)
    agreement = agree(world, organisation)
    amend(world, organisation, agreement, categories=FEWER)
    read = world.org.agreement(OPERATOR, organisation, agreement)["etag"]
    amend(world, organisation, agreement, categories=["name", "credentials"])

    with pytest.raises(Refused, match="precondition_failed"):
        sign(world, OPERATOR, organisation, agreement, document_sha256=OTHER, if_match=read)
    with pytest.raises(Refused, match="precondition_failed"):
        amend(world, organisation, agreement, incident_hours=8, if_match=read)
    with pytest.raises(Refused, match="precondition_failed"):
        world.org.terminate_agreement(OPERATOR, organisation, agreement, ends_on="2026-03-31", if_match=read)

    shown = world.org.agreement(OPERATOR, organisation, agreement)
    assert [len(one["signatures"]) for one in shown["versions"]] == [2, 0, 0]
    sign(world, OPERATOR, organisation, agreement, document_sha256=OTHER, if_match=shown["etag"])
    after = world.org.agreement(OPERATOR, organisation, agreement)["etag"]
    assert after == shown["etag"] + 1, "a signature is a change too"
