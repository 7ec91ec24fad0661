"""How the app is used is counted, and shown of nobody; registers, reports and tasks say what is due (P02, P09)."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from gateway.paper.report_codes import TOTALS
from gateway.paper.report_words import COLUMNS
from gateway.paper.sheet import STANDING
from services.kernel.codec import instant
from services.kernel.store.database import open_engine, writing
from services.org.views.usage import facts
from tests.journeys.people import SHA256, TERMS, TODAY, Cast, Person, certified, eventually
from tests.journeys.running import System

INSIGHT = {**TERMS, "purposes": {**TERMS["purposes"], "usage_insight": "legitimate_interests"}}
NAMES = ("Sanne", "Bram", "Noor", "Piet", "Fatima", "Joris")


@pytest.fixture
def settings(settings: dict[str, str]) -> dict[str, str]:
    """No job waits an hour."""
    return {**settings, "CRISISCONNECT_LONGEST_CYCLE_SECONDS": "1"}


def test_use_is_counted_and_what_is_due_is_seen(system: System) -> None:
    cast = Cast(system.url)
    cast.assemble()
    base = f"/v1/organisations/{cast.organisation}"
    people = [cast.member(f"{n.lower()}@voorbeeld.example", f"{n.lower()}.voorbeeld", n, "Veld") for n in NAMES]

    used(cast, people, f"{base}/agreements")
    counted(system, cast, people)
    waiting(cast, people[0], base)
    reviewed(cast)
    check = checked(cast)
    reported(cast)
    no_cookie_but_those_of_the_register(cast, people)

    eventually(lambda: cast.officer.get(f"/v1/receipts/{check}")["proof"], what="the receipt of a check")
    assert system.command("log", "verify").stdout.endswith("ok\n")
    assert system.command("views").stdout.count(": ok") == 4


def used(cast: Cast, people: list[Person], agreements: str) -> None:
    """Not before it is agreed; each fact once; no fact that is to come, unknown, or one of too many."""
    now = datetime.now(UTC)
    opened = {"kind": "app_opened", "at": instant(now)}
    assert people[0].post("/v1/usage", {"facts": [opened]}, expect=409)["code"] == "purpose_not_agreed"
    refused = "processing_refused"
    eventually(lambda: cast.officer.get("/v1/reports/access")["totals"][refused], what="the refusal on record")

    agreement = cast.beheerder.post(agreements, INSIGHT)["agreement"]
    for who, name in ((cast.beheerder, "Bea den Heerder"), (cast.operator, "Olga Bron")):
        signed = {"signatory": {"name": name, "function": "directeur"}, "document_sha256": SHA256, "signed_on": TODAY}
        if who is cast.operator:
            assert agreement in [one["id"] for one in who.get("/v1/tasks")["items"]]
        who.post(f"{agreements}/{agreement}/sign", signed, expect=200)

    for wrong in (
        [],
        [opened] * 501,
        [{**opened, "kind": "thought_of"}],
        [{**opened, "at": instant(now + timedelta(hours=1))}],
        [{**opened, "card": "Wie belt wie?"}],
    ):
        assert people[0].http.post("/v1/usage", json={"facts": wrong}).status_code == 422, wrong
    for person in people:
        batch = {"facts": [opened, {"kind": "card_read", "at": instant(now)}]}
        assert person.post("/v1/usage", batch, expect=200) == {"events": [], "taken": 2, "too_late": 0}
        assert person.post("/v1/usage", batch, expect=200)["taken"] == 0
    cast.officer.post("/v1/usage", {"facts": [opened]}, expect=409)
    assert people[0].get("/v1/me/data")["copy"]["usage"][0] == opened


def counted(system: System, cast: Cast, people: list[Person]) -> None:
    """Whoever leaves is not counted; of five people a number is told, and nothing of them is left."""
    leaver = people.pop()
    certified(cast.officer, leaver.http.delete("/v1/me").json()["erasure"]["id"])
    assert cast.officer.get("/v1/reports/usage")["rows"] == []
    engine = open_engine(system.environment.get("DATABASE_URL"), "org", system.var / "data")
    day = (datetime.now(UTC) - timedelta(days=5)).date().isoformat()
    with writing(engine) as session:
        session.execute(update(facts).where(facts.c.account != "").values(day=day))  # so much time goes by
    report = eventually(lambda: _with_rows(cast.beheerder), what="the use of that day")
    with writing(engine) as session:
        assert session.execute(select(facts)).all() == []
    engine.dispose()
    told = [(row["organisation"], row["day"], row["kind"], row["people"], row["facts"]) for row in report["rows"]]
    assert told == [(cast.organisation, day, kind, 5, 5) for kind in ("app_opened", "card_read")]
    assert people[0].get("/v1/me/data")["copy"]["usage"] == []
    assert cast.officer.get(f"/v1/reports/usage?to={day}")["rows"] == []


def _with_rows(person: Person) -> Any:
    report = person.get("/v1/reports/usage")
    return report if report["rows"] else None


def waiting(cast: Cast, member: Person, base: str) -> None:
    """A request waits for the Beheerder until it is answered, and for nobody else."""
    member.get("/v1/tasks", expect=403)
    request = member.post("/v1/me/requests", {"kind": "access"})["request"]
    mine = {one["id"]: one for one in cast.beheerder.get("/v1/tasks")["items"]}
    assert cast.beheerder.get(mine[request]["path"])["id"] == request
    assert (mine[request]["overdue"], mine[request]["organisation"]) == (False, cast.organisation)
    assert request not in [one["id"] for one in cast.officer.get("/v1/tasks")["items"]]
    refusal = {"ground": "excessive", "reasons": "Gisteren al beantwoord."}
    cast.beheerder.post(f"{base}/requests/{request}/refuse", refusal, expect=200)
    assert request not in [one["id"] for one in cast.beheerder.get("/v1/tasks")["items"]]


def reviewed(cast: Cast) -> None:
    """A Beheerder reviews their own people, compliance the maker's; the register has numbers and no names."""
    boss, reviews = cast.beheerder, "/v1/access-reviews"
    sheet = boss.get(f"{reviews}/sheet")["items"]
    assert {one["role"] for one in sheet} == {"member", "beheerder"}
    kept = [{"account": one["account"], "decision": "kept"} for one in sheet]
    assert boss.post(reviews, {"decisions": kept[1:]}, expect=409)["code"] == "review_incomplete"
    stranger = [{"account": cast.officer.account, "decision": "removed"}]
    assert boss.post(reviews, {"decisions": stranger, "rest": "kept"}, expect=404)["code"] == "account_unknown"
    done = boss.post(reviews, {"decisions": kept})
    assert (done["accounts"], done["kept"]) == (len(sheet), len(sheet))
    cast.officer.post(reviews, {"rest": "kept"})
    seen = lambda: [one for one in cast.officer.get(reviews)["items"] if one["last_at"]]  # noqa: E731
    assert eventually(lambda: len(seen()) == 2, what="both reviews in the register")
    [own] = boss.get(reviews)["items"]
    assert (own["organisation"], own["accounts"], own["overdue"]) == (cast.organisation, len(sheet), False)
    boss.get(f"{reviews}?organisation={cast.officer.organisation}", expect=404)


def checked(cast: Cast) -> str:
    """What was checked is seen by those whom it protects; answers the event."""
    checks, said = "/v1/security-checks", {"kind": "restore_drill", "outcome": "passed", "evidence_sha256": SHA256}
    later = instant(datetime.now(UTC) + timedelta(hours=1))
    assert cast.officer.post(checks, {**said, "performed_at": later}, expect=409)["code"] == "not_yet"
    cast.beheerder.post(checks, said, expect=403)
    done = cast.officer.post(checks, said)
    assert [one["id"] for one in cast.beheerder.get(checks)["items"]] == [done["check"]]
    rows = lambda: cast.officer.get("/v1/reports/security")["rows"]  # noqa: E731
    looked = lambda: [row for row in rows() if row["what"] == "sealing" and row["last_at"]]  # noqa: E731
    assert eventually(lambda: len(looked()) == 4, what="a look at how data rests with each service (P18)")
    assert [row["number"] for row in looked()] == [0, 0, 0, 0]
    totals = cast.officer.get("/v1/reports/security")["totals"]
    assert (totals["sealing_overdue"], totals["bare"]) == (0, 0)
    assert (totals["reviews_overdue"], totals["checks_overdue"], totals["roles_changed"]) == (0, 0, 0)
    assert totals["sessions_begun"] > cast.beheerder.get("/v1/reports/security")["totals"]["sessions_begun"] > 0
    return str(done["events"][0])


def reported(cast: Cast) -> None:
    """Every kind in every format, of one's own organisation and of all; each column is one of those announced."""
    for kind in cast.officer.get("/v1/reports")["items"]:
        path, columns = f"/v1/reports/{kind['kind']}", [one["name"] for one in kind["columns"]]
        assert set(cast.officer.get(path)["totals"]) <= {*COLUMNS, *TOTALS}, "each total has its words on paper"
        for person in (cast.officer, cast.beheerder):
            report = person.get(path)
            assert {name for row in report["rows"] for name in row} <= set(columns), path
            answer = person.http.get(path, params={"format": "csv"})
            lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8"))))
            assert (answer.status_code, lines[0]) == (200, [*columns, STANDING]), path
            assert len(lines) - 1 == report["count"] == len(report["rows"]), path
            assert not [cell for line in lines for cell in line if cell.startswith(("=", "+", "@"))]
        page = cast.beheerder.http.get(path, params={"format": "pdf", "lang": "en"})
        assert (page.status_code, page.content[:5]) == (200, b"%PDF-"), path
    assert cast.officer.http.get("/v1/reports/horoscope?format=csv").status_code == 404
    assert cast.officer.http.get("/v1/reports/usage?format=xlsx").status_code == 422


def no_cookie_but_those_of_the_register(cast: Cast, people: list[Person]) -> None:
    """Of everything that was asked here, by browsers and apps, and of every page there is for people (P10)."""
    registered = {one["name"] for one in cast.officer.get("/v1/cookies")["items"] if one["place"] == "cookie"}
    visitors = [cast.operator, cast.officer, cast.beheerder, *people]
    for path in ("/docs", "/dev/mail", "/v1/statement", "/healthz", "/nowhere"):
        for person in visitors[:2]:
            person.http.get(path)
    assert {cookie.name for person in visitors for cookie in person.http.cookies.jar} <= registered
