"""Incidents and complaints at the door: whose part it is, and a notification that says nothing but what was written."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from gateway.paper import notification, notification_page
from services.kernel.decider import Refused
from tests.unit.gateway.line import OURS, THEIRS, Client, Line
from tests.unit.gateway.test_certificate import printed

DOCUMENT: dict[str, Any] = {
    "document": "crisisconnect.nl/incident-notification/v1",
    "incident": "4d2e8a54-1f0a-4d5c-8a52-7c1d3a525d0f",
    "organisation": OURS,
    "phase": 2,
    "known_at": "2026-03-02T12:00:00.000000Z",
    "registered_at": "2026-03-02T12:30:00.000000Z",
    "clock": {
        "rule": "controller_within:PT24H@1",
        "controller_due": "2026-03-03T12:00:00.000000Z",
        "supervisor_due": "2026-03-05T12:00:00.000000Z",
    },
    "nature": {
        "facts": [
            {
                "phase": 1,
                "at": "2026-03-02T12:30:00.000000Z",
                "text": "Een <b>sessie</b>\x1b[2J\u202e\n# ![x](http://kwaad.example)",
            },
            {"phase": 2, "at": "2026-03-02T13:30:00.000000Z", "text": None},
        ],
        "since": "2026-03-02T06:00:00.000000Z",
        "until": None,
        "scope": "computed",
        "log": {"first": 0, "last": 811},
        "people": 12,
        "records": 15,
        "exact": True,
        "categories": [{"category": "name", "people": 12, "records": 15}],
    },
    "contact": "Loket {{ 7*7 }}",
    "consequences": [],
    "measures": [{"phase": 1, "at": "2026-03-02T12:30:00.000000Z", "text": "De sessie is beëindigd."}],
    "events": ["e"],
    "document_sha256": "ab" * 32,
    "entries": {"e": 4},
    "checkpoint": None,
}
INCIDENT = "/v1/incidents/an-incident"


@pytest.fixture
def ask() -> Any:
    client = Client(Line())
    client.line.answers["audit.notification"] = DOCUMENT
    yield client
    client.close()


def asked(ask: Client) -> dict[str, Any]:
    return ask.line.commands()[-1].args


def test_both_languages_say_the_same_things() -> None:
    assert set(notification.WORDS["nl"]) == set(notification.WORDS["en"])
    assert all(word.strip() for words in notification.WORDS.values() for word in words.values())


@pytest.mark.parametrize(
    ("lang", "items"),
    [
        (
            "nl",
            ("a. Aard", "b. Contactpunt", "c. Waarschijnlijke gevolgen", "d. Maatregelen", "5 maart 2026, 13:00:00"),
        ),
        ("en", ("a. Nature", "b. Contact point", "c. Likely consequences", "d. Measures", "5 March 2026, 13:00:00")),
    ],
)
def test_as_text_it_has_each_item_of_the_law_and_the_clock(ask: Client, lang: str, items: tuple[str, ...]) -> None:
    answer = ask("GET", f"{INCIDENT}/notification?format=markdown&lang={lang}", role="beheerder")

    assert answer.headers["content-type"] == "text/markdown; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert [item for item in items if item not in answer.text] == []
    assert {"nl": "| naam | 12 | 15 |", "en": "| name | 12 | 15 |"}[lang] in answer.text
    assert "ab" * 32 in answer.text
    assert notification.WORDS[lang]["not_yet"] in answer.text, "an empty item says so"
    assert notification.WORDS[lang]["erased"] in answer.text


def test_nothing_that_somebody_wrote_is_markup() -> None:
    for lang, article in (("nl", "AVG art. 34"), ("en", "GDPR art. 34")):
        assert article in notification.markdown(DOCUMENT, lang)
    text = notification.markdown(DOCUMENT, "nl")

    for markup in ("<b>", "\n# ![", "](http", "{{"):
        assert markup not in text
    assert "\n> Een \\<b\\>sessie\\<\\/b\\> \\[2J\n> \\# \\!" in text


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_on_paper_it_says_all_that_the_text_says_and_is_the_same_bytes_each_time(ask: Client, lang: str) -> None:
    path = f"{INCIDENT}/notification?format=pdf&lang={lang}"
    answer = ask("GET", path, role="beheerder")

    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.headers["cache-control"] == "no-store"
    assert ask("GET", path, role="beheerder").content == answer.content

    said = json.dumps(asdict(notification_page.page(DOCUMENT, lang)), ensure_ascii=False)
    words = notification.WORDS[lang]
    for name in words.keys() - {"in_phase", "unknown", "from_log"}:
        assert words[name] in said, name
    for value in (
        DOCUMENT["incident"],
        OURS,
        words["from_log"].format(first=0, last=811),
        "ab" * 32,
        "De sessie is beëindigd.",
        {"nl": "naam", "en": "name"}[lang],
        {"nl": "5 maart 2026, 13:00:00 (UTC+1)", "en": "5 March 2026, 13:00:00 (UTC+1)"}[lang],
    ):
        assert value in said


def test_on_paper_what_is_still_being_counted_and_what_is_not_known_yet_is_said() -> None:
    nature = {**DOCUMENT["nature"], "people": None, "records": None, "categories": [], "log": None, "facts": []}
    shown = notification_page.page({**DOCUMENT, "nature": nature, "contact": None}, "nl")
    words = notification.WORDS["nl"]

    assert [one.value for one in shown.numbers[1:]] == [words["unknown"]] * 2
    assert [one.said[0].lines for one in shown.items[:2]] == [(words["erased"],), (words["not_yet"],)]
    assert printed(shown).startswith(b"%PDF")


def test_a_page_without_a_character_that_no_font_has_is_for_archives_and_screen_readers() -> None:
    plain = {**DOCUMENT["nature"], "facts": DOCUMENT["measures"]}
    made = printed(notification_page.page({**DOCUMENT, "nature": plain}, "nl"))
    assert b"<pdfuaid:part>1</pdfuaid:part>" in made


def test_the_template_of_the_notification_sees_every_field_and_nothing_else() -> None:
    template = Path(notification_page.__file__).with_name("notification.typ").read_text()
    shown = asdict(notification_page.page(DOCUMENT, "nl"))
    for name in shown:
        assert name in {"template", "at", "words"} or f"page-data.{name}" in template, name
    used = set(re.findall(r"\bw\.([a-z_]+)", template))
    assert used <= set(shown["words"])
    assert set(notification_page.PAGE["nl"]) == set(notification_page.PAGE["en"]) <= used


def test_it_says_that_numbers_are_still_to_come() -> None:
    nature = {**DOCUMENT["nature"], "people": None, "records": None, "categories": [], "log": None}

    assert notification.markdown({**DOCUMENT, "nature": nature}, "en").count("being counted from the log") == 2


def test_an_organisation_asks_for_its_own_notification_and_compliance_for_any(ask: Client) -> None:
    ask("GET", f"{INCIDENT}/notification", role="auditor")
    assert asked(ask) == {"incident": "an-incident", "of": OURS, "organisation": OURS}
    ask("GET", f"{INCIDENT}/notification?organisation={THEIRS}", role="auditor")
    assert asked(ask) == {"incident": "an-incident", "of": THEIRS, "organisation": OURS}, "audit knows no such part"
    ask("GET", f"{INCIDENT}/notification?organisation={THEIRS}", role="compliance")
    assert asked(ask) == {"incident": "an-incident", "of": THEIRS, "organisation": None}


@pytest.mark.parametrize("path", ["/v1/incidents", "/v1/complaints"])
def test_a_register_is_asked_for_in_the_name_of_who_asks(ask: Client, path: str) -> None:
    ask("GET", path, role="beheerder")
    assert asked(ask)["organisation"] == OURS
    assert ask("GET", f"{path}?organisation={THEIRS}", role="beheerder").status_code == 404
    ask("GET", path, role="compliance")
    assert asked(ask)["organisation"] is None


@pytest.mark.parametrize("path", [INCIDENT, "/v1/complaints/a-complaint"])
def test_one_that_is_another_s_is_not_there(ask: Client, path: str) -> None:
    ask.line.answers |= {"audit.incident": Refused("not_found"), "audit.complaint": Refused("not_found")}

    assert ask("GET", path, role="beheerder").json()["code"] == "not_found"
    assert asked(ask)["organisation"] == OURS


def test_a_beheerder_takes_in_what_is_about_their_own_organisation_alone(ask: Client) -> None:
    ask.line.answers["audit.take_in_complaint"] = {"complaint": "c", "events": ["e"]}
    said = {"channel": "letter", "text": "Een klacht.\nOp twee regels."}

    assert ask("POST", "/v1/complaints", role="beheerder", json=said).status_code == 201
    assert asked(ask)["organisation"] == OURS
    stranger = ask("POST", "/v1/complaints", role="beheerder", json={**said, "organisation": THEIRS})
    assert stranger.json()["code"] == "not_found"
    assert ask("POST", "/v1/complaints", role="auditor", json=said).json()["code"] == "forbidden"
    ask("POST", "/v1/complaints", role="compliance", json={**said, "organisation": THEIRS})
    assert asked(ask)["organisation"] == THEIRS


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"facts": "x", "contact": "y", "known_at": "2026-03-02T12:00:00Z"},
        {"facts": "x" * 2001, "contact": "y", "known_at": "a", "since": "b"},
        {"facts": "x", "contact": "y", "known_at": "a", "since": "b", "categories": ["shoe_size"]},
    ],
)
def test_what_is_no_incident_goes_no_further(ask: Client, body: dict[str, Any]) -> None:
    answer = ask("POST", "/v1/incidents", role="compliance", json=body)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert ask.line.commands() == []
