"""The log asks its witnesses, believes only what they signed, and goes on whatever they do; they believe no fork."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from crisisconnect.postgres import Cluster
from services.audit.app import Audit
from services.audit.ledger import reading, witnessed
from services.audit.ledger.tables import create
from services.audit.witnessing import policy
from services.audit.witnessing.asking import NoAnswer, ask
from services.audit.witnessing.rounds import Rounds
from services.kernel.configuration import Configuration
from services.kernel.store import database
from services.reader.note import parse_vkey
from services.reader.proof import parse_proof, verify_proof
from tests.examples.log import event_id
from tests.integration.ingested import fresh_database
from tests.integration.installed import OFFICER, QUICK, Log
from tests.integration.waiting import until
from tests.integration.witnesses import Strange, Witness, written


def test_a_receipt_becomes_witnessed_whatever_the_strange_ones_do(
    audit: Audit, home: Configuration, witnesses: list[Witness], strangers: list[Strange]
) -> None:
    log = Log(home, audit.engine)
    log.begin()
    log.grow(3)
    event = event_id("auth", 2)
    assert audit.receipt(OFFICER, event)["state"] == "integrated"

    audit.start()
    until(lambda: audit.receipt(OFFICER, event)["state"] == "witnessed")

    receipt = audit.receipt(OFFICER, event)
    keys = [parse_vkey(one.vkey) for one in witnesses]
    entry = log.sources.note("auth", 2)
    proof = parse_proof(receipt["proof"])
    verify_proof(entry, proof, log=parse_vkey(home.installation["log"]), witnesses=keys, quorum=2)
    assert audit.checkpoint()["checkpoint"].count("\n— ") == 3
    assert [one.shown(home.origin)[0] for one in witnesses] == [200, 200]

    log.grow(600)
    newest = event_id("auth", 603)
    assert audit.receipt(OFFICER, newest)["state"] == "integrated"
    assert audit.receipt(OFFICER, event)["state"] == "witnessed"
    until(lambda: audit.receipt(OFFICER, newest)["state"] == "witnessed")
    until(lambda: all(one.asked for one in strangers))
    report = audit.report("integrity")
    assert report["totals"] == {
        "first": 0,
        "size": 607,
        "witnessed_size": 607,
        "gaps": 0,
        "older_copies": 0,
        "quarantined": 0,
    }
    assert [row["size"] for row in report["rows"] if row["what"] == "witness"] == [607, 607]


def test_the_log_does_not_wait_for_who_is_silent(audit: Audit, home: Configuration) -> None:
    log = Log(home, audit.engine)
    log.begin()
    began = time.monotonic()
    audit.rounds.turn()
    assert time.monotonic() - began < 2 * QUICK.answer + 2
    began = time.monotonic()
    turning = threading.Thread(target=audit.rounds.turn)
    turning.start()
    for _ in range(20):
        log.grow()
    assert time.monotonic() - began < 2
    turning.join()


def test_no_question_takes_longer_than_its_time(strangers: list[Strange]) -> None:
    for one in strangers[1:]:
        began = time.monotonic()
        with pytest.raises(NoAnswer):
            ask(one.url, b"old 0\n\n", 0.5)
        assert time.monotonic() - began < 1.5


def test_a_witness_that_was_killed_comes_back_with_what_it_knew(
    audit: Audit, home: Configuration, witnesses: list[Witness]
) -> None:
    log = Log(home, audit.engine)
    log.begin()
    audit.rounds.turn()
    first = witnesses[0]
    known = first.shown(home.origin)
    first.stop(signal.SIGKILL)
    first.start()
    first.listen()

    assert first.shown(home.origin) == known
    assert (known[0], known[1].split(b"\n")[1]) == (200, b"4")


def test_a_log_that_was_set_back_and_went_another_way_is_refused(
    audit: Audit,
    home: Configuration,
    witnesses: list[Witness],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    log = Log(home, audit.engine)
    log.begin()
    log.grow(2)
    assert database.scrub(audit.engine)
    shutil.copy(str(audit.engine.url.database), tmp_path / "older.sqlite3")
    log.grow(5)
    audit.rounds.turn()
    before = witnesses[0].shown(home.origin)[1]

    older = database.sqlite(tmp_path / "older.sqlite3")
    forked = Log(home, older, "another-head")
    rounds = Rounds(older, replace_urls(audit, witnesses), replace(QUICK, alarm=300.0))
    caplog.clear()
    rounds.turn()  # a rollback: the witnesses know more than this log has
    alarms = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert len([one for one in alarms if "knows 11 entries, and the log has 6" in one]) == 2
    forked.write(*(forked.sources.note("org", n) for n in range(1, 12)))
    rounds.clock = lambda: time.monotonic() + 60
    rounds.turn()  # it grew past what they know, another way

    with database.reading(older) as session:
        assert witnessed.newest_cosigned(session) == 0
        assert reading.size(session) == 17
    for one in witnesses:
        assert one.shown(home.origin)[1].split(b"\n")[:3] == before.split(b"\n")[:3]
        kinds = [name.split("-")[0] for name in one.evidence()]
        assert kinds == ["behind", "unproven"]
        case = next(one.directory.glob("logs/*/evidence/unproven-*"))
        assert (case / "known").read_bytes().split(b"\n")[1] == b"11"
        assert (case / "seen").read_bytes().split(b"\n")[1] == b"17"
        assert one.errors.read_text().count("ALARM") == 2
    older.dispose()


def replace_urls(audit: Audit, witnesses: list[Witness]) -> policy.Policy:
    """Only the true witnesses of a policy."""
    wanted = {one.vkey for one in witnesses}
    kept = {name: one for name, one in audit.witnesses.witnesses.items() if one.key.vkey in wanted}
    return replace(audit.witnesses, witnesses=kept)


def test_rounds_on_postgres(
    postgres: Cluster, home: Configuration, witnesses: list[Witness], strangers: list[Strange], tmp_path: Path
) -> None:
    engine = fresh_database(postgres)
    create(engine)
    found = policy.load(written(tmp_path / "p", witnesses, strangers), home.installation["log"])
    rounds = Rounds(engine, found, QUICK)
    log = Log(home, engine)
    log.begin()
    for size in (104, 404):
        log.grow(size - 4 - log.number)
        rounds.turn()
        with database.reading(engine) as session:
            assert witnessed.newest(session, found.digest) == size
    engine.dispose()


def test_the_services_host_goes_on_while_a_witness_is_silent(
    home: Configuration, witnesses: list[Witness], strangers: list[Strange], tmp_path: Path
) -> None:
    path = tmp_path / "log.sqlite3"
    engine = database.sqlite(path)
    create(engine)
    Log(home, engine).begin()
    engine.dispose()
    given = {"WITNESS_LOG": str(path), "WITNESS_POLICY": str(written(tmp_path / "p", witnesses, strangers))}

    done = subprocess.run(
        [sys.executable, "-m", "services.kernel.hosting.host", "tests.integration.slow_witness"],
        env={**os.environ, **given, "WITNESS_VKEY": home.installation["log"]},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    ticks, size = map(int, done.stdout.split())
    assert ticks >= 15
    assert size == 4
