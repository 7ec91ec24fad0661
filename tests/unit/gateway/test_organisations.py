"""Who speaks for an organisation is named at the door: a key that is none goes no further (P08)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gateway.routes import ROUTES
from services.kernel.decider import Refused
from tests.unit.gateway.line import OURS, THEIRS, Client, Line

PATH = f"/v1/organisations/{OURS}"
KEY = "MCowBQYDK2VwAyEASyFuuHsx0AWXGEb1/NF2hl6SJMHyeUloQy52krgXlt8="
SECOND = {"name": "Youssef El Amrani", "email": "griffie@voorbeeld.example"}


@pytest.fixture
def ask() -> Iterator[Client]:
    client = Client(Line(answers={"org.change": {"events": ["e1"]}}))
    yield client
    client.close()


def test_a_beheerder_names_a_second_contact_and_registers_a_key(ask):
    answer = ask("PATCH", PATH, role="beheerder", json={"second_contact": SECOND, "consultation_key": KEY})

    assert (answer.status_code, answer.json()) == (200, {"events": ["e1"]})
    assert ask.line.commands()[-1].args["second_contact"]["name"] == SECOND["name"]
    assert ask.line.commands()[-1].args["consultation_key"] == KEY


@pytest.mark.parametrize(
    "key", ["", "x", KEY[:-1], f"{KEY}\n", f" {KEY}", KEY.replace("MCow", "MCox"), "ssh-ed25519 AAAA", None, 7, [KEY]]
)
def test_a_key_that_is_none_is_told_by_its_name_and_not_repeated(ask, key):
    answer = ask("PATCH", PATH, role="beheerder", json={"consultation_key": key})

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert list(answer.json()["errors"]) == ["consultation_key"]
    assert ask.line.commands() == []


@pytest.mark.parametrize("role", ["member", "auditor", "compliance", "investigator"])
def test_nobody_else_does(ask, role):
    assert ask("PATCH", PATH, role=role, json={"consultation_key": KEY}).status_code in (403, 404)
    assert ask.line.commands() == []


def test_whether_it_is_the_maker_s_own_that_an_operator_changes_is_for_org_to_say(ask):
    ask.line.answers["org.change"] = Refused("forbidden")
    assert ask("PATCH", PATH, role="operator", json={"consultation_key": KEY}).status_code == 403


def test_no_other_organisation_is_there(ask):
    answer = ask("PATCH", f"/v1/organisations/{THEIRS}", role="beheerder", json={"consultation_key": KEY})
    assert answer.status_code == 404
    assert ask.line.commands() == []


def test_what_only_audit_may_ask_has_no_route():
    assert "org.consultation" not in {route.rpc for route in ROUTES}
