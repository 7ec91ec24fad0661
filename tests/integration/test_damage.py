"""Whatever is done to the log, verify finds it and names the place; `python -m tests.integration.damage` does more."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine

from services.audit.ingest.writer import Writer
from services.audit.ledger import checkpoint as ledger_checkpoint, tables
from services.reader import Damage, Report, verify_database, verify_directory
from tests.examples.log import Sources, seed
from tests.integration.damage import KINDS, Damaged
from tests.interop.written import LOG_VKEY, SOURCES, Written, notes
from tests.unit.reader.tinylog import Signer

SIZE, FLIPS = 300, 60
WITNESS = Signer("witness.example", 4)


@pytest.fixture(scope="module")
def damaged(tmp_path_factory: pytest.TempPathFactory) -> Damaged:
    return Damaged(tmp_path_factory.mktemp("damaged"), SIZE, seed=1)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Written:
    log = Written.of(tmp_path_factory.mktemp("sound"), SIZE, stops=(200,))
    log.export()
    return log


@pytest.fixture
def copy(sound: Written, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sound.files, tmp_path / "copy"))


def verify(files: Path, **demands: object) -> Report:
    return verify_directory(files, log_vkey=LOG_VKEY, pins=SOURCES.pins, **demands)


@pytest.mark.parametrize("kind", KINDS)
def test_one_bit_flipped_anywhere_is_found_and_named(damaged: Damaged, kind: str) -> None:
    tally = damaged.campaign(kind, FLIPS)
    assert (tally.survivors, tally.unnamed) == ([], [])
    assert damaged.verify(kind).ok


def held() -> list[bytes]:
    return list(notes(SIZE))


DONE: dict[str, tuple[Callable[[list[bytes]], list[bytes]], int]] = {
    "dropped": (lambda h: [*h[:50], *h[51:]], 50),
    "reordered": (lambda h: [*h[:50], *reversed(h[50:60]), *h[60:]], 50),
    "swapped": (lambda h: [*h[:50], h[270], *h[51:270], h[50], *h[271:]], 50),
    "doubled": (lambda h: [*h[:51], h[50], *h[51:]], 51),
    "cut short": (lambda h: h[:290], 290),
}


@pytest.mark.parametrize("what", DONE)
def test_entries_in_the_files_are_named_where_they_were(copy: Path, what: str) -> None:
    change, index = DONE[what]
    _bundles(copy, change(held())[:SIZE])
    first = verify(copy).first
    assert first is not None
    assert first.index == index


@pytest.mark.parametrize("what", DONE)
def test_rows_in_the_database_are_named_where_they_were(sound: Written, tmp_path: Path, what: str) -> None:
    change, index = DONE[what]
    log = Written.of(tmp_path / "log", SIZE)
    changed = change(held())[:SIZE]
    with log.engine.begin() as session:
        session.exec_driver_sql("DELETE FROM log_entries WHERE idx >= ?", (len(changed),))
        for at, note in enumerate(changed):
            session.exec_driver_sql("UPDATE log_entries SET note = ? WHERE idx = ?", (note, at))
    first = verify_database(log.database, log_vkey=LOG_VKEY, pins=SOURCES.pins).first
    assert first is not None
    assert first.index == index


def test_a_bundle_cut_in_the_middle_of_an_entry_is_named(copy: Path) -> None:
    bundle = copy / "tile/entries/001.p/44"
    bundle.write_bytes(bundle.read_bytes()[:-100])
    first = verify(copy).first
    assert first is not None
    assert (first.damage, first.index) == (Damage.TRUNCATED, SIZE - 1)


def test_tiles_swapped_dropped_or_cut_are_named(copy: Path) -> None:
    full, partial = copy / "tile/0/000", copy / "tile/0/001.p/44"
    raw = full.read_bytes()
    for changed, index in ((raw[32:] + raw[:32], 0), (raw[:-32], 255), (partial.read_bytes() * 5, 0)):
        full.write_bytes(changed)
        first = verify(copy).first
        assert first is not None
        assert (first.damage, first.index) == (Damage.TILE_CHANGED, index)
    full.unlink()
    first = verify(copy).first
    assert first is not None
    assert (first.damage, first.index) == (Damage.TILE_MISSING, 0)


def test_another_key_of_the_log_is_not_taken(copy: Path) -> None:
    other = Sources.made(seeds={name: seed(f"other {name}") for name in ("auth", "org", "audit", "retention", "log")})
    root = verify(copy).root
    assert root is not None
    (copy / "log.vkey").write_text(other.log.verifier.vkey + "\n")
    report = verify_directory(copy)
    assert report.first is not None
    assert report.first.damage is Damage.CHECKPOINT_INVALID
    (copy / "checkpoint").write_bytes(ledger_checkpoint.sign(other.log, SIZE, root).note)
    report = verify_directory(copy)
    assert report.ok
    assert not report.key_given  # it fits together, and the report says that this is all it proves
    first = verify(copy).first
    assert first is not None
    assert first.damage is Damage.CHECKPOINT_INVALID


def test_another_key_of_a_source_is_not_taken(tmp_path: Path) -> None:
    seeds = {name: seed(name) for name in ("auth", "org", "audit", "retention", "log")}
    other = Sources.made(seeds={**seeds, "auth": seed("another")})
    log = Written.of(tmp_path, SIZE, other)
    report = verify(log.export())
    assert report.first is not None
    assert (report.first.damage, report.first.index) == (Damage.KEY_UNKNOWN, 1)


def test_an_older_copy_is_truncated_before_what_was_seen(sound: Written, tmp_path: Path) -> None:
    older = Written.of(tmp_path, 200)
    assert verify(older.export()).ok
    first = verify(older.files, since=sound.checkpoint_of(SIZE)).first
    assert first is not None
    assert (first.damage, first.index) == (Damage.TRUNCATED, 200)
    assert verify(sound.files, since=sound.checkpoint_of(200)).ok


def test_a_fork_that_is_sound_by_itself_is_one_to_whoever_saw_another(sound: Written, tmp_path: Path) -> None:
    fork = _fork(tmp_path)
    assert verify(fork.files).ok
    first = verify(fork.files, since=sound.checkpoint_of(200)).first
    assert first is not None
    assert (first.damage, first.index) == (Damage.FORK, None)


def test_a_fork_or_an_older_copy_lacks_the_witness(copy: Path, tmp_path: Path) -> None:
    seen = _cosign(copy / "checkpoint")
    report = verify(copy, witnesses=[WITNESS.vkey])
    assert report.ok
    assert report.witnesses == (WITNESS.name,)
    for other in (_fork(tmp_path / "fork"), Written.of(tmp_path / "older", 200)):
        checkpoint = other.export() / "checkpoint"
        for stolen in (b"", seen):
            checkpoint.write_bytes(other.checkpoint_of(other.size) + stolen)
            report = verify(other.files, witnesses=[WITNESS.vkey])
            assert {finding.damage for finding in report.findings} == {Damage.NOT_WITNESSED}


REMEMBERED = {
    "UPDATE log_sources SET high_water = high_water + 1 WHERE source = '/org'": "log_sources /org",
    "UPDATE log_sources SET vkey = NULL WHERE source = '/auth'": "log_sources /auth",
    "UPDATE log_sources SET source = '/nobody' WHERE source = '/auth'": "log_sources /auth",
    "UPDATE log_pending SET sequence = 999 WHERE source = '/auth' AND sequence = 500": "log_pending /auth 999",
    "UPDATE log_pending SET at = 'then' WHERE source = '/org'": "log_pending /org 500",
    "UPDATE log_pending SET note = (SELECT note FROM log_entries WHERE idx = 9)": "log_pending /auth 500",
}


@pytest.mark.parametrize("change", REMEMBERED)
def test_what_the_writer_remembers_and_what_waits_is_verified_on_both_databases(
    engine: Engine, tmp_path: Path, change: str
) -> None:
    tables.create(engine)
    writer = Writer(engine, SOURCES.pins, SOURCES.log, tmp_path / "head")
    writer.load()
    assert writer.write(held()).admitted == SIZE
    writer.checkpoint()
    assert writer.write([SOURCES.note(source, 500) for source in ("auth", "org")]).waiting == 2
    assert writer.write([SOURCES.note("retention", 99)]).admitted == 1  # above the head, and no damage
    url = engine.url.render_as_string(hide_password=False)
    report = verify_database(url, log_vkey=LOG_VKEY, pins=SOURCES.pins)
    assert report.ok, report.text()
    with engine.begin() as session:
        session.exec_driver_sql(change)
    report = verify_database(url, log_vkey=LOG_VKEY, pins=SOURCES.pins)
    assert REMEMBERED[change] in {finding.where for finding in report.findings}


def _fork(directory: Path) -> Written:
    """The same log up to entry 100, then another history, rightly signed by every key there is."""
    log = Written.empty(directory)
    log.grow(held()[:100])
    last = {"auth": 0, "org": 0, "retention": 0}
    for turn in range(96):
        last[("auth", "org", "retention")[turn % 3]] += 1
    log.grow([SOURCES.note("auth", last["auth"] + n, subject="account/another") for n in range(1, SIZE - 99)])
    log.export()
    return log


def _cosign(checkpoint: Path) -> bytes:
    note = checkpoint.read_bytes()
    text = note[: note.rfind(b"\n\n") + 1]
    line = WITNESS.line(text, b"cosignature/v1\ntime 1767225600\n", (1_767_225_600).to_bytes(8, "big"))
    checkpoint.write_bytes(note + line)
    return line


def _bundles(files: Path, entries: list[bytes]) -> None:
    """Write the entry bundles anew, whatever the tiles say."""
    for n, name in enumerate(("000", "001.p/44")):
        part = entries[n * 256 : n * 256 + 256]
        (files / "tile/entries" / name).write_bytes(b"".join(len(e).to_bytes(2, "big") + e for e in part))
