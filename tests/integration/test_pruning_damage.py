"""A log that begins later is verified like any other, and one that begins where nothing says so is found out."""

from __future__ import annotations

import random
import shutil
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from crisisconnect import log_files
from services.audit.ledger import pruned, tables
from services.kernel.configuration import Configuration
from services.kernel.store.database import reading as look
from services.reader import Damage, Report, verify_directory
from tests.integration.pruned import LONG_AGO, Old, old, years


@pytest.fixture
def world(home: Configuration) -> Iterator[Old]:
    """1,104 entries of long ago, and 100 and one of eleven years later, of which the first 1,024 are gone."""
    with old(home, None) as made:
        made.grow(500)
        made.hand_over("org", b"\x07" * 32)
        made.grow(599)
        made.now = LONG_AGO + years(11)
        made.grow(100, ("auth", "retention"))
        assert made.prune() == 1_024
        yield made


@pytest.fixture
def files(world: Old, tmp_path: Path) -> Path:
    log_files.export(world.audit.engine, world.home.installation["log"], tmp_path / "log")
    return tmp_path / "log"


def check(world: Old, files: Path) -> Report:
    return verify_directory(files, log_vkey=world.home.installation["log"], pins=world.home.installation["pins"])


def kinds(report: Report) -> set[Damage]:
    return {finding.damage for finding in report.findings}


def test_its_files_begin_where_the_log_does_and_are_sound(world: Old, files: Path) -> None:
    report = check(world, files)
    assert report.ok, report.text()
    assert (report.begins, report.pruned_by, report.size) == (1_024, 1_204, 1_205)
    assert report.root is not None
    assert report.sources == {"/audit": 5, "/auth": 600, "/org": 550, "/retention": 50}
    assert "begins at index 1024, as entry 1204 says" in report.text()
    bundles = sorted(path.name for path in (files / "tile/entries").rglob("*") if path.is_file())
    assert bundles == ["181"]
    assert len(list((files / "tile/0").glob("0??"))) == 4, "hash tiles stay"


def test_files_that_were_written_before_let_go_of_it_too(home: Configuration, tmp_path: Path) -> None:
    with old(home, None) as world:
        world.grow(1_100)
        world.now = LONG_AGO + years(11)
        log_files.export(world.audit.engine, home.installation["log"], tmp_path / "log")
        assert (tmp_path / "log/tile/entries/000").exists()
        assert world.prune() == 1_024
        log_files.export(world.audit.engine, home.installation["log"], tmp_path / "log")
        assert not (tmp_path / "log/tile/entries/000").exists()
        report = check(world, tmp_path / "log")
        assert report.ok, report.text()


def test_a_log_whose_front_is_cut_off_without_a_word_is_damaged(home: Configuration, tmp_path: Path) -> None:
    with old(home, None) as world:
        world.grow(1_100)
        log_files.export(world.audit.engine, home.installation["log"], tmp_path / "log")
        for n in range(4):
            (tmp_path / f"log/tile/entries/00{n}").unlink()
        report = check(world, tmp_path / "log")
        assert Damage.ENTRY_MISSING in kinds(report), report.text()
        assert report.first is not None
        assert report.first.index == 0

        with world.audit.engine.begin() as session:
            session.execute(delete(tables.entries).where(tables.entries.c.idx < 1_024, ~pruned.of_keys()))
        report = world.verify()
        assert Damage.ENTRY_MISSING in kinds(report), report.text()
        assert report.first is not None
        assert report.first.index == 4


def test_a_log_that_says_it_begins_later_and_has_no_such_entry_is_damaged(home: Configuration, tmp_path: Path) -> None:
    with old(home, None) as world:
        world.grow(1_100)
        log_files.export(world.audit.engine, home.installation["log"], tmp_path / "log")
        with look(world.audit.engine) as session:
            keys = pruned.of_keys()
            rows = session.execute(tables.entries.select().where(keys).order_by(tables.entries.c.idx)).all()
        lines = [pruned.FORMAT, "minimum 1024", "entry 1100"]
        lines += [f"key {row.idx} {b64encode(row.note).decode()}" for row in rows]
        (tmp_path / "log/pruned").write_text("".join(f"{line}\n" for line in lines))
        for n in range(4):
            (tmp_path / f"log/tile/entries/00{n}").unlink()
        report = check(world, tmp_path / "log")
        assert {Damage.PRUNING_INVALID, Damage.ENTRY_MISSING} <= kinds(report), report.text()


def test_a_bundle_too_many_that_went_is_named(world: Old, files: Path) -> None:
    with world.audit.engine.begin() as session:
        session.execute(delete(tables.entries).where(tables.entries.c.idx.between(1_024, 1_030)))
    report = world.verify()
    assert report.first is not None
    assert (report.first.damage, report.first.index) == (Damage.ENTRY_MISSING, 1_024)
    stated = (files / "pruned").read_text()
    (files / "pruned").write_text(stated.replace("minimum 1024", "minimum 768"))
    assert Damage.PRUNING_INVALID in kinds(check(world, files))


def test_bytes_that_are_said_to_be_gone_and_are_not_are_named(home: Configuration) -> None:
    with old(home, None) as world:
        world.grow(1_100)
        world.now = LONG_AGO + years(11)
        world.read()
        world.audit.pruning.turn()
        world.relay()
        world.log.writer.checkpoint()
        assert world.verify().ok, "it is said, and not done yet"
        with world.audit.engine.begin() as session:
            session.execute(update(tables.prunings).values(gone=True))
        assert Damage.ENTRY_SURPLUS in kinds(world.verify())


ROWS: list[tuple[str, str]] = [
    ("update log_prunings set minimum = 768", "pruning_invalid"),
    ("update log_prunings set idx = 1203", "pruning_invalid"),
    ("update log_prunings set gone = 0", "entry_missing"),
    ("update log_prunings set numbers = '{}'", "row_mismatch"),
    ("delete from log_prunings", "entry_missing"),
    ("delete from log_entries where idx = 1", "key_unknown"),
    ("delete from log_entries where idx = 504", "key_unknown"),
    ("update log_entries set note = note || 'x' where idx = 1", "entry_changed"),
    ("update log_entries set type = 'x' where idx = 1", "row_mismatch"),
    ("update log_entries set sequence = 9 where idx = 504", "row_mismatch"),
    ("update log_tiles set hashes = zeroblob(8192) where level = 0 and n = 1", "tile_changed"),
    ("delete from log_tiles where level = 0 and n = 2", "tile_missing"),
    ("update log_tiles set hashes = zeroblob(128) where level = 1", "tile_changed"),
    ("update log_sources set high_water = 551 where source = '/org'", "row_mismatch"),
    ("insert into log_recorded values (1, '2010-05-01T09:00:00.000000Z')", "row_mismatch"),
    ("insert into log_recorded values (9, 'soon')", "row_mismatch"),
]


@pytest.mark.parametrize(("words", "named"), ROWS, ids=[words for words, _ in ROWS])
def test_what_is_changed_in_the_tables_is_found_and_named(world: Old, words: str, named: str) -> None:
    with world.audit.engine.begin() as session:
        session.exec_driver_sql(words)
    report = world.verify()
    assert Damage(named) in kinds(report), report.text()


def test_one_flipped_bit_anywhere_in_its_files_is_found(world: Old, files: Path, tmp_path: Path) -> None:
    chance = random.Random(30)
    paths = [path for path in sorted(files.rglob("*")) if path.is_file() and path.name != "log.vkey"]
    survivors = []
    for turn in range(120):
        path = paths[turn % len(paths)]
        sound = path.read_bytes()
        raw = bytearray(sound)
        bit = chance.randrange(8 * len(raw))
        raw[bit // 8] ^= 1 << bit % 8
        path.write_bytes(raw)
        if check(world, files).ok:
            survivors.append(f"{path.relative_to(files)} byte {bit // 8}")
        path.write_bytes(sound)
    assert not survivors
    assert check(world, files).ok


Change = Callable[[Path], None]
STATED: list[tuple[str, Change]] = [
    ("gone", lambda path: path.unlink()),
    ("empty", lambda path: path.write_bytes(b"") and None),
    ("a line twice", lambda path: path.write_text(path.read_text() + path.read_text().splitlines(True)[-1]) and None),
    ("no line about keys", lambda path: path.write_text("".join(path.read_text().splitlines(True)[:3])) and None),
    ("another end of line", lambda path: path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n")) and None),
]


@pytest.mark.parametrize(("how", "change"), STATED, ids=[how for how, _ in STATED])
def test_what_says_where_it_begins_has_one_spelling_and_has_to_be_there(
    world: Old, files: Path, how: str, change: Change
) -> None:
    change(files / "pruned")
    report = check(world, files)
    assert not report.ok, how


def test_an_earlier_checkpoint_from_before_is_still_part_of_it(world: Old, files: Path, tmp_path: Path) -> None:
    with look(world.audit.engine) as session:
        early = session.execute(tables.checkpoints.select().where(tables.checkpoints.c.size == 504)).one()
    report = verify_directory(files, log_vkey=world.home.installation["log"], since=bytes(early.note))
    assert report.ok, report.text()
    shutil.rmtree(files / "tile/0")
    assert not check(world, files).ok
