"""The Beheeromgeving's cookie: the browser alone keeps it, no other site can use it, it goes with its session (P10)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from gateway import cookies
from services.kernel.codec import instant
from services.kernel.decider import Refused
from services.kernel.durations import after
from services.org.app.written import registers
from tests.unit.gateway.line import OURS, Client

HOME = {"Sec-Fetch-Site": "same-origin"}
MEMBERS = f"/v1/organisations/{OURS}/members"
INVITATION = {"email": "a@example.org", "role": "member"}
CLEARED = "__Host-session=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Strict"


def started(**but: object) -> dict[str, object]:
    said: dict[str, object] = {
        "token": "a-token",
        "session": "s1",
        "account": "a1",
        "organisation": OURS,
        "role": "beheerder",
        "expires_at": instant(datetime.now(UTC) + timedelta(hours=12)),
        "statement": None,
        "events": ["e1"],
    }
    return said | but


def signing_in(ask: Client, *, cookie: object = True, **headers: str) -> object:
    ask.line.answers["auth.sign_in"] = started()
    body = {"username": "bea", "password": "x", "cookie": cookie}
    return ask("POST", "/v1/sessions", json=body, headers=headers)


def test_who_asks_for_a_cookie_gets_no_token_to_read(ask: Client) -> None:
    answer = signing_in(ask, **HOME)
    assert answer.status_code == 201
    assert "token" not in answer.json()
    assert "a-token" not in answer.text
    name, max_age, *rest = answer.headers["set-cookie"].split("; ")
    assert name == "__Host-session=a-token"
    assert rest == ["Path=/", "Secure", "HttpOnly", "SameSite=Strict"]
    assert 12 * 3600 - 5 < int(max_age.removeprefix("Max-Age=")) <= 12 * 3600, "no longer than the session"
    assert ask.line.commands()[0].args["cookie"] is True


@pytest.mark.parametrize("body", [{}, {"cookie": False}])
def test_who_does_not_gets_a_token_and_no_cookie(ask: Client, body: dict[str, bool]) -> None:
    ask.line.answers["auth.sign_in"] = started()
    answer = ask("POST", "/v1/sessions", json={"username": "sanne", "password": "x", **body})
    assert answer.json()["token"] == "a-token"
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("said", ["yes", "true", None, [True]])
def test_a_cookie_is_asked_for_by_true_alone(ask: Client, said: object) -> None:
    assert signing_in(ask, cookie=said, **HOME).json()["code"] == "invalid"


def test_no_other_site_signs_anybody_in(ask: Client) -> None:
    for headers in ({}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elders.example"}):
        assert signing_in(ask, **headers).json()["code"] == "cross_site"
    assert ask.line.asked == []


OURSELVES = [HOME, {"Origin": "http://127.0.0.1:8000"}, {**HOME, "Origin": "https://another.name.example"}]
OTHERS = [
    {},
    {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://127.0.0.1:8000"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1:8001"},
    {"Origin": "https://127.0.0.1:8000"},
    {"Referer": "http://127.0.0.1:8000/docs"},
]


@pytest.mark.parametrize("headers", OURSELVES, ids=str)
def test_our_own_pages_change_things_by_cookie(ask: Client, headers: dict[str, str]) -> None:
    answer = ask("POST", MEMBERS, json=INVITATION, headers={"Cookie": "__Host-session=beheerder", **headers})
    assert answer.status_code == 201


@pytest.mark.parametrize("headers", OTHERS, ids=str)
def test_whatever_does_not_come_from_them_changes_nothing(ask: Client, headers: dict[str, str]) -> None:
    answer = ask("POST", MEMBERS, json=INVITATION, headers={"Cookie": "__Host-session=beheerder", **headers})
    assert (answer.status_code, answer.json()["code"]) == (403, "cross_site")
    assert ask.line.commands() == []


def test_looking_needs_no_proof_of_that_but_takes_none_to_the_contrary(ask: Client) -> None:
    mine = {"Cookie": "__Host-session=beheerder"}
    for headers in ({}, HOME, {"Sec-Fetch-Site": "none"}):
        assert ask("GET", MEMBERS, headers={**mine, **headers}).status_code == 200
    for site in ("cross-site", "same-site"):
        assert ask("GET", MEMBERS, headers={**mine, "Sec-Fetch-Site": site}).json()["code"] == "cross_site"


def test_where_a_bearer_stands_the_cookie_is_not_looked_at(ask: Client) -> None:
    both = {"Cookie": "__Host-session=beheerder", "Sec-Fetch-Site": "cross-site"}
    assert ask("GET", "/v1/me", role="member", headers=both).status_code == 200
    assert {one.args["token"] for one in ask.line.asked if one.target == "auth.who"} == {"member"}

    for said in ("Bearer ", "Basic abc", "Bearer gone"):
        ask.line.answers["auth.who"] = Refused("unauthenticated")
        answer = ask("GET", "/v1/me", headers={**both, "Authorization": said})
        assert answer.json()["code"] == "unauthenticated"
        assert "set-cookie" not in answer.headers


def test_a_cookie_among_others_or_in_pieces_is_found_and_one_that_stands_twice_is_none(ask: Client) -> None:
    for header in ("a=b; __Host-session=beheerder; c=d", "__Host-session=beheerder"):
        assert ask("GET", MEMBERS, headers={"Cookie": header}).status_code == 200
    pieces = [(b"Cookie", b"a=b"), (b"Cookie", b"__Host-session=beheerder")]
    assert ask("GET", MEMBERS, headers=pieces).status_code == 200
    for header in ("__Host-session=a; __Host-session=beheerder", "__Host-session=beheerder;__Host-session=beheerder"):
        assert ask("GET", MEMBERS, headers={"Cookie": header}).json()["code"] == "malformed"


@pytest.mark.parametrize("value", ["", "x" * 600, "\xe9"])
def test_what_is_no_token_is_not_asked_about(ask: Client, value: str) -> None:
    answer = ask("GET", "/v1/me", headers={"Cookie": f"__Host-session={value}".encode("latin-1")})
    assert answer.json()["code"] == "unauthenticated"
    assert answer.headers["set-cookie"] == CLEARED
    assert ask.line.asked == []


def test_another_name_is_no_session(ask: Client) -> None:
    answer = ask("GET", "/v1/me", headers={"Cookie": "session=beheerder; __Secure-session=beheerder"})
    assert (answer.status_code, "set-cookie" in answer.headers) == (401, False)


def test_refreshing_renews_the_cookie_and_a_token_stays_a_token(ask: Client) -> None:
    ask.line.answers["auth.refresh_session"] = started(token="another")
    answer = ask("POST", "/v1/sessions/refresh", role="beheerder", by="cookie")
    assert answer.headers["set-cookie"].startswith("__Host-session=another; Max-Age=43")
    assert "token" not in answer.json()
    assert ask.line.commands()[-1].args == {"cookie": True}

    answer = ask("POST", "/v1/sessions/refresh", role="beheerder")
    assert answer.json()["token"] == "another"
    assert "set-cookie" not in answer.headers
    assert ask.line.commands()[-1].args == {"cookie": False}


@pytest.mark.parametrize(
    ("path", "goes"),
    [
        ("/v1/sessions/current", True),
        ("/v1/sessions/session-of-beheerder", True),
        ("/v1/sessions/another-of-mine", False),
        ("/v1/me", True),
    ],
)
def test_the_cookie_goes_with_its_session_and_with_no_other(ask: Client, path: str, goes: bool) -> None:
    ask.line.answers["auth.close_me"] = {"erasure": {"id": "e"}, "events": []}
    answer = ask("DELETE", path, role="beheerder", by="cookie")
    assert answer.is_success
    assert answer.headers.get("set-cookie") == (CLEARED if goes else None)
    assert "set-cookie" not in ask("DELETE", path, role="beheerder").headers


def test_signing_out_again_is_answered_as_before_and_the_cookie_goes(ask: Client) -> None:
    ask.line.answers |= {"auth.who": Refused("unauthenticated"), "auth.answered_before": {"events": ["e1"]}}
    headers = {"Cookie": "__Host-session=beheerder", "Idempotency-Key": "k", **HOME}
    answer = ask("DELETE", "/v1/sessions/current", headers=headers)
    assert (answer.json(), answer.headers["set-cookie"]) == ({"events": ["e1"]}, CLEARED)


def test_the_statement_is_everybodys_also_with_a_cookie_that_opens_nothing(ask: Client) -> None:
    ask.line.answers["org.statement"] = {"version": 2}
    ask.line.answers["org.supplement"] = {"version": 1, "fields": []}
    mine = {"Cookie": "__Host-session=beheerder"}
    assert ask("GET", "/v1/statement", headers=mine).json()["supplement"] is not None
    assert "supplement" not in ask("GET", "/v1/statement", headers={**mine, "Sec-Fetch-Site": "cross-site"}).json()
    ask.line.answers["auth.who"] = Refused("unauthenticated")
    over = {"Cookie": "__Host-session=of-yesterday"}
    assert "supplement" not in ask("GET", "/v1/statement", headers=over).json()


def test_what_is_set_is_what_the_register_says_and_lasts_no_longer() -> None:
    [registered] = [one for one in registers()[-1].cookies if one.place == "cookie"]
    now = datetime.now(UTC)
    _, line = cookies.kept("t", instant(after(now, registered.lifetime)))
    assert line.decode().startswith(f"{registered.name}=t; Max-Age=")
    assert cookies.kept("t", instant(now - timedelta(hours=1)))[1].decode().split("; ")[1] == "Max-Age=0"


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("http://127.0.0.1:8000", b"http://127.0.0.1:8000"),
        ("https://Crisis.Example:443", b"https://crisis.example"),
        ("https://crisis.example/app", b"https://crisis.example"),
        ("http://[::1]:80", b"http://[::1]"),
    ],
)
def test_an_origin_is_written_as_a_browser_writes_it(url: str, origin: bytes) -> None:
    assert cookies.origin_of(url) == origin
