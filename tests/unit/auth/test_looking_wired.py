"""Who looked is told by role to everybody, and by name where it was weighed so, of one's own organisation (P09)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from services.auth.domain import account as accounts, restriction
from services.kernel.commands.unit import Unit
from tests.unit.auth.test_people_wired import refused
from tests.unit.auth.world import GEMEENTE, MAKER, World

REQUEST = str(uuid4())
BEA = "Sanne van der Velde"
"""What everybody is called in this world."""


@pytest.fixture
def person(world: World) -> str:
    """Looked at by a Beheerder, Bea, and by an officer of the maker's, in a case."""
    account = str(world.registered()["account"])
    world.registered("bea@voorbeeld.example", "bea", "beheerder")
    found = str(world.auth.people.pseudonym_of(account=account, organisation=GEMEENTE)["pseudonym"])
    world.auth.people.looked(world.signed_in("bea"), GEMEENTE, [found])
    officer = world.context(actor=f"account/{uuid4()}", organisation=MAKER, role="compliance", case="c-1")
    world.auth.people.looked(officer, GEMEENTE, [found])
    return found


def named(world: World, person: str, **but: Any) -> list[tuple[str, str | None]]:
    """As another Beheerder has the answer made."""
    asked = {"organisation": GEMEENTE, "person": person, "request": REQUEST, "after": "", "limit": 100, **but}
    context = replace(world.beheerder(), case=REQUEST)
    return [(one["role"], one["name"]) for one in world.auth.looking.named(context, **asked)["items"]]


def test_without_a_weighing_nobody_is_named_and_nobody_looked_at(world: World, person: str) -> None:
    before = world.told()
    world.org.weighed = {(GEMEENTE, str(uuid4()), person), (GEMEENTE, REQUEST, str(uuid4()))}

    with refused("forbidden"):
        named(world, person)
    assert world.told() == before
    items = world.auth.looking.log(person, "", 100)["items"]
    assert [(one["role"], one["name"]) for one in items] == [("compliance", None), ("beheerder", None)]


def test_weighed_so_ones_own_organisations_people_are_named_and_that_is_a_look_at_them(
    world: World, person: str
) -> None:
    world.org.weighed = {(GEMEENTE, REQUEST, person)}

    assert named(world, person) == [("compliance", None), ("beheerder", BEA)]
    [look] = world.auth.people.access_log(world.signed_in("bea"), after="", limit=10)["items"]
    assert (look["role"], look["case"], look["name"]) == ("beheerder", REQUEST, None)


def test_a_page_of_them_ends_where_the_next_begins(world: World, person: str) -> None:
    world.org.weighed = {(GEMEENTE, REQUEST, person)}
    context = replace(world.beheerder(), case=REQUEST)
    asked = {"organisation": GEMEENTE, "person": person, "request": REQUEST, "limit": 1}
    first = world.auth.looking.named(context, **asked, after="")
    second = world.auth.looking.named(context, **asked, after=first["next"])
    assert [one["name"] for one in (*first["items"], *second["items"])] == [None, BEA]


def test_of_who_is_restricted_there_is_no_name(world: World, person: str) -> None:
    world.org.weighed = {(GEMEENTE, REQUEST, person)}
    bea = world.signed_in("bea").actor.removeprefix("account/")

    def work(unit: Unit) -> dict[str, Any]:
        asked = restriction.Restrict(request=str(uuid4()), by="account/b", at=datetime.now(UTC))
        unit.do(f"account/{bea}", accounts.decider, asked)
        return {}

    world.auth.store.perform(world.context(actor="system/retention", organisation=GEMEENTE), work)
    assert named(world, person) == [("compliance", None), ("beheerder", None)]
