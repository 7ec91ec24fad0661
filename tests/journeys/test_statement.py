"""Everybody reads the statement; who signs in says to have seen it or does not, and goes on (P10, P14)."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from tests.journeys.people import Cast, Person, certified, eventually
from tests.journeys.running import System
from tests.statements import SENTENCE, next_version, rewritten, with_line, without


def test_a_statement_is_read_acknowledged_and_forgotten_with_the_person(system: System) -> None:
    anybody = Person(system.url)
    read(anybody)
    compared(anybody)
    registered(anybody)

    cast = Cast(system.url)
    cast.assemble()
    member = cast.member("sanne@voorbeeld.example", "sanne.devries", "Sanne", "Vries")
    assert member.sign_in()["statement"] == {"version": 2, "acknowledged": False}
    assert member.get("/v1/me")["last_name"] == "Vries", "nobody is kept out for not having acknowledged"
    assert member.ask("PUT", "/v1/me/statement", {"version": 7}, expect=422)["code"] == "statement_unknown"
    anybody.ask("PUT", "/v1/me/statement", {"version": 2}, expect=401)
    [event] = member.ask("PUT", "/v1/me/statement", {"version": 2})["events"]
    assert member.ask("PUT", "/v1/me/statement", {"version": 2})["events"] == []
    assert member.sign_in()["statement"] == {"version": 2, "acknowledged": True}
    assert cast.beheerder.sign_in()["statement"] == {"version": 2, "acknowledged": False}
    assert cast.officer.ask("PUT", "/v1/me/statement", {"version": 2})["events"], "the maker's own people as well"
    assert eventually(lambda: integrated(member, event), what="the receipt")

    certified(cast.officer, member.ask("DELETE", "/v1/me", expect=202)["erasure"]["id"])
    told = "/v1/log/entries?type=nl.crisisconnect.org.StatementPublished.v1"
    assert len(cast.officer.get(told)["items"]) == 2
    published(anybody, cast)
    assert eventually(lambda: len(cast.officer.get(told)["items"]) == 3, what="the third version in the log")
    assert system.command("log", "verify").stdout.endswith("ok\n")
    assert system.command("views").stdout.count(": ok") == 4


def published(anybody: Person, cast: Cast) -> None:
    """Compliance posts the next version; what the software does not do is refused, and the rest is in force today."""
    member = cast.member("daan@voorbeeld.example", "daan.bakker", "Daan", "Bakker")
    member.ask("PUT", "/v1/me/statement", {"version": 2})
    member.ask("PUT", "/v1/me/consents/usage_insight", {"version": 2})
    today = datetime.now(ZoneInfo("Europe/Amsterdam")).date()
    body = next_version(today.isoformat())
    anybody.ask("POST", "/v1/statement", body, expect=401)
    for nobody in (member, cast.beheerder, cast.operator):
        assert nobody.ask("POST", "/v1/statement", body, expect=403)["code"] == "forbidden"
    for wrong, code, field in (
        (without(body, "categories", "email"), "category_not_stated", "categories.email"),
        (with_line(body, "terms", "entry_recorded", value="P9Y"), "term_too_short", "terms.entry_recorded"),
        (without(body, "cookies", "session-token"), "cookie_not_stated", "cookies.session-token"),
        (rewritten(body, "nl", "Vragen stelt u", "Vragen stelt men"), "promise_not_stated", "promises.P17.nl"),
        (rewritten(body, "en", "## Questions", "<h2>Questions</h2>"), "markup_not_allowed", "texts.en"),
        (rewritten(body, "en", "## Questions", "{{secrets}}"), "markup_not_allowed", "texts.en"),
        ({**body, "texts": {"nl": body["texts"]["nl"]}}, "invalid", "texts.en"),
        ({**body, "effective_on": "2026-13-01"}, "invalid", "effective_on"),
    ):
        refused = cast.officer.ask("POST", "/v1/statement", wrong, expect=422)
        assert (refused["code"], field in refused["errors"]) == (code, True)
    too_early = {**body, "effective_on": (today - timedelta(days=2)).isoformat()}
    assert cast.officer.ask("POST", "/v1/statement", too_early, expect=422)["code"] == "effective_too_early"
    assert cast.officer.ask("POST", "/v1/statement", {**body, "version": 4}, expect=409)["code"] == "version_not_next"
    assert anybody.get("/v1/statement")["version"] == 2, "nothing was written"

    reworded = with_line(body, "purposes", "usage_insight", en="Insight into how the app is used, to improve it.")
    told = cast.officer.ask("POST", "/v1/statement", reworded, expect=201)
    assert (told["version"], told["in_force"]) == (3, True)
    assert cast.officer.ask("POST", "/v1/statement", reworded, expect=201)["events"] == []
    assert cast.officer.ask("POST", "/v1/statement", body, expect=409)["code"] == "version_taken"
    shown = anybody.get("/v1/statement/versions/3?lang=en")
    assert SENTENCE["en"] in shown["text"]
    assert [one["code"] for one in shown["differences"]["particulars"]] == ["usage_insight"]
    assert sha256(shown["text"].encode()).hexdigest() == told["sha256"]["en"]
    assert anybody.get("/v1/statement?lang=en")["text"] == shown["text"]
    assert [one["version"] for one in anybody.get("/v1/statement/versions")["items"]] == [3, 2, 1]
    assert member.sign_in()["statement"] == {"version": 3, "acknowledged": False}
    assert not consents_to(member, "usage_insight"), "its words are others now"
    member.ask("PUT", "/v1/me/statement", {"version": 3})
    member.ask("PUT", "/v1/me/consents/usage_insight", {"version": 3})
    assert consents_to(member, "usage_insight")
    assert member.sign_in()["statement"] == {"version": 3, "acknowledged": True}


def consents_to(person: Person, purpose: str) -> bool:
    return next(bool(one["in_force"]) for one in person.get("/v1/me/consents")["items"] if one["purpose"] == purpose)


def read(anybody: Person) -> None:
    for lang in ("nl", "en"):
        shown = anybody.get(f"/v1/statement?lang={lang}")
        text = anybody.get(f"/v1/statement?lang={lang}&format=markdown")
        assert (shown["version"], shown["in_force"], shown["text"]) == (2, True, text)
        assert shown["sha256"][lang] == sha256(text.encode()).hexdigest()
        assert "Autoriteit Persoonsgegevens" in text
        assert {one["code"] for one in shown["stores"]} == {"google_play", "microsoft_store", "app_store"}
        assert all(one["value"].startswith("https://") and one["value"] in text for one in shown["stores"])
    assert anybody.get("/v1/statement?lang=fr", expect=422)["code"] == "invalid"


def compared(anybody: Person) -> None:
    newest, first = anybody.get("/v1/statement/versions")["items"]
    assert (newest["version"], first["version"], first["effective_on"]) == (2, 1, "2018-02-21")
    shown = anybody.get("/v1/statement/versions/2?lang=en")["differences"]
    added = [one["code"] for one in shown["particulars"] if one["list"] == "categories" and one["before"] is None]
    assert added == ["contact_phone", "correspondence", "log_record", "custom_field"]
    assert shown["changes"]
    assert shown["text"]
    assert anybody.get("/v1/statement/versions/1")["differences"] is None
    for never in ("0", "3", "x", "%00"):
        assert anybody.get(f"/v1/statement/versions/{never}", expect=404)["code"] == "not_found"


def registered(anybody: Person) -> None:
    shown = {one["name"]: one for one in anybody.get("/v1/cookies")["items"]}
    assert set(shown) == {"__Host-session", "session-token"}
    assert not anybody.http.cookies, "what is not in the register is not set"
    assert all(one["party"] == "ConnectTools B.V." and not one["consent"] for one in shown.values())


def integrated(person: Person, event: str) -> Any:
    answer = person.http.get(f"/v1/receipts/{event}")
    return answer.status_code == 200 and answer.json()["state"] in ("integrated", "witnessed")
