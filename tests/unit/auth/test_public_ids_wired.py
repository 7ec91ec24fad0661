"""Whoever is named to somebody else is looked at, and that is on the record (P09, I9, I10)."""

from __future__ import annotations

from uuid import uuid4

from tests.unit.auth.world import GEMEENTE, World


def test_naming_people_is_one_look_and_names_open_accounts_of_that_organisation_alone(world: World) -> None:
    said = world.registered()
    pseudonym = world.signed_in().actor.partition("/")[2]
    who = world.beheerder()

    known = world.auth.people.public_ids(who, organisation=GEMEENTE, people=[pseudonym, str(uuid4())])
    assert known == {pseudonym: said["account"]}
    assert world.told()[-1] == "DataViewed"

    before = len(world.told())
    assert world.auth.people.public_ids(who, organisation=str(uuid4()), people=[pseudonym]) == {}
    assert len(world.told()) == before
