"""The statement is for everybody; what supplements it is for who has a session or an invitation there (P05)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from services.kernel.decider import Refused
from tests.unit.gateway.line import OURS, THEIRS, Client, Line

STATEMENT = {"version": 2, "lang": "nl", "text": "# Verklaring"}
SUPPLEMENT = {"version": 1, "published_at": "2026-03-02T09:00:00Z", "lang": "nl", "text": "Uw piketploeg.", "secret": 1}


@pytest.fixture
def ask() -> Iterator[Client]:
    line = Line()
    line.answers |= {"org.statement": STATEMENT, "org.supplement": SUPPLEMENT}
    client = Client(line)
    yield client
    client.close()


def test_the_world_reads_the_statement_alone(ask: Client) -> None:
    shown = ask("GET", "/v1/statement").json()
    assert "supplement" not in shown
    assert [one.target for one in ask.line.asked] == ["org.statement"]


def test_a_session_reads_that_of_its_own_organisation(ask: Client) -> None:
    shown = ask("GET", "/v1/statement", role="member").json()
    assert shown["supplement"] == {name: value for name, value in SUPPLEMENT.items() if name != "secret"}
    assert ask.line.asked[-1].args == {"organisation": OURS, "lang": "nl"}


def test_an_invitation_reads_that_of_the_organisation_that_invites(ask: Client) -> None:
    ask.line.answers["auth.invited_to"] = {"organisation": THEIRS}
    ask("GET", "/v1/statement?lang=en", headers={"Authorization": "Invitation abc"})
    assert ask.line.asked[-1].args == {"organisation": THEIRS, "lang": "en"}


@pytest.mark.parametrize("said", ["Invitation nobody", "Bearer nobody", "Basic eA==", "Invitation"])
def test_who_shows_something_that_opens_nothing_is_told_so(ask: Client, said: str) -> None:
    no = Refused("unauthenticated")
    ask.line.answers |= {"auth.invited_to": no, "auth.who": no}
    answer = ask("GET", "/v1/statement", headers={"Authorization": said})
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert "org.supplement" not in [one.target for one in ask.line.asked]


def test_where_nothing_supplements_it_that_is_said(ask: Client) -> None:
    ask.line.answers["org.supplement"] = None
    assert ask("GET", "/v1/statement", role="beheerder").json()["supplement"] is None
