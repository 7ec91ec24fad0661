"""What an officer holds, and what a brake keeps, is not erased; released, it is, and certified (P06, P08)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from services.kernel.codec import instant
from tests.journeys.people import TERMS, Cast, Person, certified, eventually
from tests.journeys.running import System

A_QUARTER = timedelta(days=90)


def test_held_and_braked_people_stay_until_an_officer_lets_go(system: System) -> None:
    cast = Cast(system.url)
    cast.assemble()
    anybody = Person(system.url)

    held = closed_under_a_hold(cast, anybody)
    braked = removed_by_the_beheerder(cast, anybody)
    bad_wishes(cast, held["account"])

    told = cast.officer.get("/v1/reports/retention")["totals"]
    assert (told["held"], told["braked"], told["overdue"]) == (1, 1, 0)
    cast.officer.ask("DELETE", f"/v1/holds/{held['hold']}")
    assert cast.officer.ask("DELETE", f"/v1/holds/{held['hold']}")["events"] == []
    cast.officer.post(f"/v1/erasures/{braked}/release", expect=200)
    for erasure in (held["erasure"], braked):
        assert set(certified(anybody, erasure)["services"].values()) == {"completed"}

    late = {"scope": "person", "erasure": braked, **GROUND, "expires_at": in_a_quarter()}
    assert cast.officer.post("/v1/holds", late, expect=409)["code"] == "too_late"
    assert cast.officer.post(f"/v1/erasures/{held['erasure']}/release", expect=409)["code"] == "not_braked"
    totals = cast.officer.get("/v1/reports/erasures")["totals"]
    assert (totals["overdue"], totals["held"], totals["braked"]) == (0, 0, 0)
    report = cast.beheerder.get("/v1/reports/retention")
    assert [row["terms"] for row in report["rows"]] == [TERMS["retention"]]
    assert set(report["totals"]["overdue_by_category"].values()) == {0}
    assert system.command("log", "verify").stdout.endswith("ok\n")
    assert system.command("views").stdout.count(": ok") == 4


GROUND = {"ground": "fraud_or_abuse", "reason": "Vermoeden van misbruik; aangifte volgt."}


def in_a_quarter() -> str:
    return instant(datetime.now(UTC) + A_QUARTER)


def closed_under_a_hold(cast: Cast, anybody: Person) -> dict[str, Any]:
    member = cast.member("sanne@voorbeeld.example", "sanne.devries", "Sanne", "Vries")
    wish = {"scope": "person", "account": member.account, **GROUND, "expires_at": in_a_quarter()}
    hold = cast.officer.post("/v1/holds", wish)["hold"]
    assert cast.beheerder.get("/v1/holds", expect=403)["code"] == "forbidden"
    [listed] = cast.officer.get("/v1/holds")["items"]
    assert (listed["id"], listed["state"], listed["organisation"]) == (hold, "in_force", cast.organisation)

    erasure = member.ask("DELETE", "/v1/me", expect=202)["erasure"]["id"]
    seen = eventually(lambda: shown(anybody, erasure), what="the erasure")
    assert seen["state"] == "held"
    return {"hold": hold, "erasure": erasure, "account": member.account}


def removed_by_the_beheerder(cast: Cast, anybody: Person) -> str:
    member = cast.member("noor@voorbeeld.example", "noor.jansen", "Noor", "Jansen")
    path = f"/v1/organisations/{cast.organisation}/members/{member.account}"
    erasure = str(cast.beheerder.ask("DELETE", path)["erasure"]["id"])
    seen = eventually(lambda: shown(anybody, erasure), what="the erasure")
    assert (seen["state"], seen["brake"]["why"]) == ("scheduled", "removed_by_beheerder")
    until = datetime.fromisoformat(seen["brake"]["until"])
    assert until - datetime.fromisoformat(seen["due"]) == timedelta(days=14)
    assert cast.beheerder.post(f"/v1/erasures/{erasure}/release", expect=403)["code"] == "forbidden"
    return erasure


def bad_wishes(cast: Cast, gone: str) -> None:
    good = {"scope": "organisation", "organisation": cast.organisation, **GROUND, "expires_at": in_a_quarter()}
    for but, status, code in (
        ({"ground": None}, 422, "invalid"),
        ({"reason": ""}, 422, "ground_needed"),
        ({"ground": "because"}, 422, "invalid"),
        ({"categories": ["shoe_size"]}, 422, "invalid"),
        ({"shoe_size": 38}, 422, "unknown_field"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, 422, "expiry_invalid"),
        ({"expires_at": "tomorrow"}, 422, "invalid"),
        ({"organisation": "0f6d3c1e-6a1f-4a53-9a54-0d4e5c5b7a01"}, 404, "not_found"),
        ({"scope": "person", "account": gone}, 404, "account_unknown"),
    ):
        assert cast.officer.post("/v1/holds", {**good, **but}, expect=status)["code"] == code, but
    without = {name: value for name, value in good.items() if name != "expires_at"}
    assert cast.officer.post("/v1/holds", without, expect=422)["code"] == "expiry_needed"
    assert len(cast.officer.get("/v1/holds")["items"]) == 1


def shown(anybody: Person, erasure: str) -> dict[str, Any] | None:
    answer = anybody.http.get(f"/v1/erasures/{erasure}")
    said: dict[str, Any] = answer.json()
    return said if answer.status_code == 200 else None
