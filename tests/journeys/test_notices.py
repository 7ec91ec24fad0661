"""Who is asked is told by mail that something waits; what nobody answers lapses, and the package says so (P08)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.auth.app.mail import kept, spoken
from services.kernel.codec import moment
from tests.journeys.disclosing import (
    CALLED_BACK,
    Desk,
    answered,
    received,
    registered,
    request,
    signed,
    soon,
    staffed,
)
from tests.journeys.people import Cast, Person, eventually
from tests.journeys.running import System
from tests.journeys.tenant import CONFORMANCE, seen, settled

BASES = Path("services/audit/bases.json")
LAPSING, WORDS = "sv_126nd", "Het parket vraagt naar een account van uw organisatie."
BEA, SECOND = "beheer@voorbeeld.example", "balie@voorbeeld.example"


@pytest.fixture
def settings(settings: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """The product's own legal bases, but for one on which a test can wait until nobody has answered."""
    versions = json.loads(BASES.read_text())
    for version in versions:
        version["bases"][LAPSING]["consult_within"] = "PT20S"
    bases = tmp_path / "bases.json"
    bases.write_text(json.dumps(versions))
    return {**settings, "CRISISCONNECT_DISCLOSURE_BASES": str(bases)}


@pytest.mark.timeout(240)
def test_a_consultation_that_nobody_answers_lapses_and_a_second_contact_is_asked_alone(system: System) -> None:
    cast = Cast(system.url)
    cast.assemble()
    desk = staffed(cast, system)
    sanne = cast.member("sanne@voorbeeld.example", "sanne.devries", "Sanne", "Vries")
    key = registered(cast.beheerder)
    deputy = {"second_contact": {"name": "Balie", "email": SECOND}}
    cast.beheerder.ask("PATCH", f"/v1/organisations/{cast.organisation}", deputy)

    lapsed = unanswered(cast, desk, sanne.account, key)
    before, mailbox = shown(cast.beheerder, sanne), mails(system, BEA)
    suspected = asked_elsewhere(cast, desk, system, key)
    after = shown(cast.beheerder, sanne)

    assert {path: (before[path], after[path]) for path in before if after[path] != before[path]} == {}
    assert mails(system, BEA) == mailbox, "the Beheerder may be the suspect"
    lines = {row["disclosure"]: row["consultation"] for row in cast.officer.get("/v1/reports/disclosures")["rows"]}
    assert lines == {lapsed: "lapsed", suspected: "agreed"}
    told_in_the_log(cast, lapsed, suspected)
    assert system.command("log", "verify").stdout.endswith("ok\n")
    assert system.command("views").stdout.count(": ok") == 4


def unanswered(cast: Cast, desk: Desk, account: str, key: Any) -> str:
    """The Beheerder was told and said nothing: it goes on without, and whoever receives the package reads that."""
    boss = cast.beheerder
    file = held(desk, desk.open(**request(cast.organisation, [account], basis=LAPSING)))
    due = desk.step(file, "consult", words=WORDS)["due"]
    desk.step(file, "scope", expect=409)
    [mail] = eventually(lambda: about(cast, BEA, file), what="the notice")
    assert mail["links"] == [f"{cast.url}/consultations/{file}"]
    assert spoken(kept(moment(due)), "nl") in mail["text"]
    assert WORDS not in mail["text"]
    assert account not in mail["text"]
    waiting = {(task["kind"], task["id"], task["due"]) for task in boss.get("/v1/tasks")["items"]}
    assert ("consultation_to_answer", file, due) in waiting

    path = f"/v1/organisations/{cast.organisation}/consultations/{file}"
    eventually(lambda: boss.get(path)["state"] == "lapsed", what="the lapse of the term")
    late = boss.post(path, answered(boss, key, file), expect=409)
    assert late["code"] == "step_done"
    assert "consultation_to_answer" not in [task["kind"] for task in boss.get("/v1/tasks")["items"]]
    totals = desk.officers[0].get("/v1/reports/disclosures")["totals"]
    assert (totals["lapsed"], totals["consultations_overdue"]) == (1, 0)

    desk.approve(file, desk.step(file, "scope"))
    package = received(desk, file, "lapsed")
    record = json.loads(package.read("consultation/record.json"))
    assert (record["outcome"], record["due"]) == ("lapsed", due)
    desk.step(file, "notify", channel="letter", words="Wij hebben gegevens aan het parket gegeven.")
    desk.step(file, "close")
    return file


def asked_elsewhere(cast: Cast, desk: Desk, system: System, key: Any) -> str:
    """The Beheerder may be the suspect: the second contact is mailed, nobody else, and an officer enters its answer."""
    people, hidden = [cast.beheerder.account], {"secrecy": "suspect", "review_at": soon()}
    asked = request(cast.organisation, people, basis="sv_126nc", categories=["name", "email"], **hidden)
    file = held(desk, desk.open(**asked))
    said = desk.step(file, "consult", words=WORDS)
    [mail] = eventually(lambda: about(cast, SECOND, file), what="the notice to the second contact")
    assert spoken(kept(moment(said["due"])), "nl") in mail["text"]
    assert mail["links"] == [f"{cast.url}/statement"]
    for word in ("raadple", "consult", cast.organisation, cast.beheerder.account, "Heerder", WORDS):
        assert word not in mail["text"] + mail["subject"]
    desk.step(file, "answer", **signed(key, file, cast.organisation, said["asked"]))
    eventually(lambda: mails(system, SECOND) == [], what="the end of the second contact's address")
    return file


def shown(beheerder: Person, person: Person) -> dict[str, Any]:
    """What they are answered; of conformance the evidence, as how the jobs of a busy machine do is nobody's secret."""
    evidence = settled(beheerder)
    return {**seen(beheerder, person), CONFORMANCE: evidence}


def held(desk: Desk, file: str) -> str:
    desk.step(file, "authenticate", **CALLED_BACK)
    desk.step(file, "hold")
    return file


def told_in_the_log(cast: Cast, lapsed: str, suspected: str) -> None:
    """Each notice is one event, with how many it went to; of a disclosure it is the maker's and names no tenant."""
    found = cast.officer.get("/v1/log/entries?type=nl.crisisconnect.auth.NoticeGiven.v1&limit=100")["items"]
    said = [json.loads(one["entry"].split("\n", 1)[0]) for one in found]
    given = {(one["data"]["about"], one["data"]["case"]): one for one in said}
    assert len(given) == len(said)
    for about_what, file in (("consultation", lapsed), ("second_contact", suspected)):
        one = given[about_what, file]
        assert one["data"]["told"] == 1
        assert cast.organisation not in json.dumps(one)
    assert given["agreement", cast.agreement]["organisation"] == cast.organisation


def about(cast: Cast, to: str, case: str) -> Any:
    sent = httpx.get(f"{cast.url}/dev/mail.json", params={"to": to}, timeout=15).json()
    return [one for one in sent if case in one["text"]]


def mails(system: System, to: str) -> Any:
    return httpx.get(f"{system.url}/dev/mail.json", params={"to": to}, timeout=15).json()
