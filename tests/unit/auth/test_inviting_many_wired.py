"""A Beheerder invites several at once, and finds somebody by name or address, in no other organisation (I9)."""

from __future__ import annotations

from typing import Any

import pytest

from services.auth import schemas
from services.kernel.decider import Refused
from tests.unit.auth.world import GEMEENTE, MAKER, TERMS, World

ADDRESSES = ["sanne@voorbeeld.example", "joris@voorbeeld.example", "noor@voorbeeld.example"]
ANOTHER = "0b0f7c7e-2a57-4c0e-9d0c-6f1a4f1b7a02"


def invited(world: World, emails: list[str] = ADDRESSES, role: str = "member", **more: Any) -> dict[str, Any]:
    who = world.context(role="beheerder", **more)
    return world.auth.invitations.invite_many(who, organisation=GEMEENTE, emails=emails, role=role)


def refused(code: str) -> pytest.RaisesExc[Refused]:
    return pytest.raises(Refused, match=f"^{code}$")


def found(world: World, organisation: str = GEMEENTE, **by: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = world.auth.people.find(world.beheerder(), organisation=organisation, **by)["items"]
    return items


def test_each_of_several_has_an_invitation_and_a_link_of_their_own(world: World) -> None:
    answer = invited(world)

    assert len(set(answer["invitations"])) == len(answer["events"]) == len(ADDRESSES)
    for number, email in enumerate(ADDRESSES):
        assert world.accepted(world.token(email), f"somebody{number}")["role"] == "member"


def test_one_who_is_here_already_keeps_all_of_them_from_being_invited_and_is_pointed_at(world: World) -> None:
    world.invited(ADDRESSES[1])

    with refused("already_invited") as no:
        invited(world)

    assert no.value.detail == {"positions": [1]}
    assert world.told() == ["PersonInvited"]


def test_the_same_list_under_one_key_invites_once(world: World) -> None:
    answers = [invited(world, idempotency="k", digest="k") for _ in range(2)]

    assert answers[0] == answers[1]
    assert world.told().count("PersonInvited") == len(ADDRESSES)


@pytest.mark.parametrize("role", ["operator", "compliance"])
def test_nobody_is_invited_in_a_role_of_the_makers(world: World, role: str) -> None:
    with refused("role_not_allowed"):
        invited(world, role=role)


def test_an_operator_invites_the_first_beheerder_and_nobody_else(world: World) -> None:
    operator = world.context(role="operator", organisation=MAKER)
    for emails, role in ((ADDRESSES[:1], "member"), (ADDRESSES[:2], "beheerder")):
        with refused("role_not_allowed"):
            world.auth.invitations.invite_many(operator, organisation=GEMEENTE, emails=emails, role=role)
    assert world.told() == []


@pytest.mark.parametrize("emails", [[], ["a@b.example", "A@B.example"], ["niemand"], ["a@b.example"] * 101])
def test_a_list_that_is_none_is_refused(emails: list[str]) -> None:
    with refused("invalid"):
        schemas.loaded(schemas.INVITATIONS, {"emails": emails, "role": "member"})


@pytest.mark.parametrize("by", [{"username": "SANNE"}, {"email": "Sanne@voorbeeld.example"}])
def test_somebody_is_found_by_the_whole_of_a_name_or_address_and_that_is_a_look(
    world: World, by: dict[str, str]
) -> None:
    account = world.registered()["account"]
    world.registered("joris@voorbeeld.example", "joris")

    assert [one["account"] for one in found(world, **by)] == [account]
    assert world.told().count("DataViewed") == 1


@pytest.mark.parametrize("by", [{"username": "sann"}, {"email": "anne@voorbeeld.example"}, {"username": "sanne "}])
def test_a_part_finds_only_what_a_person_takes_for_the_whole(world: World, by: dict[str, str]) -> None:
    world.registered()

    assert len(found(world, **by)) == (by == {"username": "sanne "})


@pytest.mark.parametrize("by", [{"username": "sanne"}, {"email": "sanne@voorbeeld.example"}])
def test_who_belongs_to_another_organisation_is_as_who_never_was(world: World, by: dict[str, str]) -> None:
    world.registered()
    world.org.terms[ANOTHER] = TERMS

    assert found(world, ANOTHER, **by) == []
    assert "DataViewed" not in world.told()


NONE = [({}, "invalid"), ({"username": "a", "email": "a@b.example"}, "invalid"), ({"name": "a"}, "unknown_field")]


@pytest.mark.parametrize(("said", "code"), NONE)
def test_a_search_names_one_thing(said: dict[str, str], code: str) -> None:
    with refused(code):
        schemas.loaded(schemas.NAMED, said)


def test_a_list_can_be_of_one_role(world: World) -> None:
    world.registered()
    world.registered("bea@voorbeeld.example", "bea", "beheerder")

    listed = world.auth.people.members(world.beheerder(), organisation=GEMEENTE, after="", limit=100, role="beheerder")

    assert [one["role"] for one in listed["items"]] == ["beheerder"]
