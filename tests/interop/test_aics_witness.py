"""PyPI's aics-witness cosigns our checkpoints as the log grows and refuses a fork; its client finds ours as strict."""

from __future__ import annotations

import logging
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from services.audit.ledger import witnessed
from services.audit.witnessing import policy
from services.audit.witnessing.asking import ask, request
from services.audit.witnessing.cosignature import WitnessKey, verified
from services.audit.witnessing.rounds import Rounds
from services.kernel.store.database import reading as look, sqlite
from services.reader import verify_directory
from services.reader.checkpoint import parse_checkpoint
from tests.integration.witnesses import Witness
from tests.interop.conftest import SIZES
from tests.interop.foreign_witness import ORIGIN, ForeignWitness
from tests.interop.newer_python import installed
from tests.interop.written import LOG_VKEY, SOURCES, Written, notes

PACKAGE = "aics-witness==0.1.0"
FEED = Path(__file__).parent / "aics/feed.py"
LogOf = Callable[[int], Written]
COSIGNED = 300


@pytest.fixture(scope="session")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return installed(PACKAGE, tmp_path_factory.mktemp("aics-witness"))


@pytest.fixture
def witness(python: Path, tmp_path: Path) -> Iterator[ForeignWitness]:
    made = ForeignWitness(python, tmp_path / "foreign")
    yield made
    made.stop()


@pytest.fixture
def ours(tmp_path: Path) -> Iterator[Witness]:
    made = Witness(tmp_path / "ours", "ours.example/w1", LOG_VKEY).listen()
    yield made
    made.stop()


def rounds(log: Written, witness: ForeignWitness) -> Rounds:
    """What audit does for this log, with this one witness."""
    text = f"witness foreign {witness.vkey} {witness.url}\nquorum foreign\n"
    return Rounds(log.engine, policy.parse(text, LOG_VKEY))


def cosigned(log: Written) -> int:
    with look(log.engine) as session:
        return witnessed.newest_cosigned(session)


def copied(log: Written, directory: Path) -> Written:
    """The same log in a database of its own: cosignatures that are written to it are nobody else's."""
    directory.mkdir()
    database = directory / "audit.sqlite3"
    with closing(sqlite3.connect(log.database)) as there, closing(sqlite3.connect(database)) as here:
        there.backup(here)
    return replace(log, engine=sqlite(database, pool=2), database=database, files=directory / "log")


def another_history(directory: Path, size: int) -> Written:
    """Signed with the same key, and something else from the fifth entry on."""
    log = Written.empty(directory)
    told = [SOURCES.note("auth", n, subject="account/another") for n in range(1, size - 3)]
    log.grow([*notes(4), *told])
    return log


def errors(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]


def test_it_cosigns_our_logs_of_every_size_and_our_reader_accepts_that(
    witness: ForeignWitness, log_of: LogOf, tmp_path: Path
) -> None:
    for size in SIZES[1:]:
        log = copied(log_of(size), tmp_path / str(size))
        rounds(log, witness).turn()
        assert cosigned(log) == size
        log.export()
        report = verify_directory(log.files, log_vkey=LOG_VKEY, witnesses=[witness.vkey])
        assert (report.exit_code, report.witnesses) == (0, ("foreign.example/w1",)), report.text()
        log.engine.dispose()


def test_it_cosigns_a_log_that_is_empty(witness: ForeignWitness, log_of: LogOf) -> None:
    note = log_of(0).checkpoint_of(0)
    answer = ask(witness.url, request(0, [], note), 5)
    assert answer.status == 200
    assert verified(answer.body, WitnessKey.parse(witness.vkey), note) == answer.body


def test_as_the_log_grows_it_cosigns_again(witness: ForeignWitness, ours: Witness, tmp_path: Path) -> None:
    log, coming = Written.empty(tmp_path / "log"), list(notes(1100))
    asking = rounds(log, witness)
    for size in (4, 5, 255, 257, 700, 1100):
        log.grow(coming[log.size : size])
        asking.turn()
        assert cosigned(log) == size
        assert parse_checkpoint(witness.shown()).size == size
    log.export()
    for vkey, code in ((witness.vkey, 0), (ours.vkey, 1)):
        verify = [sys.executable, "-m", "crisisconnect", "log", "verify", log.files, "--witness", vkey]
        done = subprocess.run(verify, capture_output=True, text=True, timeout=100)
        assert done.returncode == code, done.stdout + done.stderr
    log.engine.dispose()


@pytest.mark.parametrize("size", [COSIGNED, COSIGNED + 100])
def test_it_refuses_a_fork_and_we_raise_an_alarm(
    witness: ForeignWitness, tmp_path: Path, caplog: pytest.LogCaptureFixture, size: int
) -> None:
    log = Written.of(tmp_path / "log", COSIGNED)
    rounds(log, witness).turn()
    known = witness.shown()
    fork = another_history(tmp_path / "fork", size)

    rounds(fork, witness).turn()

    [alarm] = errors(caplog)
    assert f"it cosigned {COSIGNED} entries that the log's {size} do not continue" in alarm
    assert cosigned(fork) == 0
    assert witness.shown() == known
    assert any(fork.checkpoint_of(size).decode() in kept["request"] for kept in witness.evidence())
    log.grow(list(notes(COSIGNED + 50))[COSIGNED:])
    rounds(log, witness).turn()
    assert cosigned(log) == COSIGNED + 50
    for one in (log, fork):
        one.engine.dispose()


def test_it_knows_more_than_an_older_copy_of_our_log_and_we_raise_an_alarm(
    witness: ForeignWitness, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    log, older = Written.of(tmp_path / "log", COSIGNED), Written.of(tmp_path / "older", COSIGNED - 1)
    rounds(log, witness).turn()
    rounds(older, witness).turn()

    [alarm] = errors(caplog)
    assert f"it knows {COSIGNED} entries, and the log has {COSIGNED - 1}" in alarm
    assert (cosigned(log), cosigned(older)) == (COSIGNED, 0)
    for one in (log, older):
        one.engine.dispose()


def test_our_witness_cosigns_what_its_client_brings_and_refuses_a_fork(
    python: Path, ours: Witness, tmp_path: Path
) -> None:
    log = Written.of(tmp_path / "log", 5)

    def feed(log: Written, state: str) -> subprocess.CompletedProcess[bytes]:
        log.export()
        line = [python, FEED, ours.url, ours.vkey, tmp_path / state, log.files]
        return subprocess.run(line, capture_output=True, timeout=60, env={**os.environ, "PYTHONPATH": ""})

    for size in (5, 256, COSIGNED):
        log.grow(list(notes(size))[log.size :])
        done = feed(log, "state")
        assert done.returncode == 0, done.stderr
        (log.files / "checkpoint").write_bytes(done.stdout)
        report = verify_directory(log.files, log_vkey=LOG_VKEY, witnesses=[ours.vkey])
        assert (report.exit_code, report.witnesses) == (0, ("ours.example/w1",)), report.text()

    for size, refusal in (
        (COSIGNED, b"WitnessRejected 422"),
        (COSIGNED + 9, b"WitnessRejected 422"),
        (9, b"WitnessAhead"),
    ):
        fork = another_history(tmp_path / f"fork-{size}", size)
        done = feed(fork, f"state-{size}")
        assert (done.returncode, done.stderr.splitlines()[-1].strip()) == (1, refusal)
        fork.engine.dispose()
    assert parse_checkpoint(ours.shown(ORIGIN)[1]).size == COSIGNED
    assert [name.split("-")[0] for name in ours.evidence()] == ["behind", "fork", "unproven"]
    log.engine.dispose()
