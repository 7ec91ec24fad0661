"""The order of the checks, whom the door believes, and what travels on with a request."""

from __future__ import annotations

import time
from typing import Any

import pytest

from gateway import identity
from services.contracts.privacy import Role
from services.kernel.calls.rpc import Failed, Unavailable
from services.kernel.decider import Refused
from tests.unit.gateway.line import OURS, THEIRS, Client, Line, person

MEMBERS = f"/v1/organisations/{OURS}/members"
STRANGERS = f"/v1/organisations/{THEIRS}/members"
INVITATION = {"email": "a@example.org", "role": "member"}


def test_without_a_session_there_is_a_401_whatever_else_is_wrong(ask: Client) -> None:
    answer = ask("POST", STRANGERS, content=b"{")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert ask.line.asked == []


@pytest.mark.parametrize("said", ["Bearer ", "Bearer", "Basic abc", "Bearer " + "x" * 600, "Bearer \xe9"])
def test_what_is_no_token_is_not_asked_about(ask: Client, said: str) -> None:
    answer = ask("GET", "/v1/me", headers={"Authorization": said.encode("latin-1")})
    assert answer.json()["code"] == "unauthenticated"
    assert ask.line.asked == []


def test_a_strangers_organisation_and_one_that_never_was_are_the_same_404(ask: Client) -> None:
    answers = [
        ask("POST", f"/v1/organisations/{org}/members", role="member", content=b"{").json()
        for org in (THEIRS, "00000000-0000-4000-8000-000000000000", "x" * 250)
    ]
    for answer in answers:
        answer.pop("instance")
    assert answers[0]["status"] == 404
    assert answers[0] == answers[1] == answers[2]
    assert ask.line.commands() == []


def test_the_role_is_checked_before_the_body(ask: Client) -> None:
    assert ask("POST", MEMBERS, role="auditor", content=b"{").json()["code"] == "forbidden"


def test_the_body_is_checked_before_the_service_is_asked(ask: Client) -> None:
    assert ask("POST", MEMBERS, role="beheerder", json={"email": "x"}).json()["code"] == "invalid"
    assert ask.line.commands() == []


def test_a_rule_that_says_no_is_passed_on_with_its_code(ask: Client) -> None:
    ask.line.answers["auth.invite"] = Refused("category_not_agreed", category="email", status="overwritten")
    answer = ask("POST", MEMBERS, role="beheerder", json=INVITATION)
    assert answer.status_code == 409
    assert answer.json()["category"] == "email"
    assert answer.json()["status"] == 409


def test_a_throttled_caller_is_told_how_long_to_wait(ask: Client) -> None:
    ask.line.answers["auth.sign_in"] = Refused("throttled", retry_after=17)
    answer = ask("POST", "/v1/sessions", json={"username": "jan", "password": "x"})
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "17")


def test_what_travels_on_names_the_person_the_data_and_the_purpose(ask: Client) -> None:
    ask("POST", MEMBERS, role="beheerder", json=INVITATION)
    asked = ask.line.commands()[0]
    assert asked.target == "auth.invite"
    assert asked.args == {"organisation": OURS, **INVITATION}
    context = asked.context
    assert (context.actor, context.organisation) == ("account/pseudonym-of-beheerder", OURS)
    assert (context.role, context.session) == ("beheerder", "session-of-beheerder")
    assert (context.purpose, context.caller) == ("beheer_access", "")


@pytest.mark.parametrize(("role", "purpose"), [("member", "app_access"), ("auditor", "beheer_access")])
def test_ones_own_data_is_looked_at_for_the_purpose_of_ones_role(ask: Client, role: str, purpose: str) -> None:
    ask("GET", "/v1/me", role=role)
    assert ask.line.commands()[0].context.purpose == purpose


def test_what_the_answer_does_not_declare_stays_inside(ask: Client) -> None:
    ask.line.answers["auth.members"] = {
        "items": [{"account": "a1", "role": "member", "status": "open", "pseudonym": "p1"}],
        "next": None,
        "cost": 3,
    }
    answer = ask("GET", MEMBERS, role="beheerder").json()
    assert answer == {"items": [{"account": "a1", "role": "member", "status": "open"}], "next": None}


# -- whom it believes


def test_a_yes_is_believed_for_two_seconds(line: Line) -> None:
    believed = identity.Believed()
    who = identity.Who("p", "a", OURS, Role.MEMBER, "s")
    now = time.monotonic()
    believed.keep("young", who, now)
    believed.keep("old", who, now - identity.BELIEVED_SECONDS)
    assert believed.get("young") == who
    assert believed.get("old") is None
    assert believed.get("other") is None


def test_what_is_believed_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "MOST_KEPT", 3)
    believed = identity.Believed()
    who = identity.Who("p", "a", OURS, Role.MEMBER, "s")
    for token in "abcd":
        believed.keep(token, who, time.monotonic())
    assert [believed.get(token) is None for token in "abcd"] == [True, False, False, False]


def test_a_no_is_never_kept(ask: Client) -> None:
    ask.line.answers["auth.who"] = Refused("unauthenticated")
    assert ask("GET", f"/v1/organisations/{OURS}", role="member").status_code == 401
    del ask.line.answers["auth.who"]
    assert ask("GET", f"/v1/organisations/{OURS}", role="member").status_code == 200


def test_org_believes_what_auth_said_a_moment_ago_and_auth_is_asked_again(ask: Client) -> None:
    ask("GET", f"/v1/organisations/{OURS}", role="beheerder")
    ask.line.answers["auth.who"] = Refused("unauthenticated")
    assert ask("GET", f"/v1/organisations/{OURS}", role="beheerder").status_code == 200
    assert ask("GET", "/v1/sessions", role="beheerder").status_code == 401
    terminate = f"/v1/organisations/{OURS}/agreements/a1/terminate"
    assert ask("POST", terminate, role="beheerder", json={"ends_on": "2030-01-01"}).status_code == 401


def test_a_no_ends_what_was_believed(ask: Client) -> None:
    ask("GET", f"/v1/organisations/{OURS}", role="beheerder")
    ask.line.answers["auth.who"] = Refused("unauthenticated")
    ask("GET", "/v1/sessions", role="beheerder")
    assert ask("GET", f"/v1/organisations/{OURS}", role="beheerder").status_code == 401


def test_whoever_signs_out_is_forgotten_at_once(ask: Client) -> None:
    ask("GET", f"/v1/organisations/{OURS}", role="beheerder")
    ask("DELETE", "/v1/sessions/current", role="beheerder")
    assert ask.line.commands()[-1].args == {"session": "session-of-beheerder"}
    ask.line.answers["auth.who"] = Refused("unauthenticated")
    assert ask("GET", f"/v1/organisations/{OURS}", role="beheerder").status_code == 401


# -- once


def _keys(ask: Client, *requests: tuple[str, str | None, str]) -> list[str | None]:
    for path, key, role in requests:
        headers = {"Idempotency-Key": key} if key else {}
        ask("POST", path, role=role, json=INVITATION if "members" in path else None, headers=headers)
    return [one.context.idempotency for one in ask.line.commands()]


def test_the_same_key_of_the_same_caller_on_the_same_route_is_one_name(ask: Client) -> None:
    resend = f"/v1/organisations/{OURS}/invitations/i1/resend"
    first, again, other_key, other_route = _keys(
        ask,
        (MEMBERS, "k", "beheerder"),
        (MEMBERS, "k", "beheerder"),
        (MEMBERS, "l", "beheerder"),
        (resend, "k", "beheerder"),
    )
    assert first == again
    assert len({first, other_key, other_route}) == 3


def test_without_a_key_every_request_is_another(ask: Client) -> None:
    first, again = _keys(ask, (MEMBERS, None, "beheerder"), (MEMBERS, None, "beheerder"))
    assert first != again


@pytest.mark.parametrize("key", ["", "x" * 256, "tab\t", "\x7f"])
def test_a_key_is_1_to_255_printable_characters(ask: Client, key: str) -> None:
    answer = ask("POST", MEMBERS, role="beheerder", json=INVITATION, headers={"Idempotency-Key": key.encode()})
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


def test_the_digest_tells_bodies_apart_but_not_the_order_of_names(ask: Client) -> None:
    for body in (INVITATION, dict(reversed(INVITATION.items())), {**INVITATION, "role": "auditor"}):
        ask("POST", MEMBERS, role="beheerder", json=body)
    one, same, other = (asked.context.digest for asked in ask.line.commands())
    assert one == same != other


def test_of_a_password_nothing_is_remembered_and_of_the_rest_a_digest(ask: Client) -> None:
    body = {"username": "sanne", "password": "dijkwacht bij vuurtoren", "first_name": "Sanne", "last_name": "Velde"}
    for one in (body, {**body, "password": "een heel ander woord"}, {**body, "username": "sanne2"}):
        ask("POST", "/v1/invitations/t", json=one)
    one, other_password, other_name = (asked.context.digest for asked in ask.line.commands())
    assert one == other_password != other_name


def test_a_broken_line_is_tried_once_more_under_the_same_key(ask: Client) -> None:
    outcomes: list[Any] = [Unavailable("auth"), {"invitation": "i", "events": []}]
    ask.line.answers["auth.invite"] = lambda _: outcomes.pop(0)
    assert ask("POST", MEMBERS, role="beheerder", json=INVITATION).status_code == 201
    first, second = ask.line.commands()
    assert first.context.idempotency == second.context.idempotency


def test_a_part_that_stays_away_is_a_503_with_a_time_to_come_back(ask: Client) -> None:
    ask.line.answers["auth.who"] = Unavailable("auth")
    answer = ask("GET", "/v1/me", role="member")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert int(answer.headers["retry-after"]) > 0
    assert len(ask.line.asked) == 2


def test_a_service_that_broke_is_not_asked_again(ask: Client) -> None:
    ask.line.answers["auth.invite"] = Failed("auth", "internal")
    assert ask("POST", MEMBERS, role="beheerder", json=INVITATION).json()["code"] == "internal"
    assert len(ask.line.commands()) == 1


def test_a_fault_of_our_own_says_nothing_of_itself(ask: Client) -> None:
    ask.line.answers["auth.me"] = ValueError("jan@example.org")
    answer = ask("GET", "/v1/me", role="member")
    assert answer.json()["code"] == "internal"
    assert "jan" not in answer.text


def test_if_match_reaches_the_service_and_the_version_comes_back_as_an_etag(ask: Client) -> None:
    ask.line.answers["org.organisation"] = {"organisation": OURS, "name": "A", "version": 4}
    path = f"/v1/organisations/{OURS}"
    etag = ask("GET", path, role="beheerder").headers["etag"]
    ask("PATCH", path, role="beheerder", json={"name": "B"}, headers={"If-Match": etag})
    assert ask.line.commands()[-1].args == {"organisation": OURS, "name": "B", "if_match": 4}
    stale = ask("PATCH", path, role="beheerder", json={"name": "B"}, headers={"If-Match": '"never"'})
    assert stale.json()["code"] == "precondition_failed"


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("amend", {"incident_hours": 8}),
        ("terminate", {"ends_on": "2026-03-31"}),
        (
            "sign",
            {
                "signatory": {"name": "A", "function": "B"},
                "document_sha256": "ab" * 32,
                "signed_on": "2026-01-01",
            },
        ),
    ],
)
def test_an_agreement_has_a_tag_that_both_sides_can_hold_on_to(ask: Client, step: str, said: dict[str, Any]) -> None:
    path = f"/v1/organisations/{OURS}/agreements/a-id"
    ask.line.answers["org.agreement"] = {"agreement": "a-id", "version": 1, "etag": 7}
    answer = ask("GET", path, role="beheerder")
    ask("POST", f"{path}/{step}", role="beheerder", json=said, headers={"If-Match": answer.headers["etag"]})
    assert answer.headers["etag"] == '"7"'
    assert "etag" not in answer.json()
    assert ask.line.commands()[-1].args["if_match"] == 7


def test_what_auth_checks_itself_is_not_asked_twice(ask: Client) -> None:
    ask("GET", "/v1/me", role="beheerder")
    ask("GET", "/v1/me", role="beheerder")
    assert [one.target for one in ask.line.asked] == ["auth.who", "auth.me", "auth.me"]


def test_where_auth_itself_says_that_the_session_is_over_nobody_is_believed_any_more(ask: Client) -> None:
    ask("GET", f"/v1/organisations/{OURS}", role="beheerder")
    ask.line.answers |= {"auth.me": Refused("unauthenticated"), "auth.who": Refused("unauthenticated")}
    assert ask("GET", "/v1/me", role="beheerder").status_code == 401
    assert ask("GET", f"/v1/organisations/{OURS}", role="beheerder").status_code == 401


def test_where_auth_itself_knows_another_role_the_door_asks_and_tries_again(ask: Client) -> None:
    ask("GET", "/v1/me", role="beheerder")
    ask.line.answers["auth.who"] = person("member") | {"session": "session-of-beheerder"}
    answers = iter([Refused("unauthenticated"), {"status": "open"}])
    ask.line.answers["auth.me"] = lambda _: next(answers)
    assert ask("GET", "/v1/me", role="beheerder").status_code == 200
    assert [one.context.role for one in ask.line.commands()] == ["beheerder", "beheerder", "member"]
