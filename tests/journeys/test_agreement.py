"""An agreement over its life: proposed, signed, amended, ended; consents, sub-processors, instructions (P01, P03)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from services.contracts.grounds import BEFORE_CONSENT
from tests.journeys.grounds import entries, ungrounded, unused
from tests.journeys.people import SHA256, TERMS, TODAY, Cast, Person, eventually, mailed
from tests.journeys.running import System

NEVER = "0195538e-2b3c-7d4e-9f50-6b7c8d9e0f12"
OTHER = "cd" * 32
CONSENT = {**TERMS["purposes"], "usage_insight": "consent", "app_access": "consent"}


def test_what_was_agreed_is_what_is_done(system: System) -> None:
    cast = Cast(system.url)
    cast.assemble()
    member = cast.member("sanne@voorbeeld.example", "sanne.devries", "Sanne", "Vries")
    base = f"/v1/organisations/{cast.organisation}/agreements"

    amended(cast, base, member)
    consented(cast, base, member)
    engaged = engagement(cast)
    instructed = instruction(cast)
    written_down(cast)
    strangers_find_nothing(cast, engaged, instructed)
    ended(cast, base, member)

    log = entries(cast.officer)
    assert ungrounded(log) == []
    assert BEFORE_CONSENT.reason not in unused(log)
    assert system.command("log", "verify").stdout.endswith("ok\n")
    assert system.command("views").stdout.count(": ok") == 4


def sign(cast: Cast, base: str, document: str) -> list[bool]:
    body = {"document_sha256": document, "signed_on": TODAY}
    said = []
    for person, name in ((cast.operator, "Olga Bron"), (cast.beheerder, "Bea den Heerder")):
        signing = {"signatory": {"name": name, "function": "bestuurder"}, **body}
        said.append(person.post(f"{base}/{cast.agreement}/sign", signing, expect=200)["in_force"])
    return said


def amended(cast: Cast, base: str, member: Person) -> None:
    """Without names nothing is corrected any more, from when both sides have signed that and not before."""
    one = f"{base}/{cast.agreement}"
    assert cast.beheerder.post(f"{one}/amend", {}, expect=422)["code"] == "invalid"
    member.post(f"{one}/amend", {"incident_hours": 4}, expect=403)
    fewer = [category for category in TERMS["categories"] if category != "name"]
    said = cast.beheerder.post(f"{one}/amend", {"categories": fewer, "incident_hours": 12})
    assert (said["agreement"], said["version"]) == (cast.agreement, 2)
    member.ask("PATCH", "/v1/me", {"first_name": "Sanneke"})
    assert [task["kind"] for task in cast.beheerder.get("/v1/tasks")["items"]] == ["agreement_to_sign"]
    again = {"signatory": {"name": "Olga Bron", "function": "griffier"}, "document_sha256": SHA256, "signed_on": TODAY}
    assert cast.operator.post(f"{one}/sign", again, expect=409)["code"] == "document_signed_before"
    assert sign(cast, base, OTHER) == [False, True]
    eventually(lambda: refused(member, {"first_name": "Sanne"}) == "category_not_agreed", what="the amended terms")

    shown = cast.beheerder.get(one)
    assert (shown["version"], shown["in_force"], shown["awaits"]) == (2, True, None)
    assert [(v["version"], len(v["signatures"]), v["incident_hours"]) for v in shown["versions"]] == [
        (1, 2, None),
        (2, 2, 12),
    ]
    totals = cast.beheerder.get("/v1/reports/access")["totals"]
    eventually(
        lambda: cast.beheerder.get("/v1/reports/access")["totals"]["processing_refused"] > 0, what=f"not {totals}"
    )


def refused(person: Person, values: dict[str, str]) -> str | None:
    answer = person.http.request("PATCH", "/v1/me", json=values)
    return None if answer.status_code == 200 else str(answer.json()["code"])


def consented(cast: Cast, base: str, member: Person) -> None:
    """A purpose rests on consent: one comes in, gives it, is served, takes it back, and is served no more."""
    change = {"purposes": CONSENT, "categories": TERMS["categories"]}
    assert cast.beheerder.post(f"{base}/{cast.agreement}/amend", change)["version"] == 3
    assert sign(cast, base, "ef" * 32) == [False, True]
    eventually(lambda: refused(member, {"first_name": "Sanne"}) == "consent_needed", what="the need of a consent")
    member.sign_in()
    assert refused(member, {"first_name": "Sanne"}) == "consent_needed"
    assert member.ask("PUT", "/v1/me/consents/advertising", {}, expect=404)["code"] == "not_found"
    assert member.ask("PUT", "/v1/me/consents/app_access", {"version": 9}, expect=422)["code"] == "statement_unknown"
    given = member.ask("PUT", "/v1/me/consents/app_access", {})
    assert refused(member, {"first_name": "Sanne"}) is None
    app = member.get("/v1/me/consents")["items"][0]
    assert (app["purpose"], app["needed"], app["in_force"], app["statement_version"]) == ("app_access", True, True, 2)
    withdrawn = member.ask("DELETE", "/v1/me/consents/app_access")
    eventually(lambda: refused(member, {"first_name": "Piet"}) == "consent_needed", what="the withdrawal")
    copy = member.get("/v1/me/data")["copy"]["consents"]
    assert (copy[0]["purpose"], copy[0]["in_force"]) == ("app_access", False)
    for event in (*given["events"], *withdrawn["events"]):
        receipt(member, event)
    member.ask("PUT", "/v1/me/consents/app_access", {})


def engagement(cast: Cast) -> str:
    """Announced to the organisation, objected to, accepted after all, and withdrawn."""
    entry = {"name": "Voorbeeld Post B.V.", "task": "Verstuurt e-mail.", "country": "US"}
    entry |= {"purposes": ["app_access"], "categories": ["email"]}  # type: ignore[dict-item]
    register = "/v1/sub-processors"
    assert cast.officer.post(register, entry, expect=422)["code"] == "invalid"
    cast.beheerder.post(register, entry, expect=403)
    made = cast.officer.post(register, {**entry, "transfer": "Adequaatheidsbesluit."})
    one = str(made["sub_processor"])
    assert len(made["events"]) == 2
    [shown] = cast.beheerder.get(register)["items"]
    assert (shown["id"], shown["standing"]["state"]) == (one, "announced")
    window = datetime.fromisoformat(shown["standing"]["objections_until"]) - datetime.now(UTC)
    assert timedelta(days=29) < window <= timedelta(days=30)
    assert "sub_processor_to_judge" in [task["kind"] for task in cast.beheerder.get("/v1/tasks")["items"]]

    said = cast.beheerder.post(f"{register}/{one}/objection", {"reasons": "Wij doen\ndat zelf."}, expect=200)
    receipt(cast.beheerder, said["events"][0])
    [shown] = cast.officer.get(f"{register}?organisation={cast.organisation}")["items"]
    assert (shown["standing"]["state"], shown["standing"]["reasons"]) == ("objected", "Wij doen\ndat zelf.")
    assert "objection_to_settle" in [task["kind"] for task in cast.officer.get("/v1/tasks")["items"]]
    cast.beheerder.post(f"{register}/{one}/acceptance", expect=200)
    [shown] = cast.officer.get(register)["items"]
    assert shown["organisations"] == {"active": 1}
    assert cast.beheerder.post(f"{register}/{one}/objection", {"reasons": "Toch."}, expect=409)["code"] == "term_over"
    cast.officer.post(f"{register}/{one}/withdrawal", expect=200)
    late = cast.beheerder.post(f"{register}/{one}/acceptance", expect=409)
    assert late["code"] == "sub_processor_withdrawn"
    return one


def instruction(cast: Cast) -> str:
    """Given in the Beheeromgeving, parked with reasons, taken back; another one is carried out."""
    register = "/v1/instructions"
    parked = cast.beheerder.post(register, {"said": "Zet ieders woonadres in de app."})["instruction"]
    reasons = {"reasons": "Dat adres is niet overeengekomen."}
    cast.beheerder.post(f"{register}/{parked}/park", reasons, expect=403)
    told = cast.officer.post(f"{register}/{parked}/park", reasons, expect=200)
    receipt(cast.beheerder, told["events"][0])
    assert "instruction_parked" in [task["kind"] for task in cast.beheerder.get("/v1/tasks")["items"]]
    shown = cast.beheerder.get(f"{register}/{parked}")
    assert (shown["state"], shown["reasons"], shown["channel"]) == ("parked", reasons["reasons"], "beheeromgeving")
    cast.beheerder.post(f"{register}/{parked}/withdrawal", expect=200)
    done = {"done": "Gedaan."}
    assert cast.officer.post(f"{register}/{parked}/done", done, expect=409)["code"] == "instruction_closed"

    call: dict[str, Any] = {"said": "Haal het oude rooster weg.", "giver": "Bea den Heerder", "channel": "telephone"}
    assert cast.officer.post(register, call, expect=422)["code"] == "invalid"
    call["organisation"] = cast.organisation
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    assert cast.officer.post(register, {**call, "given_at": later}, expect=422)["code"] == "moment_impossible"
    taken = str(cast.officer.post(register, call)["instruction"])
    cast.officer.post(f"{register}/{taken}/done", {"done": "Weggehaald."}, expect=200)
    assert [one["state"] for one in cast.beheerder.get(register)["items"]] == ["done", "withdrawn"]
    return taken


def written_down(cast: Cast) -> None:
    """The register of processing follows the agreement, and can be compared with another day."""
    register = "/v1/reports/processing-register"
    found = cast.beheerder.get(register)
    purposes = {row["item"]: row["value"] for row in found["rows"] if row["section"] == "purpose"}
    assert purposes == CONSENT
    assert {row["organisation"] for row in found["rows"]} == {cast.organisation}
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
    then = cast.beheerder.get(f"{register}?from={TODAY}&to={tomorrow}")
    assert {row["change"] for row in then["rows"]} == {"added"}
    assert then["totals"]["added"] == then["totals"]["entries"] == len(then["rows"])
    assert cast.officer.get(register)["totals"]["organisations"] == 2, "the maker's own as well"
    assert cast.beheerder.get(f"{register}?format=csv").startswith("organisation,register_version")
    told = cast.officer.get("/v1/log/entries?type=nl.crisisconnect.org.RegisterGenerated.v1")["items"]
    assert len([one for one in told if cast.organisation in one["entry"]]) >= 3


def strangers_find_nothing(cast: Cast, engaged: str, instructed: str) -> None:
    neighbour = Person(cast.url)
    theirs = cast.register("Gemeente Ernaast", "beheer@ernaast.example")
    neighbour.accept(mailed(cast.url, "beheer@ernaast.example"), "bert.buur", "Bert", "Buur")
    neighbour.sign_in()
    asked: list[tuple[str, str, Any]] = [
        ("POST", f"/v1/organisations/{theirs}/agreements/{{}}/amend", {"incident_hours": 4}),
        ("POST", "/v1/sub-processors/{}/objection", {"reasons": "Nee."}),
        ("POST", "/v1/sub-processors/{}/acceptance", {}),
        ("GET", "/v1/instructions/{}", None),
        ("POST", "/v1/instructions/{}/withdrawal", {}),
    ]
    ids = [cast.agreement, engaged, engaged, instructed, instructed]
    for (method, path, body), known in zip(asked, ids, strict=True):
        for one in (known, NEVER):
            assert neighbour.ask(method, path.format(one), body, expect=404)["code"] == "not_found", path
    for path in ("/v1/sub-processors", "/v1/instructions"):
        assert neighbour.get(path)["items"] == []
        assert neighbour.get(f"{path}?organisation={cast.organisation}", expect=404)["code"] == "not_found"
    wish = {"said": "Wis alles.", "organisation": cast.organisation}
    assert neighbour.post("/v1/instructions", wish, expect=404)["code"] == "not_found"


def ended(cast: Cast, base: str, member: Person) -> None:
    """Nothing is agreed any more: nothing is amended, and nothing is recorded."""
    yesterday = (datetime.now(UTC) - timedelta(days=2)).date().isoformat()
    cast.beheerder.post(f"{base}/{cast.agreement}/terminate", {"ends_on": yesterday}, expect=200)
    late = cast.beheerder.post(f"{base}/{cast.agreement}/amend", {"incident_hours": 4}, expect=409)
    assert late["code"] == "agreement_not_open"
    eventually(lambda: refused(member, {"first_name": "Anna"}) == "agreement_missing", what="the end")
    assert member.ask("PUT", "/v1/me/consents/usage_insight", {}, expect=409)["code"] == "agreement_missing"
    member.ask("DELETE", "/v1/me/consents/app_access")


def receipt(person: Person, event: str) -> None:
    def look() -> bool:
        answer = person.http.get(f"/v1/receipts/{event}")
        return bool(answer.status_code == 200 and answer.json()["proof"])

    eventually(look, what=f"the receipt of {event}")
