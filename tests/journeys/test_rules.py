"""A rule is looked at before it is signed, does what was seen, and leaves the person where they are (P01, P06)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from services.kernel.codec import instant
from tests.journeys.people import SHA256, TERMS, TODAY, Cast, eventually
from tests.journeys.running import System

NAMES_GO: dict[str, Any] = {**TERMS, "retention": {"name": "P0D", "email": "P0D"}, "triggers": {"name": "recorded"}}


def test_a_category_goes_by_a_rule_that_was_previewed(system: System) -> None:
    cast = Cast(system.url)
    cast.assemble()
    member = cast.member("sanne@voorbeeld.example", "sanne.devries", "Sanne", "Vries")
    agreements = f"/v1/organisations/{cast.organisation}/agreements"
    impossible_rules(cast, agreements)

    agreement = cast.beheerder.post(agreements, NAMES_GO)["agreement"]
    seen = previewed(cast, f"{agreements}/{agreement}/preview")
    assert {item["account"] for item in seen["items"]} == {member.account, cast.beheerder.account}
    assert [item["fields"] for item in seen["items"]] == [["name"], ["name"]]
    assert any(look["role"] == "beheerder" for look in member.get("/v1/me/access-log")["items"])
    signed = {"signatory": {"name": "G. Graaf", "function": "dijkgraaf"}, "document_sha256": SHA256, "signed_on": TODAY}
    for side in (cast.beheerder, cast.operator):
        side.post(f"{agreements}/{agreement}/sign", signed, expect=200)
    assert cast.beheerder.get(f"{agreements}/{agreement}")["triggers"] == {"name": "recorded"}

    me = eventually(lambda: nameless(member.get("/v1/me")), what="the end of the names")
    assert (me["last_name"], me["email"], me["username"]) == (None, "sanne@voorbeeld.example", "sanne.devries")
    assert member.ask("PATCH", "/v1/me", {"first_name": "Sanne"}, expect=409)["code"] == "erased"
    member.ask("PATCH", "/v1/me", {"email": "sanne@elders.example"})
    shown = cast.beheerder.get(f"/v1/organisations/{cast.organisation}/members")["items"]
    assert {(one["first_name"], one["last_name"]) for one in shown} == {(None, None)}
    assert cast.beheerder.get(f"{agreements}/{agreement}/preview", expect=409)["code"] == "agreement_not_open"
    assert cast.officer.get("/v1/reports/retention")["totals"]["overdue"] == 0

    proven(cast)
    reviewed(cast, member.account)
    assert system.command("log", "verify").stdout.endswith("ok\n")
    assert system.command("views").stdout.count(": ok") == 4


def nameless(me: dict[str, Any]) -> dict[str, Any] | None:
    return me if me["first_name"] is None else None


def impossible_rules(cast: Cast, agreements: str) -> None:
    for but in (
        {"retention": {"name": "-P1D"}},
        {"retention": {"name": "P51Y"}},
        {"retention": {"shoe_size": "P1D"}},
        {"triggers": {"name": "full_moon"}},
        {"triggers": {"email": "session_ended"}},
        {"retention": {"credentials": "P1D"}, "triggers": {"credentials": "recorded"}},
    ):
        assert cast.beheerder.post(agreements, {**NAMES_GO, **but}, expect=422)["code"] == "invalid", but


def previewed(cast: Cast, path: str) -> dict[str, Any]:
    """What the Beheerder sees; the operator sees how many, and nobody else anything."""

    def look() -> dict[str, Any] | None:
        answer = cast.beheerder.http.get(path)
        return answer.json() if answer.status_code == 200 else None

    seen = eventually(look, what="the preview")
    numbers = cast.operator.get(path)
    assert (numbers["items"], numbers["totals"]) == ([], seen["totals"])
    assert seen["totals"] == {"people": 2, "dates": 2, "by_category": {"name": 2}, "exact": True}
    assert cast.officer.get(path, expect=403)["code"] == "forbidden"
    strange = path.replace(cast.organisation, "0f6d3c1e-6a1f-4a53-9a54-0d4e5c5b7a01")
    assert cast.beheerder.get(strange, expect=404)["code"] == "not_found"
    first = cast.beheerder.get(f"{path}?limit=1")
    rest = cast.beheerder.get(path, params={"limit": 1, "cursor": first["next"]})
    assert first["items"] + rest["items"] == seen["items"]
    assert (first["totals"], rest["totals"]) == (seen["totals"], None)
    return seen


def proven(cast: Cast) -> None:
    """Each has an erasure of its own in the list, and a certificate that names the category and nobody."""
    listed = cast.beheerder.get("/v1/erasures")["items"]
    assert [one["scope"] for one in listed] == ["category/name", "category/name"]
    assert [set(one["services"]) for one in listed] == [{"auth"}, {"auth"}]

    def certificate() -> dict[str, Any] | None:
        answer = cast.officer.http.get(f"/v1/erasures/{listed[0]['id']}/certificate")
        return answer.json() if answer.status_code == 200 else None

    said = str(eventually(certificate, what="the certificate of a category"))
    assert "category/name" in said
    assert cast.organisation in said
    assert "Sanne" not in said


def reviewed(cast: Cast, account: str) -> None:
    now = datetime.now(UTC)
    wish = {
        "scope": "person",
        "account": account,
        "ground": "legal_claim",
        "reason": "Een claim.",
        "categories": ["email"],
        "expires_at": instant(now + timedelta(days=90)),
        "review_at": instant(now + timedelta(seconds=2)),
    }
    hold = cast.officer.post("/v1/holds", wish)["hold"]
    due = lambda: cast.officer.get("/v1/reports/retention")["totals"]["holds_to_review"] == 1  # noqa: E731
    eventually(due, what="a review that is due")
    path, again = f"/v1/holds/{hold}/review", instant(now + timedelta(days=30))
    assert cast.officer.post(path, {"review_at": again}, expect=422)["code"] == "ground_needed"
    late = {"finding": "De claim loopt nog.", "review_at": instant(now + timedelta(days=91))}
    assert cast.officer.post(path, late, expect=422)["code"] == "period_invalid"
    assert cast.beheerder.post(path, late, expect=403)["code"] == "forbidden"
    assert cast.officer.post(path, {**late, "review_at": again}, expect=200)["events"]
    [shown] = cast.officer.get("/v1/holds")["items"]
    assert (shown["state"], shown["review_at"]) == ("in_force", again)
    assert cast.officer.get("/v1/reports/retention")["totals"]["holds_to_review"] == 0
    cast.officer.ask("DELETE", f"/v1/holds/{hold}")
    assert cast.officer.post(path, late, expect=409)["code"] == "hold_ended"
