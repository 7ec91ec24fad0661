"""What those who run it see, what strangers see of it, and what every answer carries."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator

import pytest

from gateway import health
from services.contracts.errors import Problem
from services.kernel.calls.rpc import Unavailable
from tests.unit.gateway.line import Client, Line

WELL = {"database": "ok", "keyring": "ok", "about": {"sqlite": "3.51.3"}}


@pytest.fixture
def well(ask: Client) -> Client:
    for service in ("auth", "org", "audit", "retention"):
        ask.line.answers[f"{service}.ready"] = WELL
    return ask


@pytest.fixture
def stranger(line: Line) -> Iterator[Client]:
    client = Client(line, peer="203.0.113.9")
    yield client
    client.close()


def test_ready_means_that_every_part_is(well: Client) -> None:
    answer = well("GET", "/readyz")
    assert answer.status_code == 200
    assert answer.json()["checks"]["auth"] == WELL
    assert answer.json()["checks"]["broker"] == "ok"


def test_one_part_away_is_not_ready_and_is_named(well: Client) -> None:
    well.line.answers["retention.ready"] = Unavailable("retention", "no answer in time")
    answer = well("GET", "/readyz")
    assert answer.status_code == 503
    assert "retry-after" in answer.headers
    assert answer.json()["checks"]["retention"] == "no answer in time"


def test_a_log_that_stands_still_is_not_ready(well: Client) -> None:
    well.line.answers["audit.ready"] = {**WELL, "log": "behind"}
    assert well("GET", "/readyz").status_code == 503


def test_strangers_learn_only_yes_or_no(stranger: Client) -> None:
    answer = stranger("GET", "/readyz")
    assert answer.json().keys() == {"status"}


def test_the_parts_are_asked_once_a_second_at_most(well: Client) -> None:
    for _ in range(5):
        well("GET", "/readyz")
    assert len(well.line.asked) == 4


def test_a_log_that_does_not_grow_while_events_wait_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    line = Line(answers={f"{service}.ready": WELL for service in health.SERVICES})
    line.answers["audit.ready"] = {**WELL, "about": {"unnumbered": 3, "log": {"size": 7}}}
    readiness = health.Readiness(line)
    monkeypatch.setattr(health, "KEPT_SECONDS", -1)
    monkeypatch.setattr(health, "NOT_YET_SECONDS", -1)

    def log() -> str:
        return str(asyncio.run(readiness.checks())["log"])

    assert [log(), log()] == ["ok", "ok"]
    monkeypatch.setattr(health, "STILL_SECONDS", 0)
    assert log() == "standing still"
    line.answers["audit.ready"] = {**WELL, "about": {"unnumbered": 3, "log": {"size": 8}}}
    assert log() == "ok"


@pytest.mark.parametrize("path", ["/metrics", "/dev/mail", "/dev/mail.json"])
def test_what_is_local_does_not_exist_for_strangers(stranger: Client, path: str) -> None:
    answer = stranger("GET", path)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert stranger.line.asked == []


def test_mail_is_shown_in_development_only(line: Line) -> None:
    client = Client(line, environment="production")
    assert client("GET", "/dev/mail.json").status_code == 404
    assert "/dev/mail" not in client("GET", "/openapi.json").text
    client.close()


def test_mail_comes_newest_first_as_its_service_gives_it(ask: Client) -> None:
    mail = {"to": "a@example.org", "subject": "<b>", "text": "hello", "links": ["http://x/invitations/t"]}
    ask.line.answers["auth.mails"] = [{**mail, "token": "t"}]
    assert ask("GET", "/dev/mail.json", params={"to": "a@example.org"}).json() == [mail]
    assert ask.line.asked[-1].args == {"to": "a@example.org"}
    page = ask("GET", "/dev/mail").text
    assert "&lt;b&gt;" in page
    assert '<a href="http://x/invitations/t">' in page


def test_metrics_name_templates_and_no_ids(ask: Client) -> None:
    ask("GET", "/v1/erasures/an-id-that-only-one-knows")
    metrics = ask("GET", "/metrics").text
    assert 'route="/v1/erasures/{erasure}"' in metrics
    assert "an-id-that-only-one-knows" not in metrics


def test_an_unknown_path_is_a_problem(ask: Client) -> None:
    for path in ("/", "/v1", "/v1/me/", "/v2/me", "/v1/organisations/a/b/c", "//v1/me"):
        answer = ask("GET", path)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), path


def test_an_unknown_method_is_told_which_there_are(ask: Client) -> None:
    answer = ask("PUT", "/v1/me")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert answer.headers["allow"] == "DELETE, GET, HEAD, PATCH"


def test_head_is_get_without_a_body(ask: Client) -> None:
    answer = ask("HEAD", "/healthz")
    assert (answer.status_code, answer.content, answer.headers["content-length"]) == (200, b"", "15")


def test_headers_have_a_bound_and_what_decides_stands_once(ask: Client) -> None:
    assert ask("GET", "/v1/me", role="member", headers={"X": "x" * 40_000}).json()["code"] == "headers_too_large"
    answer = ask("GET", "/v1/me", headers=[("Authorization", "Bearer member"), ("Authorization", "Bearer operator")])
    assert answer.json()["code"] == "malformed"


def test_behind_tls_it_says_never_without(line: Line) -> None:
    client = Client(line, public_url="https://crisisconnect.example")
    assert "max-age" in client("GET", "/healthz").headers["strict-transport-security"]
    client.close()


def test_every_answer_carries_its_guards_and_its_correlation(ask: Client) -> None:
    for answer in (ask("GET", "/healthz"), ask("GET", "/v1/me"), ask("GET", "/nowhere")):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["correlation-id"]
    assert ask("GET", "/v1/me").json()["instance"].startswith("urn:uuid:")


def test_the_contract_can_be_read_on_a_telephone_and_aloud(ask: Client) -> None:
    page = ask("GET", "/docs").text

    assert '<html lang="en">' in page
    assert '<meta name="viewport" content="width=device-width">' in page
    assert (page.count("<h1>"), page.count("<main>"), page.count("<table")) == (1, 1, 0)
    assert re.findall(r"<script|<style|<link|<img|src=", page) == [], "it asks for nothing else"
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert {f"#{one}" for one in ids} >= set(re.findall(r'href="(#[^"]+)"', page))
    assert {problem.code for problem in Problem} <= set(ids), "each problem's type leads to it"
