"""One person in the system: invited, registered, signed in, looked up, closed, forgotten, and the log proves it."""

from __future__ import annotations

import json
from typing import Any

from services.reader import proof as receipts
from services.reader.note import parse_vkey
from tests.journeys.people import Cast, Person, certified
from tests.journeys.running import System

AGENT = (
    "Mozilla/5.0 (Linux; Android 9; SM-G960F) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/96.0.4664.45 Mobile Safari/537.36"
)


def live(system: System) -> dict[str, Any]:
    """The whole journey over HTTP; returns what must still be so after a restart."""
    cast = Cast(system.url)
    cast.assemble()
    member = cast.member("sanne@voorbeeld.example", "sanne.devries", "Sanne", "Vries", agent=AGENT)

    assert member.get("/v1/me")["last_name"] == "Vries"
    member.ask("PATCH", "/v1/me", {"infix": "de", "email": "s.devries@voorbeeld.example"})
    me = member.get("/v1/me")
    assert (me["infix"], me["email"], me["status"]) == ("de", "s.devries@voorbeeld.example", "open")
    [session] = member.get("/v1/sessions")["items"]
    assert session["device"]["browser"].startswith("Chrome Mobile")

    members = f"/v1/organisations/{cast.organisation}/members"
    listed = cast.beheerder.get(members)["items"]
    assert member.account in [one["account"] for one in listed]
    [look] = member.get("/v1/me/access-log")["items"]
    assert (look["role"], look["organisation"], look["purpose"]) == ("beheerder", cast.organisation, "beheer_access")

    closed = member.ask("DELETE", "/v1/me", expect=202)
    done = certified(Person(system.url), closed["erasure"]["id"])
    assert set(done["services"].values()) == {"completed"}
    assert set(done["services"]) == {"auth", "org", "audit", "retention"}
    assert_gone(system, cast, member)

    report = cast.officer.get("/v1/reports/erasures")
    [row] = [row for row in report["rows"] if row["erasure"] == closed["erasure"]["id"]]
    assert report["totals"]["overdue"] == 0
    for event in row["events"].values():
        assert_proven(system, cast.officer, event)
    return {"cast": cast, "member": member, "erasure": done, "listed": cast.beheerder.get(members)["items"]}


def assert_gone(system: System, cast: Cast, member: Person) -> None:
    member.ask("GET", "/v1/me", expect=401)
    stranger = Person(system.url)
    refused = stranger.post(
        "/v1/sessions", {"username": "sanne.devries", "password": "vier paarden en een kruiwagen 71"}, expect=401
    )
    assert refused["code"] == "sign_in_failed"
    base = f"/v1/organisations/{cast.organisation}/members"
    assert member.account not in [one["account"] for one in cast.beheerder.get(base)["items"]]
    assert cast.beheerder.get(f"{base}/{member.account}", expect=404)["code"] == "not_found"


def assert_proven(system: System, officer: Person, event: str) -> None:
    """The receipt holds against the log's key, for the entry as the log serves it."""
    log_key = json.loads((system.secrets / "installation.json").read_text())["log"]
    receipt = officer.get(f"/v1/receipts/{event}")
    assert receipt["state"] == "integrated"
    entry = officer.get(f"/v1/log/entries/{receipt['index']}")
    assert entry["event"]["id"] == event
    receipts.verify_proof(entry["entry"].encode(), receipts.parse_proof(receipt["proof"]), log=parse_vkey(log_key))


def test_a_life_from_invitation_to_certificate_and_the_same_state_after_a_restart(system: System) -> None:
    before = live(system)
    assert system.command("log", "verify").stdout.endswith("ok\n")
    assert system.stop() == 0

    system.start()

    cast, member = before["cast"], before["member"]
    assert cast.officer.get(f"/v1/erasures/{before['erasure']['id']}") == before["erasure"]
    assert cast.beheerder.get(f"/v1/organisations/{cast.organisation}/members")["items"] == before["listed"]
    assert_gone(system, cast, member)
    assert system.command("log", "verify").stdout.endswith("ok\n")
    assert system.command("views").stdout.count(": ok") == 4
