"""Everybody reads the statement, in two languages and two forms, and nobody needs a session for it (P14)."""

from __future__ import annotations

from typing import Any

import pytest

from services.kernel.decider import Refused
from tests.unit.gateway.line import Client, Line

SHOWN: dict[str, Any] = {
    "version": 2,
    "effective_on": "2026-01-01",
    "published_at": "2026-01-01T00:00:00.000000Z",
    "in_force": True,
    "sha256": {"nl": "a", "en": "b"},
    "lang": "en",
    "text": "# Privacy\n\n- name\n",
    "changes": [],
    "purposes": [{"code": "app_access", "words": "The app.", "value": None, "added": False, "inside": "stays"}],
    "categories": [],
    "terms": [],
    "cookies": [],
    "stores": [],
    "authority": {"name": "Autoriteit Persoonsgegevens", "link": "https://ap.example"},
}


def test_it_is_json_in_dutch_unless_something_else_is_asked_for(ask: Client, line: Line) -> None:
    line.answers["org.statement"] = SHOWN
    answer = ask("GET", "/v1/statement")
    assert answer.status_code == 200
    assert line.asked[-1].args == {"lang": "nl"}
    assert answer.headers["content-language"] == "nl"
    assert "inside" not in answer.json()["purposes"][0]


def test_the_text_alone_is_markdown(ask: Client, line: Line) -> None:
    line.answers["org.statement"] = SHOWN
    answer = ask("GET", "/v1/statement?lang=en&format=markdown")
    assert answer.headers["content-type"] == "text/markdown; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert (answer.text, line.asked[-1].args) == (SHOWN["text"], {"lang": "en"})


@pytest.mark.parametrize("query", ["lang=fr", "lang=", "format=html", "lang=nl&lang=en"])
def test_what_there_is_not_is_refused(ask: Client, query: str) -> None:
    answer = ask("GET", f"/v1/statement?{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


def test_without_a_statement_that_can_be_shown_it_is_503(ask: Client, line: Line) -> None:
    line.answers["org.statement"] = Refused("unavailable")
    assert ask("GET", "/v1/statement").status_code == 503


def test_a_version_is_asked_for_by_its_number(ask: Client, line: Line) -> None:
    differences = {"before": 1, "changes": ["x"], "particulars": [], "text": []}
    line.answers["org.statement_version"] = {**SHOWN, "differences": differences}
    answer = ask("GET", "/v1/statement/versions/2?lang=en")
    assert line.asked[-1].args == {"version": "2", "lang": "en"}
    assert answer.json()["differences"] == differences
    line.answers["org.statement_version"] = Refused("not_found")
    assert ask("GET", "/v1/statement/versions/99").status_code == 404


def test_a_list_goes_on_where_it_stopped(ask: Client, line: Line) -> None:
    line.answers["org.cookies"] = {"items": [], "next": "__Host-session"}
    cursor = ask("GET", "/v1/cookies?limit=1").json()["next"]
    ask("GET", f"/v1/cookies?limit=1&cursor={cursor}")
    assert line.asked[-1].args == {"after": "__Host-session", "limit": 1}
    assert ask("GET", f"/v1/statement/versions?cursor={cursor}").json()["code"] == "cursor_invalid"


@pytest.mark.parametrize("body", [{}, {"version": "two"}, {"version": -1}, {"version": 2, "by": "me"}])
def test_an_acknowledgement_names_a_version_and_nothing_else(ask: Client, line: Line, body: dict[str, Any]) -> None:
    assert ask("PUT", "/v1/me/statement", role="member", json=body).status_code == 422
    assert line.commands() == []


def test_an_acknowledgement_is_made_in_the_caller_s_own_name(ask: Client, line: Line) -> None:
    assert ask("PUT", "/v1/me/statement", role="auditor", json={"version": 2}).json() == {"events": []}
    asked = line.asked[-1]
    assert (asked.target, asked.args) == ("org.acknowledge_statement", {"version": 2})
    assert (asked.context.actor, asked.context.purpose) == ("account/pseudonym-of-auditor", "beheer_access")
