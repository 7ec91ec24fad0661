"""Compliance posts a version: held against the code that runs, in force on its day, and asked anew (P03, P04, P14)."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest

from services.contracts.org import StatementParticularsWritten, StatementPublished, StatementTextWritten
from services.contracts.privacy import PROMISES
from services.kernel.calls.rpc import Unavailable
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.replaying import replay
from services.kernel.store import eventstore
from services.kernel.store.database import sqlite
from services.org.app.facts import facts
from services.org.app.written import Written, posted_hashes
from tests.statements import SENTENCE, next_version, rewritten, with_line, without
from tests.unit.org.conftest import MAKER, TERMS, World
from tests.unit.org.test_organisations_wired import agreed
from tests.unit.org.test_statements_wired import member_of, seen

ANYBODY = Context(caller="gateway", correlation="c")
OFFICER = Context(
    caller="gateway", actor="account/o", organisation=MAKER, role="compliance", purpose="beheer_access", correlation="c"
)
LATER = "2026-09-01"


def on(world: World, day: str) -> None:
    world.clock.now = datetime.fromisoformat(f"{day}T10:00:00+00:00").astimezone(UTC)


@pytest.fixture
def ready(world: World) -> World:
    world.org.publish()
    on(world, "2026-06-05")
    return world


def post(world: World, body: dict[str, Any], officer: Context = OFFICER) -> dict[str, Any]:
    return world.org.publish_statement(officer, **body)


def refusal(world: World, body: dict[str, Any]) -> Refused:
    before = world.events()
    with pytest.raises(Refused) as caught:
        post(world, body)
    assert world.events() == before, "and nothing is written"
    return caught.value


def test_a_version_that_is_true_is_published_with_its_texts(ready: World) -> None:
    body = next_version(LATER)
    told = post(ready, body)
    assert (told["version"], told["in_force"], len(told["events"])) == (3, False, 4)
    with ready.org.store.reading() as session:
        written = list(eventstore.everything(session))[-4:]
    assert [type(one.event) for one in written] == [
        StatementParticularsWritten,
        StatementTextWritten,
        StatementTextWritten,
        StatementPublished,
    ]
    assert {one.envelope.actor for one in written} == {"account/o"}
    assert {one.stream for one in written} == {f"statement/{MAKER}"}
    for lang in ("nl", "en"):
        shown = ready.org.statement_version(ANYBODY, "3", lang)
        assert sha256(shown["text"].encode()).hexdigest() == shown["sha256"][lang] == told["sha256"][lang]
        assert SENTENCE[lang] in shown["text"]
        assert "{{" not in shown["text"]
        assert [passage["added"] for passage in shown["differences"]["text"]] == [(SENTENCE[lang],)]
        assert shown["differences"]["particulars"] == []
        assert {one["code"] for one in shown["stores"]} == {"google_play", "microsoft_store", "app_store"}


def test_it_is_in_force_from_its_day_and_acknowledged_anew(ready: World) -> None:
    member = member_of(agreed(ready))
    ready.org.acknowledge_statement(member, version=2)
    post(ready, next_version(LATER))
    on(ready, "2026-08-31")
    assert seen(ready, member) == {"version": 2, "acknowledged": True}
    on(ready, LATER)
    assert ready.org.statement(ANYBODY, "nl")["version"] == 3
    assert seen(ready, member) == {"version": 3, "acknowledged": False}
    assert len(ready.org.acknowledge_statement(member, version=3)["events"]) == 1
    assert seen(ready, member) == {"version": 3, "acknowledged": True}


@pytest.mark.parametrize(("reworded", "stands"), [({}, True), ({"en": "Insight into how it is used."}, False)])
def test_a_consent_to_a_purpose_in_other_words_is_asked_for_anew(
    ready: World, reworded: dict[str, str], stands: bool
) -> None:
    member = member_of(agreed(ready))
    ready.org.give_consent(member, "usage_insight", version=2)
    post(ready, with_line(next_version(LATER), "purposes", "usage_insight", **reworded))
    on(ready, LATER)
    shown = {one["purpose"]: one["in_force"] for one in ready.org.my_consents(member)["items"]}
    assert shown["usage_insight"] is stands
    ready.org.give_consent(member, "usage_insight", version=3)
    shown = {one["purpose"]: one["in_force"] for one in ready.org.my_consents(member)["items"]}
    assert shown["usage_insight"] is True


BODY = next_version(LATER)


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        *[(without(BODY, "purposes", one), "purpose_not_stated", f"purposes.{one}") for one in BODY["purposes"]],
        *[(without(BODY, "categories", one), "category_not_stated", f"categories.{one}") for one in BODY["categories"]],
        *[(without(BODY, "terms", one), "term_not_stated", f"terms.{one}") for one in BODY["terms"]],
        *[(without(BODY, "cookies", one), "cookie_not_stated", f"cookies.{one}") for one in BODY["cookies"]],
        (with_line(BODY, "terms", "session_ended", value="P29D"), "term_too_short", "terms.session_ended"),
        (with_line(BODY, "terms", "session_ended", value="P1M"), "term_too_short", "terms.session_ended"),
        (with_line(BODY, "terms", "session_ended", value="a while"), "term_too_short", "terms.session_ended"),
        (with_line(BODY, "cookies", "session-token", value="P31D"), "cookie_differs", "cookies.session-token"),
        (with_line(BODY, "purposes", "marketing", nl="x", en="x"), "particular_unknown", "purposes.marketing"),
        (with_line(BODY, "categories", "dna", nl="x", en="x"), "particular_unknown", "categories.dna"),
        (with_line(BODY, "terms", "fancied", nl="x", en="x", value="P1D"), "particular_unknown", "terms.fancied"),
        (with_line(BODY, "cookies", "tracker", nl="x", en="x", value="P1D"), "particular_unknown", "cookies.tracker"),
        (with_line(BODY, "categories", "custom_field", added=False), "addition_not_marked", "categories.custom_field"),
        (with_line(BODY, "categories", "email", added=True), "addition_not_marked", "categories.email"),
        (rewritten(BODY, "en", "## Questions\n", "**Questions**\n"), "languages_differ", "texts"),
        (
            rewritten(BODY, "en", "Everything expires by itself", "Everything may expire"),
            "promise_not_stated",
            "promises.P11.en",
        ),
        (
            {**BODY, "promises": {"P18": {"nl": "Dit staat er nergens in.", "en": "we treat as confidential"}}},
            "promise_not_stated",
            "promises.P18.nl",
        ),
        (
            {**BODY, "authority": {"name": "Het Orakel", "link": "https://orakel.example"}},
            "authority_not_named",
            "texts.nl",
        ),
        (
            {**BODY, "stores": {"google_play": {"nl": "Play", "en": "Play", "value": "https://play.example"}}},
            "store_not_linked",
            "stores.app_store",
        ),
    ],
)
def test_what_the_code_does_not_do_cannot_be_stated(ready: World, body: dict[str, Any], code: str, field: str) -> None:
    refused = refusal(ready, body)
    assert code in refused.detail["errors"][field]
    assert refused.code in {one for codes in refused.detail["errors"].values() for one in codes}


@pytest.mark.parametrize("promise", PROMISES)
@pytest.mark.parametrize("lang", ["nl", "en"])
def test_every_promise_is_looked_for_in_both_languages(ready: World, promise: str, lang: str) -> None:
    words = {**ready.org.written[2].promised[promise], lang: "Dit staat er helemaal niet in."}
    refused = refusal(ready, {**BODY, "promises": {promise: words}})
    assert refused.detail["errors"] == {f"promises.{promise}.{lang}": ["promise_not_stated"]}


def test_a_promise_in_other_words_is_made_where_these_are_named(ready: World) -> None:
    body = rewritten(BODY, "en", "What you give us we treat as confidential.", "We keep to ourselves what you give us.")
    assert refusal(ready, body).detail["errors"] == {"promises.P18.en": ["promise_not_stated"]}
    words = {"nl": "Wat u ons geeft behandelen wij vertrouwelijk.", "en": "We keep to ourselves what you give us."}
    assert post(ready, {**body, "promises": {"P18": words}})["version"] == 3
    following = {**body, "version": 4, "texts": {lang: text + "\nEn.\n" for lang, text in body["texts"].items()}}
    assert post(ready, following)["version"] == 4, "the one after it takes them over"


def test_a_term_that_is_longer_than_what_is_kept_may_be_stated(ready: World) -> None:
    assert post(ready, with_line(BODY, "terms", "session_ended", value="P31D"))["version"] == 3


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({**BODY, "texts": {"nl": BODY["texts"]["nl"]}}, "invalid", "texts.en"),
        ({**BODY, "texts": {**BODY["texts"], "de": "x"}}, "unknown_field", "texts.de"),
        ({**BODY, "texts": {**BODY["texts"], "en": " "}}, "invalid", "texts.en"),
        ({**BODY, "texts": {**BODY["texts"], "en": "x" * 20_001}}, "invalid", "texts.en"),
        ({**BODY, "texts": {**BODY["texts"], "en": BODY["texts"]["en"] + "é" * 9_000}}, "invalid", "texts.en"),
        (rewritten(BODY, "en", "## Questions\n", f"## Questions\n\n{'x' * 15_000}\n"), "invalid", "texts.en"),
        (rewritten(BODY, "nl", "{{terms}}", ""), "invalid", "texts.nl"),
        (rewritten(BODY, "nl", "{{terms}}", "{{terms}}\n\n{{terms}}"), "invalid", "texts.nl"),
        (rewritten(BODY, "nl", "{{terms}}", "{{terms}}\n\n{{config}}"), "markup_not_allowed", "texts.nl"),
        (rewritten(BODY, "nl", "{{terms}}", "{{terms}}\n\n{% raw %}"), "markup_not_allowed", "texts.nl"),
        (rewritten(BODY, "en", "## Questions", "<b>Questions</b>"), "markup_not_allowed", "texts.en"),
        (rewritten(BODY, "en", "## Questions", "![x](https://x.example)"), "markup_not_allowed", "texts.en"),
        (rewritten(BODY, "en", "## Questions", "[x](javascript:x)"), "markup_not_allowed", "texts.en"),
        (with_line(BODY, "purposes", "app_access", en="<i>Access</i>"), "markup_not_allowed", "purposes.app_access.en"),
        (with_line(BODY, "purposes", "app_access", en="{{terms}}"), "markup_not_allowed", "purposes.app_access.en"),
        (with_line(BODY, "purposes", "app_access", en="a\nb"), "invalid", "purposes.app_access.value.en"),
        ({**BODY, "purposes": {"app_access": {"nl": "x"}}}, "invalid", "purposes.app_access.value.en"),
        ({**BODY, "purposes": {}}, "invalid", "purposes"),
        ({**BODY, "effective_on": "soon"}, "invalid", "effective_on"),
        ({**BODY, "effective_on": "2027-02-30"}, "invalid", "effective_on"),
        ({**BODY, "effective_on": None}, "invalid", "effective_on"),
        ({**BODY, "version": "3"}, "invalid", "version"),
        ({**BODY, "version": 0}, "invalid", "version"),
        ({**BODY, "promises": {"P20": {"nl": "x" * 20, "en": "x" * 20}}}, "invalid", "promises.?.key"),
        ({**BODY, "promises": {"P18": {"nl": "Wij zijn hier eerlijk", "en": "a"}}}, "invalid", "promises.?.value.en"),
        ({**BODY, "changes": {"nl": ["<b>"], "en": []}}, "markup_not_allowed", "changes.nl.0"),
        ({**BODY, "note": "x"}, "unknown_field", "note"),
    ],
)
def test_what_is_no_statement_is_refused_by_field(ready: World, body: dict[str, Any], code: str, field: str) -> None:
    refused = refusal(ready, body)
    assert (refused.code, list(refused.detail["errors"])) == (code, [field])


def test_lists_that_would_not_fit_into_an_event_are_refused(ready: World) -> None:
    lines = {
        f"store_{number}": {"nl": "x" * 1000, "en": "y" * 1000, "value": "https://x.example"} for number in range(20)
    }
    assert refusal(ready, {**BODY, "stores": lines}).code == "invalid"


@pytest.mark.parametrize(
    ("but", "code"),
    [
        ({"version": 5}, "version_not_next"),
        ({"version": 4}, "version_not_next"),
        ({"version": 2}, "version_taken"),
        ({"version": 1}, "version_taken"),
        ({"effective_on": "2026-06-04"}, "effective_too_early"),
        ({"effective_on": "2018-02-21"}, "effective_too_early"),
    ],
)
def test_it_is_the_next_one_and_begins_no_sooner_than_today(ready: World, but: dict[str, Any], code: str) -> None:
    assert refusal(ready, {**BODY, **but}).code == code


def test_the_same_posted_twice_is_already_so_and_another_text_is_none(ready: World) -> None:
    post(ready, BODY)
    assert post(ready, BODY)["events"] == []
    on(ready, "2026-10-01")
    assert post(ready, BODY)["events"] == [], "also when its day has begun"
    assert refusal(ready, with_line(BODY, "purposes", "app_access", en="Access.")).code == "version_taken"
    assert refusal(ready, {**BODY, "effective_on": "2026-11-01"}).code == "version_taken"


def test_one_that_has_not_begun_is_overtaken_by_the_next_of_the_same_day(ready: World) -> None:
    post(ready, BODY)
    assert refusal(ready, {**BODY, "version": 4, "effective_on": "2026-08-31"}).code == "effective_too_early"
    post(ready, {**with_line(BODY, "purposes", "app_access", en="Access."), "version": 4})
    on(ready, LATER)
    assert ready.org.statement(ANYBODY, "en")["version"] == 4
    assert [one["version"] for one in ready.org.statement_versions(ANYBODY, None, 10)["items"]] == [4, 3, 2, 1]


def test_what_another_service_keeps_is_asked_of_it_and_no_answer_is_no_yes(ready: World) -> None:
    ready.others.away = True
    with pytest.raises(Unavailable):
        post(ready, BODY)
    ready.others.away = False
    assert post(ready, BODY)["version"] == 3


def test_a_release_with_that_number_and_another_text_does_not_start_silently(
    ready: World, caplog: pytest.LogCaptureFixture
) -> None:
    post(ready, BODY)
    same = ready.org.statement_version(ANYBODY, "3", "en")
    with ready.org.store.reading() as session:
        posted = ready.org.stated(session, 3)
    assert posted is not None
    ready.org.written[3] = Written(
        statement=posted.statement, hashes={**posted.hashes, "particulars_sha256": "00" * 32}
    )
    ready.org.publish()
    assert facts(ready.org, None)["statement"]["overruled"] == [], "the same words in a file are the same version"
    other = replace(posted.statement, texts={**posted.statement.texts, "en": "Something else."})
    ready.org.written[3] = Written(statement=other, hashes=posted_hashes(other))
    before = ready.events()
    with caplog.at_level(logging.ERROR):
        ready.org.publish()
    assert "version 3" in caplog.text
    assert ready.events() == before
    assert ready.org.statement_version(ANYBODY, "3", "en") == same, "what was published is what is shown"
    assert facts(ready.org, None)["statement"]["overruled"] == [3]
    assert facts(ready.org, None)["statement"]["changed"] == []


def test_what_runs_otherwise_than_the_version_in_force_says_is_told(
    ready: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready.org.hold_statement()
    assert facts(ready.org, None)["statement"]["untrue"] == []
    monkeypatch.setitem(TERMS["retention"], "session_ended", "P90D")
    ready.org.hold_statement()
    assert facts(ready.org, None)["statement"]["untrue"] == ["terms.session_ended"]
    ready.others.away = True
    ready.org.hold_statement()
    assert facts(ready.org, None)["statement"]["untrue"] == ["terms.session_ended"], "no answer makes nothing true"


def test_the_next_release_goes_on_from_what_was_posted(ready: World) -> None:
    post(ready, BODY)
    with ready.org.store.reading() as session:
        posted = ready.org.stated(session, 3)
    assert posted is not None
    shipped = replace(posted.statement, version=4)
    ready.org.written[4] = Written(statement=shipped, hashes=posted_hashes(shipped))
    ready.org.publish()
    assert facts(ready.org, None)["statement"]["untold"] == []
    on(ready, LATER)
    assert ready.org.statement(ANYBODY, "nl")["version"] == 4


def test_the_views_of_what_was_posted_equal_their_replay(ready: World) -> None:
    post(ready, BODY)
    scratch = sqlite(ready.org.configuration.var / "scratch.sqlite3")
    tables = []
    for view in ready.org.views:
        view.tables.create_all(scratch)
        tables += view.tables.sorted_tables
    assert {"statement_texts", "statement_particulars"} <= {table.name for table in tables}
    assert replay.verify(ready.org.store, scratch, tables) == []
    scratch.dispose()
