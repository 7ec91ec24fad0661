"""A service's disk is lost, or an older copy put in its place: it comes back whole from the log, and nobody else."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from crisisconnect.topology import SERVICES
from tests.journeys.people import Cast, Person, certified, eventually
from tests.journeys.running import System


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[System]:
    system = System(tmp_path)
    system.start()
    yield system
    system.stop()


def test_one_store_is_an_older_copy_and_two_are_deleted(alone: System, tmp_path: Path) -> None:
    system, data = alone, alone.var / "data"
    cast = Cast(system.url)
    cast.assemble()
    anna = cast.member("anna@voorbeeld.example", "anna.jansen", "Anna", "Jansen")
    gone = cast.member("piet@voorbeeld.example", "piet.smit", "Piet", "Smit")
    assert system.stop() == 0
    old = Path(shutil.copytree(data, tmp_path / "old"))
    system.start()
    erasure = gone.ask("DELETE", "/v1/me", expect=202)["erasure"]["id"]
    certified(Person(system.url), erasure)
    system.command("keys", "rotate")
    cast.member("bram@voorbeeld.example", "bram.bos", "Bram", "Bos")
    before = anna.get("/v1/me")
    everything_is_in_the_log(system)
    assert system.stop() == 0
    events = {name: stored(data / f"{name}.sqlite3") for name in SERVICES}

    replace(data, "auth", old)
    replace(data, "org", None)
    replace(data, "retention", None)
    system.start()

    for name in ("auth", "org", "retention"):
        eventually(partial(is_whole, data / f"{name}.sqlite3", events[name]), what=f"{name} to come back")
    anna.sign_in()
    assert anna.get("/v1/me") == before
    back = Person(system.url)
    back.sign_in("bram.bos")
    refused = back.http.post("/v1/sessions", json={"username": "piet.smit", "password": "x" * 20})
    assert refused.status_code == 401
    assert certified(Person(system.url), erasure)["state"] == "certified"
    cast.beheerder.sign_in()
    cast.member("cas@voorbeeld.example", "cas.kok", "Cas", "Kok")
    came = {name: said(system, "StoreCameBack", name) for name in ("auth", "org", "retention", "audit")}
    assert came == {"auth": 1, "org": 1, "retention": 1, "audit": 0}
    everything_is_in_the_log(system)
    assert system.command("log", "verify").stdout.endswith("ok\n")
    assert system.command("views").stdout.count(": ok") == 4
    assert "nothing was set aside" in system.command("deadletters", "list").stdout


def replace(data: Path, name: str, old: Path | None) -> None:
    for path in data.glob(f"{name}.sqlite3*"):
        path.unlink()
    if old is not None:
        for path in old.glob(f"{name}.sqlite3*"):
            shutil.copy(path, data)


def is_whole(database: Path, events: list[tuple[object, ...]]) -> bool:
    here = stored(database)[: len(events)]
    assert here == events[: len(here)]
    return len(here) == len(events)


def stored(database: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(database)) as session:
        asked = "select sequence, id, stream, version, type, line from events where sequence is not null order by 1"
        return session.execute(asked).fetchall()


def said(system: System, event: str, source: str) -> int:
    """How often the log says it of a source."""
    with closing(sqlite3.connect(system.var / "data" / "audit.sqlite3")) as session:
        like = f"nl.crisisconnect.audit.{event}.v%"
        notes = session.execute("select note from log_entries where type like ?", (like,)).fetchall()
    return sum(f'"source":"/{source}","given"'.encode() in note for (note,) in notes)


def everything_is_in_the_log(system: System) -> None:
    def settled() -> bool:
        for name in SERVICES:
            with closing(sqlite3.connect(system.var / "data" / f"{name}.sqlite3")) as session:
                [last, waiting] = session.execute("select max(sequence), sum(sequence is null) from events").fetchone()
            with closing(sqlite3.connect(system.var / "data" / "audit.sqlite3")) as session:
                [mark] = session.execute(
                    "select max(sequence) from log_entries where source = ?", (f"/{name}",)
                ).fetchone()
            if waiting or last != mark:
                return False
        return True

    eventually(settled, what="the log to have everything")
