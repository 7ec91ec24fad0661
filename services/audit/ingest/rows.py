"""The statements of one batch, in the fastest words each database has for them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, or_, select, text, tuple_, update
from sqlalchemy.exc import IntegrityError

from services.audit.ingest.notes import MAX_NOTE, Arrival, Bad
from services.audit.ledger.tables import entries, keys, pending, prunings, recorded, sources
from services.audit.ledger.tree import Tile
from services.kernel.store.database import is_sqlite

CHUNK = 500


class Taken(Exception):
    """A number, an index or an event's id stands in the log already."""


_COLUMNS = "idx, source, sequence, event_id, type, organisation, subject, correlation, time, note"
_TYPES = ["int8", "text", "int8", "text", "text", "text", "text", "text", "text", "bytea"]
_INSERT = f"insert into log_entries ({_COLUMNS}) values ({', '.join('?' * 10)})"  # noqa: S608
_COPY = f"copy log_entries ({_COLUMNS}) from stdin (format binary)"
_TILES = text(
    "insert into log_tiles (level, n, hashes) values (:level, :n, :hashes)"
    " on conflict (level, n) do update set hashes = excluded.hashes"
)
_QUARANTINE = text(
    "insert into log_quarantine (source, reason, digest, note, at) values (:source, :reason, :digest, :note, :at)"
    " on conflict (digest) do nothing"
)
_MARK = update(sources).where(sources.c.source == bindparam("name")).values(high_water=bindparam("mark"))
_VKEY = update(sources).where(sources.c.source == bindparam("name")).values(vkey=bindparam("key"))


def append(session: Connection, first: int, arrivals: Sequence[Arrival]) -> None:
    """Entries from index `first` on. Raises Taken when an index, a number or an event's id is there already."""
    driver: Any = session.dialect.dbapi
    rows = [(index, *arrival[:9]) for index, arrival in enumerate(arrivals, start=first)]
    try:
        if is_sqlite(session):
            session.exec_driver_sql(_INSERT, rows)
            return
        connection: Any = session.connection.driver_connection
        with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
            copy.set_types(_TYPES)
            for row in rows:
                copy.write_row(row)
    except (IntegrityError, driver.IntegrityError) as taken:
        raise Taken("an entry like it is there already") from taken


def keep_tiles(session: Connection, changed: Sequence[Tile]) -> None:
    session.execute(_TILES, [tile._asdict() for tile in changed])


def move_marks(session: Connection, marks: Iterable[tuple[str, int]], vkeys: Iterable[tuple[str, str]]) -> None:
    """How far each source has come, and the key of each that is registered now."""
    session.execute(_MARK, [{"name": source, "mark": mark} for source, mark in marks])
    if rows := [{"name": source, "key": vkey} for source, vkey in vkeys]:
        session.execute(_VKEY, rows)


def keep_keys(session: Connection, handed_over: Sequence[tuple[str, int, str, int]]) -> None:
    """Who holds from now on: source, from which number, verifier key, and the index of the entry that says so."""
    if rows := [dict(zip(("source", "since", "vkey", "idx"), one, strict=True)) for one in handed_over]:
        session.execute(keys.insert(), rows)


def keep_recorded(session: Connection, bundles: Sequence[int], at: str) -> None:
    """These bundles are full from now on."""
    if bundles:
        session.execute(recorded.insert(), [{"n": n, "at": at} for n in bundles])


def keep_prunings(session: Connection, said: Sequence[tuple[int, int, str]]) -> None:
    """Entries that let the log's oldest go: index, minimum, and each source's last number below it."""
    if rows := [{"idx": idx, "minimum": minimum, "numbers": text, "gone": False} for idx, minimum, text in said]:
        session.execute(prunings.insert(), rows)


def notes_of(session: Connection, numbers: Sequence[tuple[str, int]]) -> dict[tuple[str, int], bytes]:
    """The entries that stand in the log under these numbers."""
    return _notes(session, entries, numbers)


def waiting_notes_of(session: Connection, numbers: Sequence[tuple[str, int]]) -> dict[tuple[str, int], bytes]:
    """What waits in `pending` under these numbers."""
    return _notes(session, pending, numbers)


def waiting_from(session: Connection, source: str, sequence: int) -> list[bytes]:
    """What waits of a source from this number on without a gap, a chunk of it."""
    rows = session.execute(
        select(pending.c.sequence, pending.c.note)
        .where(pending.c.source == source, pending.c.sequence >= sequence)
        .order_by(pending.c.sequence)
        .limit(CHUNK)
    ).all()
    return [bytes(row.note) for at, row in enumerate(rows) if row.sequence == sequence + at]


def waiting_below(session: Connection, marks: Iterable[tuple[str, int]]) -> dict[tuple[str, int], bytes]:
    """What waits though its number is passed: `marks` are (source, next number)."""
    rows = session.execute(select(pending).where(_below(marks)))
    return {(row.source, row.sequence): bytes(row.note) for row in rows}


def drop_below(session: Connection, marks: Iterable[tuple[str, int]]) -> None:
    session.execute(delete(pending).where(_below(marks)))


def drop_waiting(session: Connection, source: str, sequence: int) -> None:
    session.execute(delete(pending).where(pending.c.source == source, pending.c.sequence == sequence))


def keep_waiting(session: Connection, arrivals: Sequence[Arrival], at: str) -> None:
    session.execute(
        pending.insert(),
        [{"source": a.source, "sequence": a.sequence, "note": a.note, "at": at} for a in arrivals],
    )


def ids_taken(session: Connection, arrivals: Sequence[Arrival]) -> dict[str, tuple[str, int]]:
    """event id → the number it stands under in the log."""
    found: dict[str, tuple[str, int]] = {}
    for start in range(0, len(arrivals), CHUNK):
        ids = [arrival.event_id for arrival in arrivals[start : start + CHUNK]]
        rows = session.execute(
            select(entries.c.event_id, entries.c.source, entries.c.sequence).where(entries.c.event_id.in_(ids))
        )
        found.update({row.event_id: (row.source, row.sequence) for row in rows})
    return found


def keep_bad(session: Connection, bad: Sequence[Bad], at: str) -> None:
    session.execute(
        _QUARANTINE,
        [
            {
                "source": b.source,
                "reason": b.reason.value,
                "digest": hashlib.sha256(b.note).hexdigest(),
                "note": b.note[:MAX_NOTE],
                "at": at,
            }
            for b in bad
        ],
    )


def _below(marks: Iterable[tuple[str, int]]) -> Any:
    return or_(*(and_(pending.c.source == source, pending.c.sequence < following) for source, following in marks))


def _notes(session: Connection, table: Any, numbers: Sequence[tuple[str, int]]) -> dict[tuple[str, int], bytes]:
    found: dict[tuple[str, int], bytes] = {}
    for start in range(0, len(numbers), CHUNK):
        asked = tuple_(table.c.source, table.c.sequence).in_(numbers[start : start + CHUNK])
        rows = session.execute(select(table.c.source, table.c.sequence, table.c.note).where(asked))
        found.update({(row.source, row.sequence): bytes(row.note) for row in rows})
    return found
