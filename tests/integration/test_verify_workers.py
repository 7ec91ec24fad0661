"""However many processes look, the report is the same; and none of them outlives the verification."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from services.reader import Damage, Report, Unusable, verify_directory
from services.reader.__main__ import main
from services.reader.workers import WORTH_IT, Workers, cores
from tests.unit.reader.test_rotation import WRONG, held as plain, verified
from tests.unit.reader.tinylog import KEYS, LOG, PINS, Files, Signer, checkpoint, entries, event

SIZE = WORTH_IT + 700


@pytest.fixture
def files(tmp_path: Path) -> Callable[[int | list[bytes]], Files]:
    def build(held: int | list[bytes]) -> Files:
        return Files(tmp_path / "log", entries(held) if isinstance(held, int) else held)

    return build


@cache
def held() -> list[bytes]:
    return entries(SIZE)


def verify(log: Files, **more: object) -> Report:
    return verify_directory(log.path, log_vkey=LOG.vkey, **{"pins": PINS, "jobs": 3, **more})


@pytest.fixture
def workers() -> Callable[[], list[int]]:
    """The processes this one has started since: the broker and the database of other tests are its children, too."""
    mine = Path("/proc/self/task", str(os.getpid()), "children")
    before = set(mine.read_text().split())
    return lambda: [int(pid) for pid in mine.read_text().split() if pid not in before]


def forged(entry: bytes) -> bytes:
    text, _, line = entry.rpartition(b"\n\n")
    return text.replace(b'"n":"', b'"n":"9') + b"\n\n" + line


def put(*changed: tuple[int, bytes]) -> list[bytes]:
    made = list(held())
    for index, entry in changed:
        made[index] = entry
    return made


NEXT = KEYS["/auth"], Signer(KEYS["/auth"].name, seed=b"another")
DAMAGED = {
    "two forged": put((3_000, forged(held()[3_000])), (600, forged(held()[600]))),
    "one dropped": [*held()[:900], *held()[901:]],
    "two swapped": put((700, held()[2_000]), (2_000, held()[700])),
    "swapped over an edge": put((1_023, held()[1_026]), (1_026, held()[1_023])),
    "doubled far apart": put((3_001, event("/org", 1_000, "Happened", "id-50", {}))),
    "unreadable": put((4_095, b"not a note")),
    "a second key": [*held()[:2_000], event("/audit", 5, "KeyRegistered", "new",
                     {"source": "/auth", "vkey": NEXT[1].vkey}), *held()[2_000:]],
}  # fmt: skip


@pytest.mark.parametrize("what", DAMAGED)
def test_the_same_is_said_by_one_process_and_by_three(files, what):
    log = files(DAMAGED[what])
    alone, together = verify(log, jobs=1), verify(log)
    assert not together.ok
    assert together == alone


def test_the_same_is_said_of_bytes_that_changed_after_they_were_signed(files):
    log = files(held())
    for name, bit in (("tile/entries/004", 90_000), ("tile/0/009", 700), ("tile/1/000.p/18", 70), ("tile/0/001", 1)):
        log.flip(name, bit)
    (log.path / "tile/entries/012").unlink()
    alone, together = verify(log, jobs=1), verify(log)
    assert together.damaged >= 5
    assert together == alone


def test_a_sound_log_is_sound_and_every_block_is_told_of_once_in_order(files):
    told: list[int] = []
    report = verify(files(held()), passed=lambda done, size: told.append(done))
    assert report.ok, report.text()
    assert told == [*range(256, SIZE, 256), SIZE]


@pytest.mark.parametrize("at", [1_500, 2_048])
def test_a_source_that_is_registered_late_is_heard_from_there_on(files, at):
    first = [entry for entry in held() if b'"source":"/org"' not in entry and KEYS["/org"].vkey.encode() not in entry]
    renumbered = [
        event("/audit", n, "KeyRegistered", f"key-{n}", {"source": source, "vkey": KEYS[source].vkey})
        for n, source in enumerate(("/audit", "/auth", "/retention", "/org"), 1)
    ]
    others = [entry for entry in first if b"KeyRegistered" not in entry]
    org = [event("/org", n, "Happened", f"org-{n}", {}) for n in range(1, 1_800)]
    early = [*renumbered[:3], *others[:at]]
    log = files([*early, renumbered[3], *org, *others[at:]])
    assert verify(log).ok, verify(log).text()
    log = files([*early, *org[:1], renumbered[3], *org[1:], *others[at:]])
    first_wrong = verify(log).first
    assert (first_wrong.damage, first_wrong.index) == (Damage.KEY_UNKNOWN, len(early))


def test_a_worker_that_dies_ends_the_verification_with_an_error(files, workers):
    def kill(done: int, size: int) -> None:
        for pid in workers():
            os.kill(pid, signal.SIGKILL)

    with pytest.raises(Unusable, match="ended before its time"):
        verify(files(held()), passed=kill)
    assert workers() == []


def test_what_stops_the_reader_stops_its_workers_which_take_no_signal_of_its_group(files, workers):
    seen: list[int] = []

    def stop(done: int, size: int) -> None:
        seen.extend(workers())
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        verify(files(held()), passed=stop)
    assert len(seen) == 3
    assert workers() == []


def test_workers_are_no_part_of_the_group_that_ctrl_c_reaches(workers):
    with Workers(2, WORTH_IT):
        groups = {os.getpgid(pid) for pid in workers()}
        assert len(groups) == 2
        assert os.getpgid(0) not in groups


def test_a_small_log_or_one_job_starts_no_process(workers):
    for jobs, size in ((4, WORTH_IT - 1), (1, 1_000_000)):
        with Workers(jobs, size) as none:
            assert (workers(), none.ahead) == ([], 0)
    assert cores() >= 1


def test_no_jobs_at_all_are_refused(files, capsys):
    log = files(5)
    with pytest.raises(Unusable, match="one job"):
        verify(log, jobs=0)
    assert main([str(log.path), "--log-vkey", LOG.vkey, "--jobs", "0"]) == 2
    assert "one job" in capsys.readouterr().err
    assert main([str(log.path), "--log-vkey", LOG.vkey, "--jobs", "2"]) == 0


def test_a_checkpoint_that_is_not_the_logs_own_vouches_for_nothing_and_nothing_is_read(files):
    log = files(5)
    huge = b"log.example/crisis\n%d\n" % 10**18 + b"A" * 43 + b"=\n"
    log.put("checkpoint", Signer(LOG.name, seed=b"another").sign(huge))
    told: list[int] = []
    report = verify(log, passed=lambda done, size: told.append(done))
    assert [finding.damage for finding in report.findings] == [Damage.CHECKPOINT_INVALID]
    assert (report.own, told) == (False, [])
    log.put("checkpoint", checkpoint(entries(5)))
    assert verify(log).own


@pytest.mark.parametrize("case", [None, "the old key signs far beyond", "the next key did not agree"])
def test_several_processes_say_the_same(tmp_path: Path, case: str | None) -> None:
    made = [*(plain(4_400) if case is None else WRONG[case][0]()), *plain(4_400)[620:]]
    made = made[:4_400]
    one, three = (verified(tmp_path, made, jobs=jobs) for jobs in (1, 3))
    assert (one.ok, one.findings) == (case is None, three.findings)
