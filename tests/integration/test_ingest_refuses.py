"""A log that is not the one that was signed, or not whole, is not written on; a failing database halves nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, select, update
from sqlalchemy.exc import OperationalError

from services.audit.ingest.state import Untrustworthy
from services.audit.ledger import tables, tree
from services.kernel.store.database import sqlite
from tests.examples.log import Sources
from tests.integration.ingested import FIRST, Log, notes


def test_an_older_copy_of_the_database_is_refused(log: Log, engine: Engine) -> None:
    log.write(*FIRST)
    early = tables.head.select()
    with engine.connect() as session:
        old = session.execute(early).one()
    log.write(*notes("auth", [1, 2]))
    with engine.begin() as session:
        session.execute(delete(tables.entries).where(tables.entries.c.idx >= 4))
        session.execute(delete(tables.checkpoints).where(tables.checkpoints.c.size > 4))
        session.execute(update(tables.head).values(size=old.size, root=old.root, note=old.note))
        session.execute(update(tables.tiles).values(hashes=b"".join(tree.leaf_hash(n) for n in FIRST)))
        session.execute(update(tables.sources).where(tables.sources.c.source == "/auth").values(high_water=0))
    with pytest.raises(Untrustworthy, match="older copy"):
        log.another()
    log.file.unlink()
    log.another()


def test_an_empty_database_after_a_signed_log_is_refused(log: Log, tmp_path: Path) -> None:
    log.write(*FIRST)
    fresh = sqlite(tmp_path / "fresh.sqlite3")
    with pytest.raises(Untrustworthy, match="older copy"):
        Log(fresh, tmp_path)
    fresh.dispose()


def _flip(column: str) -> Callable[[Engine], None]:
    table = {"hashes": tables.tiles, "root": tables.head, "note": tables.entries}[column]

    def change(engine: Engine) -> None:
        with engine.begin() as session:
            kept = bytes(session.execute(select(table.c[column])).scalars().first() or b"")
            session.execute(update(table).values({column: kept[:20] + bytes([kept[20] ^ 1]) + kept[21:]}))

    return change


def _drop_tile(engine: Engine) -> None:
    with engine.begin() as session:
        session.execute(delete(tables.tiles))


def _foreign_head(engine: Engine) -> None:
    with engine.begin() as session:
        note = session.execute(select(tables.head.c.note)).scalar_one()
        text = note.rpartition(b"\n\n")[0] + b"\n"
        other = Sources.made(seeds=dict.fromkeys(("auth", "org", "audit", "retention", "log"), b"\x02" * 32))
        session.execute(update(tables.head).values(note=other.log.sign(text)))


def _lost_entry(engine: Engine) -> None:
    with engine.begin() as session:
        session.execute(delete(tables.entries).where(tables.entries.c.idx == 4))


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (_flip("hashes"), "do not give the root"),
        (_flip("root"), "says something else"),
        (_drop_tile, "tiles"),
        (_foreign_head, "not signed with this log's key"),
        (_lost_entry, "the log has 4"),
    ],
)
def test_a_damaged_log_is_not_written_on(log: Log, damage: Callable[[Engine], None], words: str) -> None:
    log.write(*FIRST, *notes("auth", [1]))
    damage(log.engine)
    with pytest.raises(Untrustworthy, match=words):
        log.another()


def test_an_unsigned_entry_that_changed_is_not_signed(log: Log) -> None:
    log.writer.checkpoint()
    log.writer.write(FIRST[:1])
    _flip("note")(log.engine)
    with pytest.raises(Untrustworthy, match="do not give their tiles"):
        log.another()


def test_when_the_database_fails_nothing_is_half_written(tmp_path: Path) -> None:
    log = Log(sqlite(tmp_path / "audit.sqlite3"), tmp_path)
    log.write(*FIRST)
    with log.engine.begin() as session:
        session.exec_driver_sql("alter table log_tiles rename to away")
    with pytest.raises(OperationalError):
        log.writer.write(notes("auth", [1]))
    with log.engine.begin() as session:
        session.exec_driver_sql("alter table away rename to log_tiles")
    log.writer.load()
    log.write(*notes("auth", [1, 2]))
    log.is_whole()
    log.engine.dispose()
