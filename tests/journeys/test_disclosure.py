"""What an authority may be given: consulted, barred by law and later lifted, refused, narrowed; each to its end."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.journeys.disclosing import CALLED_BACK, Desk, answered, received, registered, request, soon, staffed
from tests.journeys.people import Cast, Person, eventually
from tests.journeys.running import System
from tests.journeys.tenant import seen, settled


@pytest.mark.timeout(240)
def test_a_disclosure_with_consultation_one_barred_one_refused_and_one_narrowed(system: System) -> None:
    cast = Cast(system.url)
    cast.assemble()
    desk = staffed(cast, system)
    sanne = cast.member("sanne@voorbeeld.example", "sanne.devries", "Sanne", "Vries")
    noor = cast.member("noor@voorbeeld.example", "noor.smit", "Noor", "Smit")
    key = registered(cast.beheerder)

    agreed = consulted(cast, desk, [sanne.account], None, key)
    narrowed = consulted(cast, desk, [sanne.account, noor.account], "Twee is te veel.", key, people=["1"])
    barred = hidden(cast, desk, noor)
    told_of_changes(desk, sanne, agreed, barred)
    suspected = of_ones_own(cast, desk, sanne.account)
    refused = desk.open(**request(cast.organisation, [sanne.account], basis="sv_126nc"))
    reasons = {"ground": "not_authentic", "reasons": "Op het parket weet niemand ervan."}
    desk.step(refused, "reject", by=1, **reasons)
    desk.step(refused, "close")

    report = desk.officers[0].get("/v1/reports/disclosures")
    lines = {row["disclosure"]: row for row in report["rows"]}
    files = (agreed, narrowed, barred, suspected, refused)
    ends = {file: (lines[file]["state"], lines[file]["consultation"]) for file in files}
    assert ends == {
        agreed: ("closed", "agreed"),
        narrowed: ("closed", "objected"),
        barred: ("closed", "barred"),
        suspected: ("closed", None),
        refused: ("closed", None),
    }
    assert lines[refused]["rejected"] == "not_authentic"
    assert (lines[narrowed]["categories_asked"], lines[narrowed]["categories_granted"]) == (3, 1)
    assert lines[narrowed]["people"] == 1
    assert set(lines) == {row["disclosure"] for row in cast.beheerder.get("/v1/reports/disclosures")["rows"]}
    for event in desk.events:
        assert eventually(lambda event=event: integrated(desk.officers[2], event), what="the receipt")
    assert system.command("log", "verify").stdout.endswith("ok\n")
    assert system.command("views").stdout.count(": ok") == 4


def consulted(cast: Cast, desk: Desk, whom: list[str], reasons: str | None, key: Any, **narrower: Any) -> str:
    """Held for all to see, the Beheerder asked, approved by two, handed over, and the person told."""
    file = desk.open(**request(cast.organisation, whom))
    desk.step(file, "scope", expect=409)
    desk.step(file, "authenticate", **CALLED_BACK)
    desk.step(file, "hold")
    held = {row["id"] for row in desk.officers[0].get("/v1/holds")["items"]}
    assert set(desk.shown(file)["holds"]) <= held
    desk.step(file, "consult", words="Het parket vraagt naar een account.")
    path = f"/v1/organisations/{cast.organisation}/consultations/{file}"
    answer = cast.beheerder.post(path, answered(cast.beheerder, key, file, reasons), expect=200)
    desk.events += answer["events"]
    if narrower:
        narrower |= {"categories": ["email"], "reasons": "Voor dit onderzoek genoeg."}
    scope = desk.step(file, "scope", **narrower)
    chosen = {"version": scope["version"], "digest": scope["digest"]}
    assert desk.step(file, "approve", by=0, expect=403, **chosen)["code"] == "second_officer_needed"
    desk.approve(file, scope)
    outcome = "agreed" if reasons is None else "objected"
    package = received(desk, file, outcome)
    assert json.loads(package.read("consultation/record.json"))["outcome"] == outcome
    given = json.loads(package.read("data/people.json"))
    assert [one["person"] for one in given] == narrower.get("people", [str(n) for n, _ in enumerate(whom, 1)])
    assert {one["category"] for one in given[0]["fields"]} == set(
        narrower.get("categories", ["email", "name", "ip_address"])
    )
    desk.step(file, "notify", channel="letter", words="Wij hebben gegevens aan het parket gegeven.")
    desk.step(file, "close")
    return file


def told_of_changes(desk: Desk, person: Person, file: str, another: str) -> None:
    """What somebody puts right in the app waits for whoever received it before to be told; not in others' files."""
    person.ask("PATCH", "/v1/me", {"email": "s.devries@voorbeeld.example"})
    eventually(lambda: desk.shown(file)["changed_at"], what="a change to tell of")
    tasks = {task["id"] for task in desk.officers[1].get("/v1/tasks")["items"] if task["kind"] == "receiver_to_inform"}
    assert file in tasks
    assert another not in tasks
    assert [(one["what"], one["told"]) for one in desk.shown(file)["changes"]] == [("corrected", False)]
    told = {"channel": "telephone", "words": "Het parket weet dat het adres is gewijzigd."}
    desk.step(file, "notify-recipient", **told)
    assert [one["told"] for one in desk.shown(file)["changes"]] == [True]
    assert desk.step(file, "notify-recipient", expect=409, **told)["code"] == "step_done"


def hidden(cast: Cast, desk: Desk, person: Person) -> str:
    """A copy is kept, the person goes, nobody sees a thing; lifted, the tenant sees it."""
    settled(cast.beheerder)
    before = seen(cast.beheerder, person)
    file = desk.open(**request(cast.organisation, [person.account], secrecy="by_law", review_at=soon()))
    desk.step(file, "authenticate", **CALLED_BACK)
    desk.step(file, "hold")
    ground = {"ground": "Artikel 126bb lid 5 Sv.", "review_at": soon()}
    assert desk.step(file, "consult", expect=403, **ground)["code"] == "second_officer_needed"
    desk.step(file, "consult", by=1, **ground)
    for event in desk.events:
        eventually(lambda event=event: integrated(desk.officers[0], event), what="the log's having all of it")
    after = seen(cast.beheerder, person)
    assert {path: (before[path], after[path]) for path in before if after[path] != before[path]} == {}
    for event in desk.events[-4:]:
        cast.beheerder.get(f"/v1/receipts/{event}", expect=404)
    path = f"/v1/organisations/{cast.organisation}/consultations/"
    absent = cast.beheerder.get(path + "00000000-0000-4000-8000-000000000000", expect=404)
    assert without_id(cast.beheerder.get(path + file, expect=404)) == without_id(absent)
    looks = person.get("/v1/me/access-log")["items"]
    erasure = person.ask("DELETE", "/v1/me", expect=202)["erasure"]["id"]
    desk.approve(file, desk.step(file, "scope"))
    package = received(desk, file, "barred")
    fields = json.loads(package.read("data/people.json"))[0]["fields"]
    assert "noor@voorbeeld.example" in {one["value"] for one in fields}
    assert [one for one in looks if one["case"] == file] == []
    assert erasure
    desk.step(file, "notify", expect=409, channel="letter", words="Nog niet.")
    desk.step(file, "notify", ground="Het belang van het onderzoek.", review_at=soon())
    desk.step(file, "close", expect=409)
    desk.step(file, "lift", reason="De officier heeft de geheimhouding opgeheven.")
    desk.step(file, "close")
    return file


def of_ones_own(cast: Cast, desk: Desk, account: str) -> str:
    """The maker's own suspicion goes to the controller: there is nobody else to consult."""
    said = {"basis": "own_suspicion", "organisation": cast.organisation, "people": [account]}
    file = desk.open(**said, categories=["email"], facts="Honderd sessies in een nacht.")
    desk.step(file, "hold")
    desk.approve(file, desk.step(file, "scope"))
    assert json.loads(received(desk, file, "own_suspicion").read("data/people.json"))[0]["person"] == "1"
    desk.step(file, "notify", channel="letter", words="Wij hebben gegevens aan uw organisatie gegeven.")
    desk.step(file, "close")
    return file


def without_id(problem: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in problem.items() if name not in ("instance", "correlation")}


def integrated(person: Person, event: str) -> bool:
    return bool(person.get(f"/v1/receipts/{event}")["state"] in ("integrated", "witnessed"))
