"""Everybody reads the statement; who signs in says to have seen it or does not, and goes on (P10, P14)."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from tests.journeys.people import Cast, Person, certified, eventually
from tests.journeys.running import System


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
    told = cast.officer.get("/v1/log/entries?type=nl.crisisconnect.org.StatementPublished.v1")["items"]
    assert len(told) == 2
    assert system.command("log", "verify").stdout.endswith("ok\n")
    assert system.command("views").stdout.count(": ok") == 4


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
