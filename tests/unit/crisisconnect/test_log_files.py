"""The log's files are whole at every moment, go on where they were, and are never another log's."""

from __future__ import annotations

from pathlib import Path

import pytest

from crisisconnect import log_files
from services.audit.ledger import reading
from services.reader import verify_directory
from services.reader.checkpoint import parse_checkpoint
from tests.examples.log import Sources, seed
from tests.interop.written import LOG_VKEY, SOURCES, Written, notes

NOTES = list(notes(600))


def grown(directory: Path, *sizes: int) -> Written:
    """A log with a checkpoint at each of these sizes."""
    log = Written.empty(directory)
    for size in sizes:
        log.grow(NOTES[log.size : size])
    return log


def whole(files: Path) -> bool:
    return verify_directory(files, log_vkey=LOG_VKEY, pins=SOURCES.pins).ok


def there(files: Path) -> set[str]:
    return {str(path.relative_to(files)) for path in files.rglob("*") if path.is_file()}


def test_files_are_those_that_the_size_implies(tmp_path: Path) -> None:
    log = grown(tmp_path, 257)
    tiles = {"tile/0/000", "tile/0/001.p/1", "tile/1/000.p/1", "tile/entries/000", "tile/entries/001.p/1"}
    assert there(log.export()) == {"checkpoint", "log.vkey", *tiles}
    assert whole(log.files)


def test_a_second_run_writes_what_is_new_and_keeps_what_older_checkpoints_name(tmp_path: Path) -> None:
    log = grown(tmp_path, 300)
    log.export()
    settled = {path: path.stat().st_mtime_ns for path in (log.files / "tile/0/000", log.files / "tile/entries/000")}
    log.grow(NOTES[300:400])
    log.export()
    assert {path: path.stat().st_mtime_ns for path in settled} == settled
    assert {"tile/0/001.p/44", "tile/0/001.p/144", "tile/entries/001.p/44"} <= there(log.files)
    assert whole(log.files)
    log.grow(NOTES[400:])
    log.export()
    assert not {name for name in there(log.files) if name.startswith(("tile/0/001.p", "tile/entries/001.p"))}
    assert whole(log.files)


@pytest.mark.parametrize("entries", [256, 512, 600])
def test_a_run_that_is_cut_off_leaves_the_old_log_and_the_next_one_completes_it(tmp_path: Path, entries: int) -> None:
    log = grown(tmp_path, 300)
    log.export()
    log.grow(NOTES[300:])

    def cut(done: int, _size: int) -> None:
        if done >= entries:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        log_files.export(log.engine, log.vkey, log.files, cut)
    assert parse_checkpoint((log.files / "checkpoint").read_bytes()).size == 300
    assert whole(log.files)
    (log.files / "tile/entries/001").write_bytes(b"half")  # what a machine that lost its power may leave
    log.export()
    assert parse_checkpoint((log.files / "checkpoint").read_bytes()).size == 600
    assert whole(log.files)


def test_a_log_without_entries_is_a_checkpoint(tmp_path: Path) -> None:
    log = grown(tmp_path, 0)
    assert there(log.export()) == {"checkpoint", "log.vkey"}
    assert whole(log.files)


def test_a_log_that_was_never_signed_is_nothing_to_write(tmp_path: Path) -> None:
    with pytest.raises(LookupError):
        Written.empty(tmp_path).export()


def test_another_logs_files_an_older_copy_and_a_fork_are_not_written_over(tmp_path: Path) -> None:
    files = grown(tmp_path / "one", 300).export()
    before = there(files)
    other = Sources.made(seeds={name: seed(f"x {name}") for name in ("auth", "org", "audit", "retention", "log")})
    fork = Written.empty(tmp_path / "fork")
    fork.grow([*NOTES[:4], *(SOURCES.note("auth", n, subject="account/another") for n in range(1, 400))])
    for log in (Written.of(tmp_path / "other", 400, other), grown(tmp_path / "older", 299), fork):
        with pytest.raises(log_files.NotContinued):
            log_files.export(log.engine, log.vkey, files)
    assert there(files) == before
    assert whole(files)


def test_the_checkpoint_goes_out_as_it_is_served(tmp_path: Path) -> None:
    log = grown(tmp_path, 20)
    log.export()
    with log.engine.connect() as session:
        assert (log.files / "checkpoint").read_bytes() == reading.checkpoint(session)
