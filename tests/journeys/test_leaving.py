"""An organisation leaves, with everything or with nothing, and then nothing of it is left but the log (P01, P06)."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.kernel.codec import instant
from tests.journeys.people import PASSWORD, Cast, Person, certified, eventually, mailed
from tests.journeys.running import System

GRACE = "PT20S"
TERMS = Path("services/retention/terms.json")
NOBODYS = "0f6d3c1e-6a1f-4a53-9a54-0d4e5c5b7a01"


@pytest.fixture
def settings(settings: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """The product's own terms, but for a grace that a test can wait for."""
    versions = json.loads(TERMS.read_text())
    for version in versions:
        version["terms"]["leaving_chosen"] = GRACE
    terms = tmp_path / "terms.json"
    terms.write_text(json.dumps(versions))
    return {**settings, "CRISISCONNECT_RETENTION_TERMS": str(terms)}


def test_an_organisation_takes_everything_along_and_is_erased_but_for_who_is_held(system: System) -> None:
    cast, others = staged(system)
    sanne = cast.member("sanne@voorbeeld.example", "sanne.devries", "Sanne", "Vries")
    noor = cast.member("noor@voorbeeld.example", "noor.jansen", "=Noor", "Jansen")
    base = f"/v1/organisations/{cast.organisation}"
    cast.beheerder.post(f"{base}/members", {"email": "later@voorbeeld.example", "role": "member"})
    invited = mailed(system.url, "later@voorbeeld.example")
    nobody_leaves_yet(cast, others, base)

    end(cast)
    # A yes of before is believed for two seconds.
    eventually(lambda: signing_in(system, "noor.jansen") == "agreement_missing", what="the refusal")
    hold = held(cast, noor)
    erasure = chosen_twice_and_changed(cast, base)
    manifest = taken_along(cast, base)
    assert manifest["people"] == 4

    done = certified(Person(system.url), erasure, seconds=90)
    assert set(done["services"].values()) == {"completed"}
    assert (done["organisation"], done["brake"]) == (cast.organisation, None)
    for person in (cast.beheerder, sanne, noor):
        person.ask("GET", "/v1/me", expect=401)
        assert signing_in(system, person.username) == "sign_in_failed"
    too_late_to_come_in(cast, invited)
    own = erasure_of_who_was_held(cast, erasure)
    cast.officer.ask("DELETE", f"/v1/holds/{hold}")
    certified(Person(system.url), own, seconds=60)
    certificate = eventually(lambda: certificate_of(system, erasure), what="the certificate")
    assert (certificate["certificate"], certificate["scope"]) == (erasure, "organisation")
    nothing_else_changed(system, cast, others)


def test_an_organisation_has_everything_deleted_or_stays_with_a_new_agreement(system: System) -> None:
    cast, others = staged(system)
    cast.member("sanne@voorbeeld.example", "sanne.devries", "Sanne", "Vries")
    base = f"/v1/organisations/{cast.organisation}"
    end(cast)
    first = cast.beheerder.post(f"{base}/leaving", {"choice": "delete"})["erasure"]["id"]
    cast.agree()
    assert cast.beheerder.get(f"{base}/leaving")["state"] == "staying"
    eventually(lambda: cancelled_at(system, first), what="the cancellation")
    assert Person(system.url).sign_in("sanne.devries")["organisation"] == cast.organisation

    end(cast)
    erasure = cast.beheerder.post(f"{base}/leaving", {"choice": "delete"})["erasure"]["id"]
    assert erasure != first
    certified(Person(system.url), erasure, seconds=90)
    assert cancelled_at(system, first)
    nothing_else_changed(system, cast, others)


def staged(system: System) -> tuple[Cast, Cast]:
    """One organisation that will leave, and another that stays, with the same people of the maker."""
    cast = Cast(system.url)
    cast.assemble()
    others = Cast(system.url)
    others.operator, others.officer = cast.operator, cast.officer
    others.organisation = cast.register("Gemeente Blijft", "bas@blijft.example")
    others.beheerder.accept(mailed(system.url, "bas@blijft.example"), "bas.blijft", "Bas", "Blijft")
    others.beheerder.sign_in()
    others.agree()
    others.member("vera@blijft.example", "vera.blijft", "Vera", "Blijft")
    return cast, others


def nobody_leaves_yet(cast: Cast, others: Cast, base: str) -> None:
    leaving = f"{base}/leaving"
    assert cast.beheerder.get(leaving)["state"] == "staying"
    assert cast.beheerder.post(leaving, {"choice": "delete"}, expect=409)["code"] == "agreement_not_ended"
    assert cast.beheerder.get(f"{leaving}/export", expect=409)["code"] == "leaving_not_chosen"
    for wrong in ({}, {"choice": "keep"}, {"choice": "delete", "at_once": True}):
        assert cast.beheerder.post(leaving, wrong, expect=422)["code"] in ("invalid", "unknown_field")
    for who in (others.beheerder, Person(others.url)):
        expect = 404 if who is others.beheerder else 401
        who.get(leaving, expect=expect)
        who.get(f"{leaving}/export", expect=expect)
        who.post(leaving, {"choice": "delete"}, expect=expect)
    cast.officer.post(leaving, {"choice": "delete"}, expect=403)
    cast.beheerder.get(f"/v1/organisations/{NOBODYS}/leaving", expect=404)


def end(cast: Cast) -> None:
    """The agreement ended yesterday."""
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
    path = f"/v1/organisations/{cast.organisation}/agreements/{cast.agreement}/terminate"
    cast.beheerder.post(path, {"ends_on": yesterday}, expect=200)


def signing_in(system: System, username: str) -> str | None:
    """Why not, None where it is let in."""
    said = {"username": username, "password": PASSWORD}
    code: str | None = httpx.post(f"{system.url}/v1/sessions", json=said, timeout=15).json().get("code")
    return code


def held(cast: Cast, person: Person) -> str:
    ground = {"ground": "fraud_or_abuse", "reason": "Vermoeden van misbruik; aangifte volgt."}
    until = instant(datetime.now(UTC) + timedelta(days=90))
    wish = {"scope": "person", "account": person.account, **ground, "expires_at": until}
    return str(cast.officer.post("/v1/holds", wish)["hold"])


def chosen_twice_and_changed(cast: Cast, base: str) -> str:
    first = cast.beheerder.post(f"{base}/leaving", {"choice": "delete"})
    again = cast.beheerder.post(f"{base}/leaving", {"choice": "delete"})
    assert (again["erasure"], again["events"]) == (first["erasure"], [])
    other = cast.beheerder.post(f"{base}/leaving", {"choice": "return"})
    assert other["erasure"] != first["erasure"]
    seen = eventually(lambda: said if (said := cast.beheerder.get(f"{base}/leaving"))["grace_until"] else None)
    assert (seen["state"], seen["choice"], seen["export"]) == ("chosen", "return", None)
    assert seen["erasure"]["id"] == other["erasure"]["id"]
    return str(other["erasure"]["id"])


def taken_along(cast: Cast, base: str) -> dict[str, Any]:
    """Every file is what the manifest says, and what was there is in it, open and harmless."""
    before = cast.beheerder.get(f"{base}/leaving")["grace_until"]
    answer = cast.beheerder.http.get(f"{base}/leaving/export")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as package:
        assert package.testzip() is None
        files = {name: package.read(name) for name in package.namelist()}
    manifest: dict[str, Any] = json.loads(files["manifest.json"])
    for one in manifest["files"]:
        assert hashlib.sha256(files[one["name"]]).hexdigest() == one["sha256"]
    assert {one["name"] for one in manifest["files"]} == set(files) - {"manifest.json"}
    people = [json.loads(line) for line in files["people/0001.jsonl"].splitlines()]
    found = {(one["username"], one["first_name"], one["email"], one["status"]) for one in people}
    assert ("sanne.devries", "Sanne", "sanne@voorbeeld.example", "open") in found
    assert (None, None, "later@voorbeeld.example", "invited") in found
    assert b"'=Noor" in files["people/0001.csv"]
    [agreement] = [json.loads(line) for line in files["agreements/0001.jsonl"].splitlines()]
    assert {one["signatory"]["name"] for one in agreement["signatures"]} == {"Bea den Heerder", "Olga Bron"}
    [organisation] = [json.loads(line) for line in files["organisation/0001.jsonl"].splitlines()]
    assert organisation["contact"]["email"] == "service@voorbeeld.example"

    seen = cast.beheerder.get(f"{base}/leaving")
    assert seen["export"]["manifest_sha256"] == hashlib.sha256(files["manifest.json"]).hexdigest()
    assert (seen["export"]["files"], seen["export"]["people"]) == (len(manifest["files"]), manifest["people"])
    # Who has it all is not kept for a second grace.
    eventually(lambda: cast.beheerder.get(f"{base}/leaving")["grace_until"] < before, what="the nearer end")
    return manifest


def too_late_to_come_in(cast: Cast, token: str) -> None:
    body = {"username": "later.gekomen", "password": PASSWORD, "first_name": "L", "infix": None, "last_name": "G"}
    assert Person(cast.url).post(f"/v1/invitations/{token}", body, expect=404)["code"] == "not_found"


def erasure_of_who_was_held(cast: Cast, organisations: str) -> str:
    def waiting() -> str | None:
        listed = [one for one in cast.officer.get("/v1/erasures")["items"] if one["organisation"] == cast.organisation]
        return next((one["id"] for one in listed if one["id"] != organisations and one["state"] == "held"), None)

    return eventually(waiting, what="an erasure of who is held")


def certificate_of(system: System, erasure: str) -> dict[str, Any] | None:
    answer = httpx.get(f"{system.url}/v1/erasures/{erasure}/certificate", timeout=15)
    said: dict[str, Any] = answer.json()
    return said if answer.status_code == 200 else None


def cancelled_at(system: System, erasure: str) -> str | None:
    answer = httpx.get(f"{system.url}/v1/erasures/{erasure}", timeout=15)
    said: str | None = answer.json().get("cancelled_at")
    return said


def nothing_else_changed(system: System, cast: Cast, others: Cast) -> None:
    """The other organisation is whole, nothing is late, the log proves itself, and views are what their events say."""
    listed = others.beheerder.get(f"/v1/organisations/{others.organisation}/members")["items"]
    assert sorted(one["first_name"] for one in listed) == ["Bas", "Vera"]
    assert Person(system.url).sign_in("vera.blijft")["organisation"] == others.organisation
    assert others.beheerder.get(f"/v1/organisations/{others.organisation}/leaving")["state"] == "staying"
    totals = cast.officer.get("/v1/reports/erasures")["totals"]
    assert (totals["overdue"], totals["held"], totals["braked"]) == (0, 0, 0)
    assert system.command("log", "verify").stdout.endswith("ok\n")
    assert system.command("views").stdout.count(": ok") == 4
