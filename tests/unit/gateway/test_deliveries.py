"""The door makes an answer for a Beheerder who never sees it, and hands it to who has link and code (P15)."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest

from services.kernel.decider import Refused
from tests.unit.gateway.line import OURS, Client, Line

REQUEST = "0195538e-2b3c-7d4e-9f50-6b7c8d9e0f12"
FULFIL = f"/v1/organisations/{OURS}/requests/{REQUEST}/fulfil"
AGAIN = f"/v1/organisations/{OURS}/requests/{REQUEST}/deliveries"
READY = {"delivery": "d", "expires_at": "2025-03-15T09:30:00Z", "code": "1234-5678"}
STEP = {"request": REQUEST, "state": "fulfilled", "events": ["e"]}
SECRET = "sanne@voorbeeld.example"


@pytest.fixture
def ask() -> Iterator[Client]:
    line = Line()
    line.answers |= {
        "retention.delivery_wanted": {"answered": None, "right": "portability", "person": "pseudonym-of-sanne"},
        "auth.public_ids": {},
        "auth.my_data": {"account": {"account": "public", "email": SECRET}, "sessions": [], "fields": []},
        "retention.my_dates": {"recorded": {}},
        "retention.deliver": {**STEP, "delivery": READY},
        "retention.fulfil_request": STEP,
    }
    client = Client(line)
    yield client
    client.close()


def targets(ask: Client) -> list[str]:
    return [one.target for one in ask.line.commands()]


@pytest.mark.parametrize(("path", "body", "status"), [(FULFIL, {"outcome": "Verstuurd."}, 200), (AGAIN, None, 201)])
def test_the_answer_is_made_of_what_the_person_would_be_told_and_the_beheerder_gets_a_code(ask, path, body, status):
    answer = ask("POST", path, role="beheerder", json=body or {})

    assert answer.status_code == status
    assert answer.json()["delivery"] == READY
    assert SECRET not in answer.text
    sealed = next(one for one in ask.line.asked if one.target == "retention.deliver")
    assert sealed.args.get("outcome") == (body or {}).get("outcome")
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(sealed.args["content"]))) as made:
        assert json.loads(made.read("account.json"))[0]["email"] == SECRET


def test_that_it_is_made_is_a_look_on_the_record_before_anything_is_read(ask):
    ask("POST", FULFIL, role="beheerder", json={"outcome": "Verstuurd."})

    order = targets(ask)
    assert order[:2] == ["retention.delivery_wanted", "auth.public_ids"]
    look = next(one for one in ask.line.asked if one.target == "auth.public_ids")
    assert (look.context.actor, look.context.case) == ("account/pseudonym-of-beheerder", REQUEST)
    assert look.args["people"] == ["pseudonym-of-sanne"]
    read = [one for one in ask.line.asked if ".my_" in one.target]
    assert {one.context.actor for one in read} == {"account/pseudonym-of-sanne"}
    assert {(one.context.case, one.context.session) for one in read} == {(REQUEST, None)}


@pytest.mark.parametrize(
    ("wanted", "body"),
    [({"right": "objection", "person": None}, {"outcome": "x"}), (None, {"outcome": "x", "deliver": False})],
)
def test_what_is_answered_without_a_file_reads_nothing_of_the_person(ask, wanted, body):
    if wanted:
        ask.line.answers["retention.delivery_wanted"] = {"answered": None, **wanted}
    answer = ask("POST", FULFIL, role="beheerder", json=body)

    assert answer.json()["delivery"] is None
    assert not [one for one in targets(ask) if one.startswith("auth.") or ".my_" in one]


def test_asked_again_it_is_answered_without_being_made_again(ask):
    before = {**STEP, "delivery": {**READY, "code": None}}
    ask.line.answers["retention.delivery_wanted"] = {"answered": before, "right": None, "person": None}

    assert ask("POST", FULFIL, role="beheerder", json={"outcome": "x"}).json()["delivery"]["code"] is None
    assert targets(ask) == ["retention.delivery_wanted"]


NAMES = {"disclose": True, "weighing": "Zij vermoedt haar buurman."}


def test_names_are_weighed_on_the_record_before_anything_is_gathered_and_asked_for_by_who_answers(ask):
    ask.line.answers |= {
        "retention.weigh_names": {**STEP, "events": ["w"]},
        "retention.delivery_wanted": {"answered": None, "right": "access", "person": "p", "names": True},
        "auth.access_log_named": Refused("forbidden"),
    }
    answer = ask("POST", FULFIL, role="beheerder", json={"outcome": "x", "names": NAMES})

    assert answer.status_code == 403, "auth asks for the weighing itself"
    assert targets(ask)[0] == "retention.weigh_names"
    weighed, wanted = ask.line.commands()[:2]
    assert weighed.args == {"organisation": OURS, "request": REQUEST, **NAMES}
    assert weighed.context.idempotency != wanted.context.idempotency
    [named] = [one for one in ask.line.asked if one.target == "auth.access_log_named"]
    assert (named.context.actor, named.context.case) == ("account/pseudonym-of-beheerder", REQUEST)
    assert (named.args["person"], named.args["request"]) == ("p", REQUEST)
    assert "retention.deliver" not in targets(ask)


@pytest.mark.parametrize("weighed", [None, False])
def test_without_a_weighing_that_says_so_nobody_asks_for_names(ask, weighed):
    ask.line.answers["retention.delivery_wanted"] = {
        "answered": None, "right": "access", "person": "p", "names": weighed,
    }  # fmt: skip
    ask("POST", FULFIL, role="beheerder", json={"outcome": "x"})

    assert "auth.access_log_named" not in [one.target for one in ask.line.asked]
    assert "retention.weigh_names" not in targets(ask)


def test_what_was_weighed_stands_among_the_events_of_the_answer(ask):
    ask.line.answers["retention.weigh_names"] = {**STEP, "events": ["w"]}
    answer = ask("POST", FULFIL, role="beheerder", json={"outcome": "x", "deliver": False, "names": NAMES})

    assert answer.json()["events"] == ["w", "e"]


@pytest.mark.parametrize("names", [{"disclose": True}, {"weighing": "x"}, {**NAMES, "weighing": ""}, "ja", []])
def test_names_without_a_weighing_are_no_body(ask, names):
    assert ask("POST", FULFIL, role="beheerder", json={"outcome": "x", "names": names}).status_code == 422
    assert targets(ask) == []


@pytest.mark.parametrize("part", ["auth.my_data", "audit.my_complaints", "org.statement"])
def test_where_a_part_says_no_nothing_is_delivered(ask, part):
    ask.line.answers["retention.delivery_wanted"] = {"answered": None, "right": "access", "person": "p"}
    ask.line.answers[part] = Refused("not_found")

    assert ask("POST", FULFIL, role="beheerder", json={"outcome": "x"}).status_code == 404
    assert "retention.deliver" not in targets(ask)


def test_whoever_has_the_code_gets_the_very_bytes_under_a_name_of_ours(ask):
    held: dict[str, Any] = {"kind": "access", "content": base64.b64encode(b"PK\x00\xff").decode()}
    ask.line.answers["retention.collect_delivery"] = held
    answer = ask("POST", "/v1/deliveries/a-token", json={"code": "1234 5678"})

    assert (answer.content, answer.headers["content-type"]) == (b"PK\x00\xff", "application/zip")
    assert answer.headers["content-disposition"] == 'attachment; filename="crisisconnect-access.zip"'
    assert answer.headers["cache-control"] == "no-store"
    assert ask.line.asked[-1].args == {"token": "a-token", "code": "1234 5678"}


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("wrong_code", 403), ("not_found", 404), ("delivery_collected", 410), ("delivery_expired", 410),
        ("delivery_void", 410), ("throttled", 429),
    ],
)  # fmt: skip
def test_each_reason_to_say_no_has_its_code_and_status(ask, code, status):
    ask.line.answers["retention.collect_delivery"] = Refused(code)
    answer = ask("POST", "/v1/deliveries/a-token", json={"code": "0"})

    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize("path", [f"/v1/deliveries/{one}" for one in ("..%2F..%2Fetc", "a" * 201, "a%00b")])
def test_a_link_that_can_be_none_is_looked_for_nowhere(ask, path):
    assert ask("POST", path, json={"code": "0"}).status_code == 404
    assert ask.line.asked == []
