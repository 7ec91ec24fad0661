"""What people ask is done: corrected, kept and not used, used no longer for a purpose; or refused with why (P15)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.journeys.people import Cast, Person, eventually
from tests.journeys.running import System
from tests.journeys.test_requests import intake, integrated

LAW = Path("services/retention/legal.json")
NOTICE = "PT6S"


@pytest.fixture
def settings(settings: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """The product's own law, but for a notice that a test can wait for."""
    versions = json.loads(LAW.read_text())
    law = tmp_path / "legal.json"
    law.write_text(json.dumps([{**version, "lift_notice": NOTICE} for version in versions]))
    return {**settings, "CRISISCONNECT_RETENTION_LAW": str(law)}


def test_people_have_done_what_they_ask_for(system: System) -> None:
    cast = Cast(system.url)
    cast.assemble()
    sanne = cast.member("sanne@voorbeeld.example", "sanne.devries", "Sanne", "Vries")
    noor = cast.member("noor@voorbeeld.example", "noor.jansen", "Noor", "Jansen")
    base = f"/v1/organisations/{cast.organisation}/requests"

    done = [corrected(cast, base, sanne)]
    request, event = restricted(cast, base, sanne)
    done.append(event)
    others_leave_them_alone(cast, sanne)
    done.append(let_go(system, cast, base, sanne, request))
    done += objected(cast, base, noor)

    for event in done:
        receipt = eventually(lambda event=event: integrated(cast.beheerder, event), what="the receipt")
        assert receipt["proof"].startswith("c2sp.org/tlog-proof@v1")
    told_in_the_report(cast, base)
    assert system.command("log", "verify").stdout.endswith("ok\n")
    assert system.command("views").stdout.count(": ok") == 4


def corrected(cast: Cast, base: str, sanne: Person) -> str:
    """By telephone; the Beheerder sends values and is told nothing more. Answers the id of auth's event."""
    boss, request = cast.beheerder, cast.beheerder.post(base, intake(sanne, "rectification"))["request"]
    fulfil = f"{base}/{request}/fulfil"
    changed = {"outcome": "Aangepast.", "changes": {"last_name": "de Vries-Bos", "email": "bos@voorbeeld.example"}}
    assert boss.post(fulfil, changed, expect=409)["code"] == "identity_needed"
    boss.post(f"{base}/{request}/verify", {"how": "known_in_person"}, expect=200)
    for body, code in (
        ({"outcome": "Niets."}, "invalid"),
        ({**changed, "changes": {"username": "x"}}, "unknown_field"),
        ({**changed, "changes": {"email": "geen adres"}}, "invalid"),
        ({**changed, "ground": "legal_claim"}, "invalid"),
    ):
        assert boss.post(fulfil, body, expect=422)["code"] == code, body
    taken = {**changed, "changes": {"email": "noor@voorbeeld.example"}}
    assert boss.post(fulfil, taken, expect=409)["code"] == "already_invited"
    answer = boss.post(fulfil, {**changed, "statement": "{{ Zo }} stond het <b>altijd</b>."}, expect=200)
    assert "Vries" not in str(answer)
    assert sanne.get("/v1/me")["last_name"] == "de Vries-Bos"
    seen = sanne.get("/v1/me/requests")["items"][0]
    assert (seen["statement"], seen["effect"]) == ("{{ Zo }} stond het <b>altijd</b>.", answer["effect"])
    return str(answer["effect"])


def restricted(cast: Cast, base: str, sanne: Person) -> tuple[str, str]:
    request = sanne.post("/v1/me/requests", {"kind": "restriction", "text": "Eerst uitzoeken."})["request"]
    fulfil = f"{base}/{request}/fulfil"
    assert cast.beheerder.post(fulfil, {"outcome": "Goed."}, expect=422)["code"] == "ground_needed"
    assert cast.beheerder.post(f"{base}/{request}/lift", {"reasons": "x"}, expect=409)["code"] == "not_restricted"
    answer = cast.beheerder.post(fulfil, {"outcome": "Goed.", "ground": "accuracy_contested"}, expect=200)
    return str(request), str(answer["effect"])


def others_leave_them_alone(cast: Cast, sanne: Person) -> None:
    """On every read and change; the person themself goes on."""
    members = f"/v1/organisations/{cast.organisation}/members"
    shown = cast.beheerder.get(members)
    assert "Sanne" not in json.dumps(shown)
    assert "bos@voorbeeld.example" not in json.dumps(shown)
    assert [one["status"] for one in shown["items"] if one["account"] == sanne.account] == ["restricted"]
    one = f"{members}/{sanne.account}"
    for method, body, expect in (("GET", None, 409), ("PATCH", {"role": "auditor"}, 409), ("DELETE", None, 409)):
        assert cast.beheerder.ask(method, one, body, expect=expect)["code"] == "restricted"
    assert sanne.get("/v1/me")["status"] == "restricted"
    sanne.ask("PATCH", "/v1/me", {"first_name": "Sanne-Marie"})
    sanne.sign_in()


def let_go(system: System, cast: Cast, base: str, sanne: Person, request: str) -> str:
    """Announced, with a mail; over when the notice is, and not before. Answers the id of what announced it."""
    why = {"reasons": "Nagezien: het klopt nu."}
    assert sanne.post(f"{base}/{request}/lift", why, expect=403)["code"] == "forbidden"
    told = cast.beheerder.post(f"{base}/{request}/lift", why, expect=200)
    members = f"/v1/organisations/{cast.organisation}/members/{sanne.account}"
    assert cast.beheerder.get(members, expect=409)["code"] == "restricted"

    def mail() -> Any:
        sent = httpx.get(f"{system.url}/dev/mail.json", params={"to": "bos@voorbeeld.example"}, timeout=15).json()
        ends = [one for one in sent if "Your data will be used again" in one["subject"]]
        return [one for one in ends if any(link.endswith(f"/requests/{request}") for link in one["links"])]

    eventually(mail, what="the notice")
    eventually(lambda: cast.beheerder.http.get(members).status_code == 200, what="the end of the restriction")
    seen = eventually(
        lambda: next((one for one in sanne.get("/v1/me/requests")["items"] if one["lifted_at"]), None),
        what="the end in the register",
    )
    assert seen["lift_reasons"] == why["reasons"]
    assert seen["lifted_at"] >= seen["lifts_at"] == told["lifts_at"]
    assert cast.beheerder.post(f"{base}/{request}/lift", why, expect=409)["code"] == "not_restricted"
    return str(told["events"][0])


def objected(cast: Cast, base: str, noor: Person) -> list[str]:
    """Upheld for what can stop by itself; rejected, with remedies, for what an account is for."""
    boss, events = cast.beheerder, []
    yes = {"purpose": "usage_insight", "decision": "upheld", "reasons": "Het kan zonder haar."}
    no = {"purpose": "app_access", "decision": "rejected", "reasons": "Zonder account geen hulp."}
    for decisions, state, remedies in (([yes], "fulfilled", 0), ([no], "refused", 2)):
        request = noor.post("/v1/me/requests", {"kind": "objection"})["request"]
        fulfil = f"{base}/{request}/fulfil"
        wrong = {"outcome": "Nee.", "decisions": [{**no, "decision": "upheld"}]}
        assert boss.post(fulfil, wrong, expect=409)["code"] == "account_needs_purpose"
        assert boss.post(fulfil, {"outcome": "Ja.", "decisions": [yes, yes]}, expect=422)["code"] == "invalid"
        answer = boss.post(fulfil, {"outcome": "Zo is besloten.", "decisions": decisions}, expect=200)
        assert (answer["state"], len(answer["remedies"])) == (state, remedies)
        events += answer["events"]
        seen = noor.get("/v1/me/requests")["items"][0]
        assert (seen["id"], seen["decisions"]) == (request, decisions)
    return events


def told_in_the_report(cast: Cast, base: str) -> None:
    states = [(one["kind"], one["state"]) for one in cast.beheerder.get(base)["items"]]
    assert states == [
        ("objection", "refused"),
        ("objection", "fulfilled"),
        ("restriction", "fulfilled"),
        ("rectification", "fulfilled"),
    ]
    totals = cast.officer.get("/v1/reports/requests")["totals"]
    told = {name: totals[name] for name in ("received", "fulfilled", "refused", "restricted", "overdue")}
    assert told == {"received": 4, "fulfilled": 3, "refused": 1, "restricted": 0, "overdue": 0}
