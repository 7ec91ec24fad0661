"""Lists are paged by cursors that continue one list, with one filter, of one organisation."""

from __future__ import annotations

import pytest

from tests.unit.gateway.line import OURS, Client

MEMBERS = f"/v1/organisations/{OURS}/members"
ENTRIES = "/v1/log/entries"


@pytest.fixture
def more(ask: Client) -> Client:
    ask.line.answers["auth.members"] = {"items": [], "next": "pseudonym-7"}
    ask.line.answers["audit.log_entries"] = {"items": [], "next": 41}
    return ask


def test_a_cursor_brings_back_what_the_service_gave_and_shows_none_of_it(more: Client) -> None:
    cursor = more("GET", MEMBERS, role="beheerder").json()["next"]
    assert "pseudonym" not in cursor
    more("GET", MEMBERS, role="beheerder", params={"cursor": cursor, "limit": 7})
    assert more.line.commands()[-1].args == {"organisation": OURS, "after": "pseudonym-7", "limit": 7}


def test_the_end_is_null(ask: Client) -> None:
    assert ask("GET", MEMBERS, role="beheerder").json()["next"] is None


def test_a_cursor_of_another_list_filter_or_organisation_is_refused(more: Client) -> None:
    cursor = more("GET", MEMBERS, role="beheerder").json()["next"]
    filtered = more("GET", ENTRIES, role="compliance", params={"type": "a"}).json()["next"]
    refused = [
        more("GET", "/v1/staff", role="operator", params={"cursor": cursor}),
        more("GET", ENTRIES, role="compliance", params={"cursor": filtered}),
        more("GET", ENTRIES, role="compliance", params={"cursor": filtered, "type": "b"}),
        more("GET", MEMBERS, role="beheerder", params={"cursor": cursor[:-2]}),
        more("GET", MEMBERS, role="beheerder", params={"cursor": "é"}),
        more("GET", MEMBERS, role="beheerder", params={"cursor": "A"}),
    ]
    assert [(answer.status_code, answer.json()["code"]) for answer in refused] == [(400, "cursor_invalid")] * 6
    assert more("GET", ENTRIES, role="compliance", params={"cursor": filtered, "type": "a"}).status_code == 200


def test_a_cursor_over_ones_own_things_is_of_no_use_to_a_colleague(ask: Client) -> None:
    ask.line.answers["auth.access_log"] = {"items": [], "next": "x"}
    cursor = ask("GET", "/v1/me/access-log", role="member").json()["next"]
    answer = ask("GET", "/v1/me/access-log", role="auditor", params={"cursor": cursor})
    assert answer.json()["code"] == "cursor_invalid"


@pytest.mark.parametrize("limit", ["0", "101", "-1", "1.5", "x", "", "9" * 5000])
def test_a_page_has_1_to_100_items(ask: Client, limit: str) -> None:
    answer = ask("GET", MEMBERS, role="beheerder", params={"limit": limit})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["limit"])


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("limit=1&limit=2", "invalid"),
        ("colour=red", "unknown_field"),
        ("limit=%ff", "malformed"),
        ("a", "unknown_field"),
    ],
)
def test_a_query_is_read_as_strictly_as_a_body(ask: Client, query: str, code: str) -> None:
    assert ask("GET", f"{MEMBERS}?{query}", role="beheerder").json()["code"] == code


def test_entries_start_where_asked_and_go_on_after_the_last(more: Client) -> None:
    cursor = more("GET", ENTRIES, role="investigator", params={"from": 10}).json()["next"]
    more("GET", ENTRIES, role="investigator", params={"from": 10, "cursor": cursor})
    assert [asked.args["after"] for asked in more.line.commands()] == [9, 41]


def test_a_filter_that_is_not_given_is_not_passed_on(more: Client) -> None:
    more("GET", ENTRIES, role="investigator", params={"type": "a", "case": "c"})
    assert more.line.commands()[0].args == {"after": -1, "limit": 50, "type": "a", "case": "c"}


@pytest.mark.parametrize(
    ("role", "named", "passed"),
    [
        ("compliance", None, None),
        ("compliance", "another", "another"),
        ("auditor", None, OURS),
        ("auditor", OURS, OURS),
    ],
)
def test_a_report_is_about_ones_own_organisation(ask: Client, role: str, named: str | None, passed: str | None) -> None:
    params = {"from": "2026-01-01", **({"organisation": named} if named else {})}
    ask("GET", "/v1/reports/erasures", role=role, params=params)
    assert ask.line.commands()[-1].args == {
        "kind": "erasures", "organisation": passed, "since": "2026-01-01", "until": None
    }  # fmt: skip


def test_another_organisations_report_does_not_exist(ask: Client) -> None:
    answer = ask("GET", "/v1/reports/erasures", role="beheerder", params={"organisation": "another"})
    assert answer.status_code == 404
    assert ask("GET", "/v1/reports/horoscope", role="compliance").status_code == 404
