"""An investigator looks through a member's life: for a case, on a ground, on record, and without seeing a value."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pika

from tests.journeys.people import Cast, Person, certified, eventually, mailed
from tests.journeys.running import System

CASE = {"case": "OM-2025-0142", "ground": "vermoeden van misbruik van de app"}
VALUES = ("sanne", "Sanne", "Vries", "voorbeeld.example")


def investigator(system: System, cast: Cast) -> Person:
    cast.officer.post("/v1/staff", {"email": "ivo@maker.example", "role": "investigator"})
    ivo = Person(system.url)
    ivo.accept(mailed(system.url, "ivo@maker.example"), "ivo.onderzoek", "Ivo", "Onderzoek")
    ivo.sign_in()
    return ivo


def timeline(ivo: Person, replay: str, limit: int = 100) -> list[dict[str, Any]]:
    items, cursor = [], ""
    while True:
        page = ivo.get(f"/v1/replays/{replay}/timeline?limit={limit}{cursor}")
        items += page["items"]
        if page["next"] is None:
            return items
        cursor = f"&cursor={page['next']}"


def views_then(ivo: Person, replay: str) -> list[dict[str, Any]]:
    """An empty page that has a next one says: come again, it is being made."""
    rows, cursor = [], ""
    while True:
        page = ivo.get(f"/v1/replays/{replay}/views/auth?limit=2{cursor}")
        rows += page["items"]
        if page["next"] is None:
            return rows
        cursor = f"&cursor={page['next']}"


def is_about(one: dict[str, Any], items: list[dict[str, Any]]) -> bool:
    return one["table"] == "accounts" and f"account/{one['row']['account']}" == items[0]["subject"]


def names(items: list[dict[str, Any]]) -> list[str]:
    return [one["type"].split(".")[-2] for one in items]


def integrated(ivo: Person, event: str) -> int:
    def look() -> int | None:
        found = ivo.get(f"/v1/receipts/{event}")
        return found["index"] if found["state"] == "integrated" else None

    return eventually(look, what=f"{event} in the log")


def test_a_members_life_for_a_case_and_on_a_ground(system: System, tmp_path: Path) -> None:
    cast = Cast(system.url)
    cast.assemble()
    sanne = cast.member("sanne@voorbeeld.example", "sanne.devries", "Sanne", "Vries")
    ivo = investigator(system, cast)
    about = {"account": sanne.account}

    # Without a reason there is no replay, and without the role there are none at all.
    for missing, code in (("case", "case_needed"), ("ground", "ground_needed")):
        asked = {name: said for name, said in CASE.items() if name != missing}
        assert ivo.post("/v1/replays", {**asked, "selection": about}, expect=422)["code"] == code
    for other in (cast.officer, cast.operator, cast.beheerder, sanne):
        assert other.post("/v1/replays", {**CASE, "selection": about}, expect=403)["code"] == "forbidden"
    assert ivo.post("/v1/replays", {**CASE, "selection": {"account": str(uuid4())}}, expect=404)["code"] == (
        "account_unknown"
    )

    corrected = sanne.ask("PATCH", "/v1/me", {"infix": "de"})
    integrated(ivo, corrected["events"][0])
    begun = ivo.post("/v1/replays", {**CASE, "selection": about})
    replay = begun["replay"]
    items = timeline(ivo, replay)
    told = names(items)
    assert told[:2] == ["PersonInvited", "UserRegistered"]
    assert {"SignedIn", "SessionStarted", "PersonalDataCorrected"} <= set(told)
    assert timeline(ivo, replay, limit=2) == items
    assert not [value for value in VALUES if value in json.dumps(items)]
    shown = ivo.get(f"/v1/replays/{replay}")
    assert (shown["case"], shown["ground"]) == (CASE["case"], CASE["ground"])
    assert (shown["count"], shown["state"]) == (len(items), "ready")

    # It is itself in the log, with its ground sealed, and for nobody else to look at.
    index = integrated(ivo, begun["events"][0])
    entry = ivo.get(f"/v1/log/entries/{index}")
    assert entry["event"]["data"]["case"] == CASE["case"]
    assert "misbruik" not in entry["entry"]
    assert cast.officer.get(f"/v1/replays/{replay}", expect=403)["code"] == "forbidden"
    assert ivo.get(f"/v1/replays/{uuid4()}", expect=404)["code"] == "not_found"

    closed = sanne.ask("DELETE", "/v1/me", expect=202)
    certified(Person(system.url), closed["erasure"]["id"])
    assert timeline(ivo, replay) == items, "what was selected stays what it was"

    [row] = [one["row"] for one in views_then(ivo, replay) if is_about(one, items)]
    assert row["status"] == "open", "as it was when the replay began"
    assert row["last_name"].startswith("s1:")

    operators_tools(system, cast, str(items[0]["subject"]).removeprefix("account/"), shown["last"], tmp_path)


def operators_tools(system: System, cast: Cast, person: str, last: int, tmp_path: Path) -> None:
    """The same on the command line, after the person was erased."""
    scratch = sorted((system.var / "replays").iterdir())
    reasons = ("--case", CASE["case"], "--ground", CASE["ground"])
    refused = system.command("replay", "--person", person, check=False)
    assert refused.returncode == 1
    assert "case_needed" in refused.stderr

    printed = system.command("replay", *reasons, "--person", person).stdout
    assert "auth.UserRegistered.v1" in printed
    assert "retention.ErasureCertified.v1" in printed
    assert "└ retention.ErasureScheduled.v1" in printed, "what came of what"

    one, two = tmp_path / "one.jsonl", tmp_path / "two.jsonl"
    for file in (one, two):
        system.command("replay", *reasons, "--person", person, "--at", str(last), "--export", str(file))
    assert one.read_bytes() == two.read_bytes()
    assert not [value for value in VALUES if value.encode() in one.read_bytes()]
    head = json.loads(one.read_bytes().splitlines()[0])
    assert head["log"]["size"] == last + 1

    copy, three = tmp_path / "copy", tmp_path / "three.jsonl"
    system.command("log", "export", str(copy))
    system.command("replay", "--log", str(copy), "--person", person, "--at", str(last), "--export", str(three))
    assert three.read_bytes() == one.read_bytes(), "the same question of a copy of the log"

    views = system.command("replay", *reasons, "--views", "auth", "--at", str(last)).stdout
    row = next(r for r in map(json.loads, views.splitlines()) if r["row"].get("account") == person)
    assert row["row"]["last_name"].startswith("s1:"), "as it was, and sealed for good"
    assert not [value for value in VALUES if value in views]
    for service, table in (("org", "organisations"), ("retention", "erasures"), ("audit", "erasure_steps")):
        shown = system.command("replay", *reasons, "--views", service).stdout
        assert f'"table":"{table}"' in shown, service
    newest = tmp_path / "newest.jsonl"
    system.command("replay", *reasons, "--export", str(newest))
    end = json.loads(newest.read_bytes().splitlines()[0])["log"]["size"] - 1
    compared = system.command("replay", *reasons, "--views", "auth", "--compare", str(last), str(end)).stdout
    differences = [json.loads(line) for line in compared.splitlines()]
    assert {"table": "accounts", "key": [person], "row": "went", "columns": []} in differences
    assert sorted((system.var / "replays").iterdir()) == scratch, "what a command made, it removed"

    name = f"replay.{uuid4()}"
    system.command("replay", *reasons, "--person", person, "--at", str(last), "--republish", name)
    assert listened(system, name) == len(one.read_bytes().splitlines()) - 2
    wrong = system.command("replay", *reasons, "--republish", "auth.events", check=False)
    assert wrong.returncode == 2


def listened(system: System, name: str) -> int:
    connection = pika.BlockingConnection(pika.URLParameters(system.broker("cli")))
    try:
        channel, count = connection.channel(), 0
        while True:
            method, _, body = channel.basic_get(name, auto_ack=True)
            if method is None:
                return count
            assert body.startswith(b'{"sequence":"')
            count += 1
    finally:
        connection.close()
