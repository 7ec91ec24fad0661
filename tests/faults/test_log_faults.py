"""Whatever happens around the ingest, every checkpoint that anybody saw is one history, without gap or double."""

from __future__ import annotations

import logging
import secrets
from functools import partial
from pathlib import Path

import pytest

from services.audit.ledger import reading
from services.kernel.store.database import reading as look
from tests.faults.log_faults import SHORT, run
from tests.faults.log_judging import forks
from tests.faults.log_outcome import Outcome, Size
from tests.faults.mutants import FENCELESS
from tests.interop.written import LOG_VKEY, SOURCES, Written, notes

BROKEN = ("fork: ", "number_missing", "truncated", "a checkpoint was seen after a larger one")


@pytest.mark.timeout(200)
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_two_ingests_that_are_killed_cut_off_and_flooded_write_one_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, database: str
) -> None:
    caplog.set_level(logging.ERROR, "pika")  # it tells every message that came back, and they are counted here
    outcome = run(secrets.token_hex(4), SHORT, tmp_path, database)

    print(outcome.text())
    assert outcome.findings == [], outcome.text()
    # What was never in trouble proves nothing.
    assert outcome.killed.total() >= 2, outcome.text()
    assert outcome.off, outcome.text()
    assert outcome.unroutable, outcome.text()
    assert outcome.resent, outcome.text()
    assert outcome.checkpoints >= 10, outcome.text()


def test_a_checkpoint_of_another_history_is_found_among_those_that_were_seen(tmp_path: Path) -> None:
    log = Written.of(tmp_path / "one", 600, stops=(300, 450))
    other = Written.empty(tmp_path / "other")
    other.grow([*list(notes(4)), *(SOURCES.note("auth", n, subject="account/another") for n in range(1, 397))])
    seen = [log.checkpoint_of(size) for size in (300, 450, 600)]

    with look(log.engine) as session:

        def found(*checkpoints: bytes) -> list[str]:
            return list(forks(checkpoints, LOG_VKEY, partial(reading.stored_tile, session), Outcome("none", "sqlite")))

        assert found(*seen) == []
        assert found(seen[0], other.checkpoint_of(400), *seen[1:]) == [
            "fork: the checkpoint of 400 does not continue that of 300",
            "fork: the checkpoint of 450 does not continue that of 400",
            "fork: the checkpoint of 600 does not continue that of 400",
        ]
        assert found(seen[1], seen[0]) == ["a checkpoint was seen after a larger one"]


@pytest.mark.timeout(600)
def test_two_ingests_without_the_fence_are_found(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)
    code = FENCELESS.plant(tmp_path / "code")
    outcomes: list[Outcome] = []
    # One of the two has to take over what it knew long before; hardly a seed is so kind that none ever does.
    while len(outcomes) < 16 and not any(found.startswith(BROKEN) for one in outcomes for found in one.findings):
        seed = secrets.token_hex(4)
        outcomes.append(run(seed, Size(numbers=240, unbound=0, held=3), tmp_path / seed, code=code))

    print(*(one.text() for one in outcomes), sep="\n")
    assert any(found.startswith(BROKEN) for found in outcomes[-1].findings)
