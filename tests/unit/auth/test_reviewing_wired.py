"""A review of access covers every open account of one's own organisation, and the log holds its numbers alone (P09)."""

from __future__ import annotations

from typing import Any

import pytest

from services.auth import schemas
from services.contracts.auth import AccessReviewed, DataViewed
from services.contracts.privacy import Role
from services.kernel.decider import Refused
from services.kernel.store import eventstore
from tests.unit.auth.world import GEMEENTE, World

PEOPLE = (("sanne", "member"), ("bram", "member"), ("bea", "beheerder"), ("arie", "auditor"))


@pytest.fixture
def accounts(world: World) -> dict[str, str]:
    return {name: world.registered(f"{name}@voorbeeld.example", name, role)["account"] for name, role in PEOPLE}


def review(world: World, *, rest: str | None = None, **decisions: str) -> dict[str, Any]:
    said = {"decisions": [{"account": one, "decision": what} for one, what in decisions.items()], "rest": rest}
    return world.auth.reviewing.review(world.beheerder(), **schemas.loaded(schemas.REVIEW, said))


def told(world: World, kind: type[Any]) -> list[Any]:
    with world.auth.store.reading() as session:
        return [one.event for one in eventstore.everything(session) if isinstance(one.event, kind)]


def test_the_sheet_shows_every_open_account_and_that_is_a_look(world: World, accounts: dict[str, str]) -> None:
    world.signed_in("sanne")
    first = world.auth.reviewing.sheet(world.beheerder(), after="", limit=3)
    last = world.auth.reviewing.sheet(world.beheerder(), after=first["next"], limit=3)
    items = {one["account"]: one for one in (*first["items"], *last["items"])}

    assert (set(items), last["next"]) == (set(accounts.values()), None)
    assert [bool(items[accounts[name]]["last_sign_in"]) for name, _ in PEOPLE] == [True, False, False, False]
    assert {name: items[accounts[name]]["role"] for name, _ in PEOPLE} == dict(PEOPLE)
    assert [len(one.people) for one in told(world, DataViewed)] == [3, 1]


def test_of_every_account_it_is_said_what_becomes_of_it(world: World, accounts: dict[str, str]) -> None:
    chosen = dict.fromkeys(accounts.values(), "kept") | {accounts["bram"]: "removed", accounts["arie"]: "changed"}
    answer = review(world, **chosen)

    assert {name: answer[name] for name in ("accounts", "kept", "changed", "removed")} == {
        "accounts": 4, "kept": 2, "changed": 1, "removed": 1,
    }  # fmt: skip
    [one] = told(world, AccessReviewed)
    assert one.by_role == {Role.AUDITOR: 1, Role.BEHEERDER: 1, Role.MEMBER: 2}
    assert (one.organisation, one.without_session) == (GEMEENTE, 4)
    assert not [known for known in accounts.values() if known in str(one)]


def test_the_rest_may_be_decided_on_together(world: World, accounts: dict[str, str]) -> None:
    answer = review(world, rest="kept", **{accounts["bram"]: "removed"})
    assert (answer["kept"], answer["removed"]) == (3, 1)


def test_one_that_leaves_somebody_out_is_none(world: World, accounts: dict[str, str]) -> None:
    with pytest.raises(Refused, match=r"^review_incomplete$"):
        review(world, **{accounts["bram"]: "kept"})
    assert told(world, AccessReviewed) == []


@pytest.mark.parametrize("stranger", ["nobody", "00000000-0000-4000-8000-000000000000"])
def test_who_has_no_account_here_is_decided_on_nowhere(world: World, accounts: dict[str, str], stranger: str) -> None:
    with pytest.raises(Refused, match=r"^account_unknown$"):
        review(world, rest="kept", **{stranger: "removed"})
    assert accounts


def test_who_has_gone_is_no_part_of_it(world: World, accounts: dict[str, str]) -> None:
    world.auth.closing.remove(world.beheerder(), organisation=GEMEENTE, account=accounts["bram"])
    assert review(world, rest="kept")["accounts"] == 3


@pytest.mark.parametrize(
    "said",
    [
        {"decisions": [{"account": "a", "decision": "kept"}] * 2},
        {"decisions": [{"account": "a", "decision": "praised"}]},
        {"decisions": [{"account": "a", "decision": "kept"}] * 501},
        {"rest": "some"},
        {"names": ["Sanne"]},
    ],
)
def test_what_is_no_review_is_refused(said: dict[str, Any]) -> None:
    with pytest.raises(Refused, match=r"^(invalid|unknown_field)$"):
        schemas.loaded(schemas.REVIEW, said)
