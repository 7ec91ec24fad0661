"""A running installation's tables verify as the directory does, and their columns may not say otherwise."""

from __future__ import annotations

import base64
import sqlite3
from contextlib import closing

import pytest

from services.reader import Damage, Unusable, verify_database
from services.reader.__main__ import main
from tests.unit.reader.tinylog import LOG, ORIGIN, PINS, Signer, Tables, checkpoint, entries, event


def verify(log: Tables, **more):
    return verify_database(log.path, log_vkey=LOG.vkey, pins=PINS, **more)


def first(log: Tables, **more):
    report = verify(log, **more)
    assert not report.ok
    return report.first.damage, report.first.index


@pytest.mark.parametrize("size", [0, 1, 2, 255, 256, 257, 600])
def test_sound_tables_are_sound(tables, size):
    log = tables(size, kept=tuple(range(0, size, 41)))
    report = verify(log)
    assert report.ok, report.text()
    assert verify_database(f"sqlite:///{log.path}", log_vkey=LOG.vkey).ok


def test_rows_above_the_head_are_the_log_still_growing(tables):
    log = tables(300)
    head = checkpoint(entries(290)).decode()
    root = base64.b64decode(head.split("\n")[2])
    log.change("UPDATE log_checkpoints SET size = 290, note = ?", head)
    log.change("UPDATE log_head SET size = 290, root = ?, note = ?", root, head)
    assert verify(log).ok, verify(log).text()


def test_a_head_whose_columns_say_otherwise_is_named(tables):
    log = tables(300)
    log.change("UPDATE log_head SET size = 299")
    assert first(log) == (Damage.ROW_MISMATCH, None)


@pytest.mark.parametrize(
    ("column", "value"),
    [("source", "/auth"), ("sequence", 9), ("event_id", "x"), ("type", "x"), ("organisation", None),
     ("subject", "x"), ("correlation", "x"), ("time", "2026-01-02T03:04:05.000007Z")],
)  # fmt: skip
def test_a_column_that_says_otherwise_is_named(tables, column, value):
    log = tables(300)
    log.change(f"UPDATE log_entries SET {column} = ? WHERE idx = 260", value)
    assert first(log) == (Damage.ROW_MISMATCH, 260)
    assert column in verify(log).first.detail


def test_an_entry_a_tile_or_a_row_gone_or_changed_is_named(tables):
    log = tables(600)
    log.change("UPDATE log_entries SET note = CAST(replace(note, 'id-300', 'id-3O0') AS BLOB) WHERE idx = 300")
    assert first(log) == (Damage.ENTRY_CHANGED, 300)
    log.change("DELETE FROM log_entries WHERE idx = 200")
    assert first(log) == (Damage.ENTRY_MISSING, 200)
    log.change("UPDATE log_tiles SET hashes = zeroblob(8192) WHERE level = 0 AND n = 0")
    assert first(log) == (Damage.TILE_CHANGED, 0)
    log.change("DELETE FROM log_tiles WHERE level = 1")
    assert Damage.TILE_MISSING in {finding.damage for finding in verify(log).findings}


def test_the_last_row_gone_is_a_log_cut_short(tables):
    log = tables(300)
    log.change("DELETE FROM log_entries WHERE idx = 299")
    assert first(log) == (Damage.TRUNCATED, 299)


def test_an_earlier_checkpoint_of_another_history_is_a_fork(tables):
    log = tables(300, kept=(100, 260))
    other = [*entries(300)[:10], event("/auth", 3, "Happened", "new", {}), *entries(300)[11:]]
    log.change("UPDATE log_checkpoints SET note = ? WHERE size = 260", checkpoint(other, 260).decode())
    assert first(log) == (Damage.FORK, None)


def test_an_earlier_checkpoint_that_fails_is_named(tables):
    log = tables(300, kept=(100, 260))
    log.change("UPDATE log_checkpoints SET note = replace(note, 'crisis', 'crises') WHERE size = 100")
    assert first(log) == (Damage.CHECKPOINT_INVALID, None)
    assert verify(log).first.where == "log_checkpoints size 100"


def test_a_head_that_is_not_kept_is_named(tables):
    log = tables(300)
    log.change("DELETE FROM log_checkpoints WHERE size = 300")
    assert first(log) == (Damage.ROW_MISMATCH, None)


def test_tables_that_cannot_be_read_are_unusable(tables, tmp_path):
    with pytest.raises(Unusable):
        verify_database(tmp_path / "nothing.sqlite3", log_vkey=LOG.vkey)
    log = tables(1)
    log.change("DELETE FROM log_head")
    with pytest.raises(Unusable, match="no signed checkpoint"):
        verify(log)


def test_verifying_writes_nothing(tables):
    log = tables(20)
    before = log.path.read_bytes()
    assert verify(log).ok
    assert log.path.read_bytes() == before


def test_a_log_that_is_being_written_is_read_beside_the_writer(tables):
    log = tables(20)
    with closing(sqlite3.connect(log.path, isolation_level=None)) as writer:
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("DELETE FROM log_entries")
        assert verify(log).ok
        writer.execute("ROLLBACK")


@pytest.mark.parametrize("size", [1_000_000, (1 << 63) - 1, -1, 100 - (1 << 63), -(1 << 63)])
def test_a_checkpoint_filed_above_the_head_or_below_nothing_is_judged_too(tables, size):
    log = tables(300, kept=(100,))
    log.change("UPDATE log_checkpoints SET size = ? WHERE size = 100", size)
    assert first(log) == (Damage.CHECKPOINT_INVALID, None)


def test_a_head_that_went_back_below_what_was_signed_is_truncated(tables):
    log = tables(300, kept=(290,))
    head = checkpoint(entries(290)).decode()
    log.change("UPDATE log_head SET size = 290, root = ?, note = ?", base64.b64decode(head.split("\n")[2]), head)
    assert first(log) == (Damage.TRUNCATED, 290)


@pytest.mark.parametrize(
    ("changed", "where"),
    [
        ("high_water = 98", "log_sources /auth"),
        ("high_water = 100", "log_sources /auth"),
        ("vkey = NULL", "log_sources /auth"),
        ("vkey = replace(vkey, '+', '-')", "log_sources /auth"),
        ("source = '/autk'", "log_sources /autk"),
    ],
)
def test_what_is_remembered_of_a_source_must_be_what_its_entries_say(tables, changed, where):
    log = tables(300)
    log.change(f"UPDATE log_sources SET {changed} WHERE source = '/auth' AND high_water = 99")
    first = verify(log).first
    assert (first.damage, first.where) == (Damage.ROW_MISMATCH, where)


@pytest.mark.parametrize("column", ["source", "vkey"])
def test_a_column_that_is_no_text_any_more_is_named_and_told(tables, column, capsys):
    log = tables(300)
    log.change(f"UPDATE log_sources SET {column} = CAST(X'2FF161' AS TEXT) WHERE source = '/auth'")
    log.change(f"UPDATE log_sources SET {column} = {column} || CAST(X'F1' AS TEXT) WHERE source = '/org'")
    wait(log, event("/auth", 150, "Happened", "x", {}))
    log.change("UPDATE log_pending SET source = CAST(X'2FF161' AS TEXT), at = CAST(X'2FF161' AS TEXT)")
    assert {Damage.ROW_MISMATCH} == {finding.damage for finding in verify(log).findings}
    assert main([str(log.path), "--log-vkey", LOG.vkey]) == 1
    assert "log_sources" in capsys.readouterr().out


def test_a_source_without_a_row_and_a_row_without_a_source_are_named(tables):
    log = tables(300)
    log.change("DELETE FROM log_sources WHERE source = '/org'")
    log.change("INSERT INTO log_sources VALUES ('/nobody', NULL, 0)")
    named = [(finding.damage, finding.where) for finding in verify(log).findings]
    assert named == [(Damage.ROW_MISMATCH, "log_sources /nobody"), (Damage.ROW_MISMATCH, "log_sources /org")]


def test_sources_that_moved_on_with_the_log_above_its_head_are_sound(tables):
    log = tables(300)
    head = checkpoint(entries(3)).decode()
    log.change("UPDATE log_checkpoints SET size = 3, note = ?", head)
    log.change("UPDATE log_head SET size = 3, root = ?, note = ?", base64.b64decode(head.split("\n")[2]), head)
    assert verify(log).ok, verify(log).text()
    log.change("UPDATE log_sources SET high_water = high_water + 1 WHERE source = '/retention'")
    assert verify(log).first.where == "log_sources /retention"


AT = "2026-01-02T03:04:05.000006Z"


def wait(log: Tables, note: bytes, source: str = "/auth", sequence: int = 150, at: str = AT) -> None:
    log.change("INSERT INTO log_pending VALUES (?,?,?,?)", source, sequence, note, at)


def test_what_waits_is_sound_when_it_is_signed_early_and_filed_as_it_says(tables):
    log = tables(300)
    for number in (150, 151, 4_000):
        wait(log, event("/auth", number, "Happened", f"early-{number}", {}), sequence=number)
    assert verify(log).ok, verify(log).text()


@pytest.mark.parametrize(
    ("differing", "damage"),
    [
        ({"note": event("/auth", 150, "Happened", "x", {}).replace(b'"c1"', b'"c2"')}, Damage.SIGNATURE_INVALID),
        ({"note": event("/auth", 151, "Happened", "x", {})}, Damage.ROW_MISMATCH),
        ({"note": event("/org", 150, "Happened", "x", {})}, Damage.ROW_MISMATCH),
        ({"note": b"not a note"}, Damage.ENTRY_UNREADABLE),
        ({"note": event("/auth", 99, "Happened", "x", {}), "sequence": 99}, Damage.NUMBER_DOUBLED),
        ({"at": "2026-01-02T03:04:05.00000vZ"}, Damage.ROW_MISMATCH),
        ({"at": "2026-01-02 03:04:05.000006Z"}, Damage.ROW_MISMATCH),
    ],
)
def test_what_waits_and_should_not_is_named(tables, differing, damage):
    log = tables(300)
    wait(log, **{"note": event("/auth", 150, "Happened", "x", {}), **differing})
    found = verify(log).first
    assert (found.damage, found.index) == (damage, None)
    assert found.where == f"log_pending /auth {differing.get('sequence', 150)}"


def test_what_waits_for_its_sources_registration_is_held_against_the_pin(tables):
    log = tables(2)
    wait(log, event("/org", 1, "Happened", "x", {}), "/org", 1)
    assert verify(log).ok, verify(log).text()
    assert verify_database(log.path, log_vkey=LOG.vkey).ok
    another = {**PINS, "/org": Signer(ORIGIN + "/org", seed=b"another").vkey}
    report = verify_database(log.path, log_vkey=LOG.vkey, pins=another)
    assert (report.first.damage, report.first.where) == (Damage.KEY_UNKNOWN, "log_pending /org 1")
