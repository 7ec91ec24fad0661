"""An incident with two controllers, and a complaint, from the first word to the end (P16, P19)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from services.kernel.codec import instant
from tests.journeys.people import PASSWORD, Cast, Person, certified, eventually, mailed
from tests.journeys.running import System

BEA, ELDERS = "beheer@voorbeeld.example", "beheer@elders.example"
ACCEPTED = {"username": "wie.dan.ook", "password": PASSWORD, "first_name": "Wie", "infix": None, "last_name": "Dan"}
TEXTS = {"facts": "Een sessie was bij een ander.", "contact": "Loket, privacy@maker.example"}
WORDS = "Mijn adres staat al een jaar fout."


@pytest.mark.parametrize(
    "settings", ["sqlite"], indirect=True
)  # what the databases do differently has tests of its own
def test_each_of_two_controllers_is_told_its_own_part_of_an_incident(system: System) -> None:
    cast, other = Cast(system.url), Cast(system.url)
    cast.assemble()
    neighbour(cast, other)
    since = instant(datetime.now(UTC) - timedelta(hours=1))
    for one, name in ((cast, "sanne"), (cast, "noor"), (cast, "tess"), (other, "jip")):
        one.member(f"{name}@voorbeeld.example", f"{name}.devries", name.title(), "Vries")
    cast.beheerder.get(f"/v1/organisations/{cast.organisation}/members")

    known = {"known_at": instant(datetime.now(UTC)), "since": since, "categories": ["name", "email"]}
    begun = cast.officer.post("/v1/incidents", {**TEXTS, **known})
    incident = begun["incident"]
    cast.beheerder.get(f"/v1/incidents/{incident}", expect=404)
    shown = eventually(lambda: scoped(cast.officer, incident), what="the scope, from the log")
    people = {one["organisation"]: one["people"] for one in shown["controllers"]}
    assert people[cast.organisation] > people[other.organisation] >= 2, "the members and their Beheerder"

    end = {"outcome": "not_reported", "people": "no_high_risk", "why": "Geen risico voor de betrokkenen."}
    close = f"/v1/incidents/{incident}/close"
    assert cast.officer.post(close, end, expect=409)["code"] == "controllers_uninformed"
    assert (noticed(cast, BEA, incident), noticed(cast, ELDERS, incident)) == ([], [])
    events = told(cast.officer, cast, incident, people)
    [notice] = eventually(lambda: noticed(cast, BEA, incident), what="the first controller's notice")
    assert noticed(cast, ELDERS, incident) == [], "each when it is told, and not before"
    events += told(cast.officer, other, incident, people)
    [theirs] = eventually(lambda: noticed(cast, ELDERS, incident), what="the second controller's notice")
    for one in (notice, theirs):
        assert one["links"] == [f"{cast.url}/incidents/{incident}"]
        assert not any(word in one["text"] for word in (*TEXTS.values(), cast.organisation, other.organisation))
    assert len(noticed(cast, BEA, incident)) == 1
    events += cast.officer.post(close, end, expect=200)["events"]
    report = cast.officer.get("/v1/reports/incidents")
    assert (report["totals"]["not_reported"], report["totals"]["uninformed"]) == (1, 0)
    own = other.beheerder.get("/v1/reports/incidents")
    assert [(row["incident"], row["people"]) for row in own["rows"]] == [(incident, people[other.organisation])]

    events += complained(cast)
    for event in events:
        assert eventually(lambda event=event: integrated(cast.officer, event), what="the receipt")
    assert system.command("log", "verify").stdout.endswith("ok\n")
    assert system.command("views").stdout.count(": ok") == 4


def neighbour(cast: Cast, other: Cast) -> None:
    other.operator, other.officer = cast.operator, cast.officer
    other.organisation = other.register("Waterschap Elders", "beheer@elder.example")
    wrong = mailed(cast.url, "beheer@elder.example")
    again = f"/v1/organisations/{other.organisation}/invitations"
    asked = {"emails": [ELDERS], "role": "beheerder"}
    cast.beheerder.post(again, asked, expect=404)
    cast.operator.post(again, asked)
    late = httpx.post(f"{cast.url}/v1/invitations/{wrong}", json=ACCEPTED, timeout=15)
    assert late.status_code in (404, 410), "withdrawn, or erased by now"
    other.beheerder.accept(mailed(cast.url, ELDERS), "bo.elders", "Bo", "Elders")
    assert cast.operator.post(again, asked, expect=409)["code"] == "beheerder_there"
    other.beheerder.sign_in()
    other.agree()


def noticed(cast: Cast, to: str, incident: str) -> Any:
    """What was mailed to an address about this incident."""
    sent = httpx.get(f"{cast.url}/dev/mail.json", params={"to": to}, timeout=15).json()
    return [one for one in sent if incident in one["text"]]


def scoped(officer: Person, incident: str) -> Any:
    shown = officer.get(f"/v1/incidents/{incident}")
    return shown if shown["scope"] == "computed" else None


def told(officer: Person, one: Cast, incident: str, people: dict[str, int]) -> list[str]:
    said = {"organisation": one.organisation, "channel": "telephone"}
    answer = officer.post(f"/v1/incidents/{incident}/inform", said, expect=200)
    [part] = one.beheerder.get(f"/v1/incidents/{incident}")["controllers"]
    assert (part["organisation"], part["people"]) == (one.organisation, people[one.organisation])
    path = f"/v1/incidents/{incident}/notification"
    document = one.beheerder.get(path)
    assert document["document_sha256"] == answer["document_sha256"]
    assert document["nature"]["people"] == people[one.organisation]
    text = one.beheerder.http.get(path, params={"format": "markdown", "lang": "nl"}).text
    assert "d. Maatregelen" in text
    assert answer["document_sha256"] in text
    for stranger in set(people) - {one.organisation}:
        one.beheerder.get(path, params={"organisation": stranger}, expect=404)
        assert stranger not in text
    return list(answer["events"])


def complained(cast: Cast) -> list[str]:
    """Answered, seen by whoever complained, and gone with them. Answers what was told."""
    member = cast.member("kees@voorbeeld.example", "kees.devries", "Kees", "Vries")
    begun = member.post("/v1/me/complaints", {"text": WORDS})
    complaint = begun["complaint"]
    assert cast.officer.get(f"/v1/complaints/{complaint}")["text"] == WORDS
    assert cast.beheerder.get(f"/v1/complaints/{complaint}")["text"] is None
    said = {"outcome": "upheld", "answer": "U heeft gelijk."}
    answered = cast.officer.post(f"/v1/complaints/{complaint}/answer", said, expect=200)
    [mine] = member.get("/v1/me/complaints")["items"]
    assert (mine["answer"], mine["outcome"]) == ("U heeft gelijk.", "upheld")
    assert "Autoriteit Persoonsgegevens" in mine["remedy"]["nl"]
    certified(cast.officer, member.ask("DELETE", "/v1/me", expect=202)["erasure"]["id"])
    gone = cast.officer.get(f"/v1/complaints/{complaint}")
    assert (gone["state"], gone["text"], gone["answer"]) == ("erased", None, None)
    return [*begun["events"], *answered["events"]]


def integrated(person: Person, event: str) -> bool:
    return bool(person.get(f"/v1/receipts/{event}")["state"] in ("integrated", "witnessed"))
