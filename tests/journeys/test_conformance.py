"""Every promise is shown with its evidence; whoever keeps one is stopped, and its row turns, alone, and turns back."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from sqlalchemy import delete, insert

from crisisconnect import asking
from crisisconnect.report_command import AT_RISK, NO_ANSWER
from services.audit.conformance.jobs import KEEPS, ONLY_WHERE_ASKED
from services.audit.conformance.report import kept_by
from services.kernel.keys.keyring import Keyring
from services.kernel.keys.providers import provider_of
from services.kernel.store import eventstore
from services.kernel.store.database import open_engine, reading, scrub, writing
from tests.journeys.people import Cast, Person, eventually
from tests.journeys.running import System

CYCLE = 2.0
KEPT = {"P01", "P02", "P03", "P04", "P06", "P09", "P10", "P11", "P12", "P14", "P15", "P16", "P17", "P18", "P19", "log"}
"""What this life has something of; the others may say that there has been none, or that nobody measures."""
UNWELL = {"at_risk", "broken"}


@pytest.fixture
def settings(settings: dict[str, str]) -> dict[str, str]:
    return {**settings, "CRISISCONNECT_LONGEST_CYCLE_SECONDS": str(CYCLE)}


def test_whoever_keeps_a_promise_is_missed_in_its_row_and_in_no_other(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast = Cast(system.url)
    cast.assemble()
    leaver = lives(cast)
    for name, value in system.environment.items():
        monkeypatch.setenv(name, value)

    all_is_well(cast)
    each_job(cast)
    what_a_job_leaves_undone(system, cast, leaver)
    who_brings_events_to_the_log(system, cast)
    a_canary_that_can_be_read(system, cast)
    a_service(system, cast, "org")
    a_service(system, cast, "retention")
    without_who_lets_people_in(system, cast)
    without_who_makes_the_report(system, cast)
    as_a_table_and_on_paper(cast)
    assert system.command("views").stdout.count(": ok") == 4


def lives(cast: Cast) -> Person:
    """A little of everything that there is a promise about; returns who will leave."""
    member = cast.member("sanne@voorbeeld.example", "sanne.devries", "Sanne", "Vries")
    leaver = cast.member("piet@voorbeeld.example", "piet.prins", "Piet", "Prins")
    boss, base = cast.beheerder, f"/v1/organisations/{cast.organisation}"
    asked = {"account": member.account, "kind": "access", "channel": "email", "text": "Graag alles."}
    boss.post(f"{base}/requests", {**asked, "received_at": datetime.now(UTC).isoformat()})
    member.post("/v1/me/complaints", {"text": "Het duurde lang."})
    assert len(boss.get(f"{base}/members")["items"]) == 3
    return leaver


def report(person: Person) -> dict[str, dict[str, Any]]:
    return {row["promise"]: row for row in person.get("/v1/reports/conformance")["rows"]}


def turned(person: Person) -> dict[str, str]:
    """The rows that are not what they are where all is well."""
    states = {promise: str(row["state"]) for promise, row in report(person).items()}
    return {one: state for one, state in states.items() if state in UNWELL or (one in KEPT and state != "kept")}


def becomes(person: Person, expected: Mapping[str, str], what: str) -> None:
    seen: list[dict[str, str]] = []

    def as_expected() -> bool:
        seen.append(turned(person))
        return seen[-1] == expected

    try:
        eventually(as_expected, what=what)
    except AssertionError:
        raise AssertionError(f"{what}: {seen[-1]} instead of {expected}") from None


def all_is_well(cast: Cast) -> None:
    becomes(cast.officer, {}, "every promise kept, or said not to be measured")
    rows = report(cast.officer)
    assert {promise for promise, row in rows.items() if row["state"] == "kept"} >= KEPT
    assert all(row["why"] for row in rows.values() if row["state"] == "not_measured")
    jobs = {one["job"] for row in rows.values() for one in row["kept_by"]}
    assert jobs == set(KEEPS) - ONLY_WHERE_ASKED
    for row in rows.values():
        if row["event"]:
            receipt = cast.officer.get(f"/v1/receipts/{row['event']}")
            assert (receipt["state"], receipt["index"]) == (row["receipt"], row["index"])
    mine = report(cast.beheerder)
    assert not {row["state"] for row in mine.values()} & UNWELL
    assert mine["P09"]["measures"][0]["numbers"]["sign_ins"] == 3
    assert rows["P09"]["measures"][0]["numbers"]["sign_ins"] == 5


def each_job(cast: Cast) -> None:
    """Stopped, each is missed where it keeps a promise; with all the others at work, nothing else is."""
    for job in sorted(set(KEEPS) - ONLY_WHERE_ASKED):
        service, _, name = job.partition(".")
        ask = {"job": name}
        assert asking.ask_each("stop_job", ask, [service])[service] == {"stopped": [name]}
        becomes(cast.officer, {KEEPS[job]: "at_risk"}, f"{KEEPS[job]} without {job}")
        asking.ask_each("resume_job", ask, [service])
    becomes(cast.officer, {}, "every promise kept again")


def what_a_job_leaves_undone(system: System, cast: Cast, leaver: Person) -> None:
    """Not only is it said to be stopped: what it does is not done, and the promise is broken for it."""
    assert "sweep" in system.command("jobs", "stop", "retention.sweep").stdout
    assert httpx.get(f"{system.url}/readyz", timeout=5).json()["checks"]["retention"]["about"]["stopped_jobs"] == [
        "sweep"
    ]
    last = report(cast.officer)["P06"]
    leaver.ask("DELETE", "/v1/me", expect=202)
    becomes(cast.officer, {"P06": "broken"}, "an erasure that nobody orders")
    row = report(cast.officer)["P06"]
    done = {one["job"]: one["last_at"] for one in row["kept_by"]}
    assert done["retention.sweep"] == next(one["last_at"] for one in last["kept_by"] if one["job"] == "retention.sweep")
    assert row["measures"][0]["numbers"]["overdue"] >= 1
    assert "retention.sweep: stopped" in row["why"]
    assert report(cast.beheerder)["P06"]["state"] == "broken"
    eventually(lambda: report(cast.officer)["P06"]["since"], what="the word in the log that it is broken")
    system.command("jobs", "resume", "retention.sweep")
    becomes(cast.officer, {}, "the erasure")
    eventually(lambda: told_of(cast.officer, "P06")[-2:] == ["broken", "kept"], what="the word that it is kept again")
    assert report(cast.officer)["P06"]["type"].startswith("nl.crisisconnect.retention.")


def told_of(person: Person, promise: str) -> list[str]:
    """What the log says a promise turned to, the first first."""
    entries = person.get("/v1/log/entries?type=nl.crisisconnect.audit.PromiseTurned.v1")["items"]
    told = [one["event"]["data"] for one in entries]
    return [one["state"] for one in told if one["promise"] == promise]


def a_canary_that_can_be_read(system: System, cast: Cast) -> None:
    """A value that org planted stands in one of its tables as it is: with org, and in no row but that of P18."""
    here = asking.configuration()
    data = open_engine(here.database_url, "org", here.var / "data")
    ring = Keyring(open_engine(here.keyring_url, "keys_org", here.var / "keys"), provider_of(here, "org"), "/org")
    with reading(data) as session:
        planted = eventstore.read(session, "planting/org")[-1]
    word = ring.open(planted.sealed["email"], "email")
    assert word is not None
    eventually(lambda: searched(cast)["searched"] == 4, what="a whole look by each service")
    assert (searched(cast)["planted"], searched(cast)["found"]) == (4 * len(planted.sealed), 0)
    row = {"key": "left-behind", "digest": "", "actor": "", "answer": word, "until": "2999"}
    with writing(data) as session:
        session.execute(insert(eventstore.answers).values(row))
    becomes(cast.officer, {"P18": "broken"}, "a table in which a canary can be read")
    with writing(data) as session:
        session.execute(delete(eventstore.answers).where(eventstore.answers.c.key == row["key"]))
    scrub(data)
    becomes(cast.officer, {}, "the table without it")
    for engine in (data, ring.engine):
        engine.dispose()


def searched(cast: Cast) -> dict[str, Any]:
    measures = report(cast.officer)["P18"]["measures"]
    return next(dict(one["numbers"]) for one in measures if one["measure"] == "canaries_unread")


@contextmanager
def frozen(system: System, process: str) -> Iterator[None]:
    """A process that is there and does nothing."""
    pid = system.pid(process)
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def who_brings_events_to_the_log(system: System, cast: Cast) -> None:
    """A relay that nobody needs just now, and the log's writer, for whom something waits."""
    with frozen(system, "org-relay"):
        becomes(cast.officer, {"log": "at_risk"}, "the log without a relay")
    becomes(cast.officer, {}, "the log with it")
    with frozen(system, "audit-ingest"):
        cast.beheerder.ask("PATCH", f"/v1/organisations/{cast.organisation}", {"name": "Veiligheidsregio Anders"})
        becomes(cast.officer, {"log": "at_risk"}, "what waits for the log")
        assert any("all_integrated" in why for why in report(cast.officer)["log"]["why"])
    becomes(cast.officer, {}, "all in the log")


def a_service(system: System, cast: Cast, name: str) -> None:
    with frozen(system, name):
        becomes(cast.officer, dict.fromkeys(kept_by(name), "at_risk"), f"what {name} keeps")
        assert cast.officer.get("/v1/reports/conformance")["totals"]["no_answer"] == [name]
    becomes(cast.officer, {}, f"what {name} keeps, again")


def at_the_machine(system: System) -> tuple[int, dict[str, Any]]:
    """The report without a sign-in: its exit code, and what it says."""
    done = system.command("report", "conformance", "--format", "json", check=False)
    return done.returncode, json.loads(done.stdout)


def ready(system: System) -> tuple[int, dict[str, Any]]:
    answer = httpx.get(f"{system.url}/readyz", timeout=10)
    return answer.status_code, answer.json()["checks"]


def without_who_lets_people_in(system: System, cast: Cast) -> None:
    """Nobody can sign in, so nobody can ask at the door: whoever sits at the machine still reads which rows turn."""
    eventually(lambda: at_the_machine(system)[0] == 0, what="all well, at the machine")
    with frozen(system, "auth"):

        def told() -> bool:
            code, found = at_the_machine(system)
            states = {row["promise"]: row["state"] for row in found["rows"]}
            at_risk = {promise for promise, state in states.items() if state in UNWELL}
            return (code, at_risk, found["totals"]["no_answer"]) == (AT_RISK, kept_by("auth"), ["auth"])

        eventually(told, what="what auth keeps, at the machine")
        shown = system.command("report", "conformance", check=False)
        assert (shown.returncode, "no answer from auth" in shown.stdout) == (AT_RISK, True)
        status, checks = ready(system)
        assert (status, checks["auth"], checks["audit"]["database"]) == (503, "no answer in time", "ok")
    becomes(cast.officer, {}, "what auth keeps, again")


def without_who_makes_the_report(system: System, cast: Cast) -> None:
    with frozen(system, "audit"):
        code, found = at_the_machine(system)
        assert (code, found["rows"], list(found["no_answer"])) == (NO_ANSWER, None, ["audit"])
        assert set(found["no_answer"]["audit"]["at_risk"]) == kept_by("audit")
        shown = system.command("report", "conformance", check=False)
        assert shown.returncode == NO_ANSWER
        assert "no answer from audit" in shown.stdout
        assert "auth, org, retention answers" in shown.stdout
        status, checks = ready(system)
        assert (status, checks["audit"], checks["auth"]["database"]) == (503, "no answer in time", "ok")
    becomes(cast.officer, {}, "what audit keeps, again")
    eventually(lambda: at_the_machine(system)[0] == 0, what="all well, at the machine")


def as_a_table_and_on_paper(cast: Cast) -> None:
    lines = cast.officer.get("/v1/reports/conformance?format=csv").splitlines()
    assert len(lines) == len(report(cast.officer)) + 1
    assert cast.officer.http.get("/v1/reports/conformance?format=pdf&lang=en").content.startswith(b"%PDF")
