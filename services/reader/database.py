"""A running installation's log: audit's tables, read without a lock while the log goes on growing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol
from urllib.parse import quote

from services.reader.note import Malformed
from services.reader.report import Unusable
from services.reader.rows import COLUMNS, Columns
from services.reader.shelf import Bundle, Earlier, Shelf
from services.reader.sources import REGISTRATION
from services.reader.stated import Left, Stated
from services.reader.tiles import HASH_BYTES, WIDTH

_ENTRIES = f"SELECT idx, note, {', '.join(COLUMNS)} FROM log_entries WHERE idx >= ? AND idx < ?"  # noqa: S608
_LEFT = f"{_ENTRIES} ORDER BY idx LIMIT 10000"
_MARKS = (
    "SELECT s.source, s.vkey, s.high_water,"
    " (SELECT count(*) FROM log_entries AS e WHERE e.idx >= ? AND e.source = s.source),"
    " EXISTS (SELECT 1 FROM log_entries AS e WHERE e.idx >= ? AND e.type = ?)"
    " FROM log_sources AS s ORDER BY s.source"
)
_WAITING = (
    "SELECT p.source, p.sequence, p.note, p.at, s.high_water"
    " FROM log_pending AS p LEFT JOIN log_sources AS s ON s.source = p.source ORDER BY p.source, p.sequence"
)
_COSIGNED = (
    "SELECT c.size, c.witness, c.line, c.at, k.note"
    " FROM log_cosignatures AS c LEFT JOIN log_checkpoints AS k ON k.size = c.size ORDER BY c.size, c.witness"
)
_CHECKPOINTS_AT_ONCE = 500
_LEAST = -(1 << 63)


class _Connection(Protocol):
    def execute(self, query: Any, params: Sequence[object] = ...) -> Any: ...
    def cursor(self) -> Any: ...
    def close(self) -> None: ...


class Mark(NamedTuple):
    """What is remembered of a source; `above`: how many of its entries lie above the checkpoint that is verified;
    `registering`: whether there is a registration among all those."""

    source: str
    vkey: str | None
    high_water: object
    above: int
    registering: bool


class Waiting(NamedTuple):
    """A note that came early, what it is filed under, and its source's high-water mark at the same moment."""

    source: str
    sequence: int
    note: bytes
    at: object
    high_water: int | None


class Cosigned(NamedTuple):
    """A witness's line as it was kept, and the checkpoint that is kept under the same size, if one is."""

    size: object
    witness: str
    line: bytes
    at: object
    note: bytes | None


class Database(Shelf):
    """Reads the tables of a log, read-only; each answer is of one moment."""

    def __init__(self, url_or_path: str | Path) -> None:
        """A path or `sqlite:///path`, or `postgresql://…` with or without a driver. Raises Unusable."""
        given = str(url_or_path)
        self._connection: _Connection
        self.failures: tuple[type[Exception], ...] = (sqlite3.Error,)
        self._absent: tuple[type[Exception], ...] = (sqlite3.OperationalError,)
        self._mark = "?"
        if given.startswith(("postgresql", "postgres:")):
            import psycopg  # only here: the processes that check signatures start in half the time without it

            self.failures, self._absent = (psycopg.Error,), (psycopg.errors.UndefinedTable,)
            self._mark = "%s"
        try:
            if self._mark == "%s":
                scheme, _, rest = given.partition("://")
                self._connection = psycopg.connect(f"{scheme.partition('+')[0]}://{rest}", autocommit=True)
                self._connection.execute("SET default_transaction_read_only = on")
            else:
                path = given.removeprefix("sqlite:///")
                opened = sqlite3.connect(f"file:{quote(path)}?mode=ro", uri=True, timeout=10)
                # Damaged text is compared and named like any other, instead of ending the examination.
                opened.text_factory = lambda raw: raw.decode(errors="surrogateescape")
                self._connection = opened
        except self.failures as error:
            raise Unusable(f"the database cannot be opened: {type(error).__name__}") from error

    def close(self) -> None:
        self._connection.close()

    def head(self) -> tuple[int, bytes | str, bytes]:
        """The head's size and root as stored, and its signed note. Raises Unusable when there is none."""
        try:
            row = self._connection.execute("SELECT size, root, note FROM log_head WHERE id = 1").fetchone()
        except self.failures as error:
            raise Unusable(f"the log's tables cannot be read: {type(error).__name__}") from error
        if row is None or row[2] is None:
            raise Unusable("the log has no signed checkpoint yet")
        return int(row[0]), row[1] if isinstance(row[1], str) else bytes(row[1]), _bytes(row[2])

    def cosignatures(self, size: int) -> list[bytes]:
        """The lines of witnesses kept for the checkpoint of this size, maybe none."""
        rows = self._ask("SELECT line FROM log_cosignatures WHERE size = ? ORDER BY witness", size).fetchall()
        return [_bytes(row[0]) for row in rows]

    def handed_over(self, size: int) -> list[tuple[object, ...]]:
        """`log_keys` up to `size`: source, since, vkey, and whether the entry it names has that source and number."""
        words = (
            "SELECT k.source, k.since, k.vkey, e.idx FROM log_keys k LEFT JOIN log_entries e"
            " ON e.idx = k.idx AND e.source = k.source AND e.sequence = k.since - 1"
            " WHERE k.idx < ? ORDER BY k.source, k.since"
        )
        try:
            return [(*row[:3], row[3] is not None) for row in self._ask(words, size).fetchall()]
        except self._absent:
            return []  # a log of which no key was ever handed over need not have the table

    def coming_hand_overs(self, size: int) -> list[bytes]:
        """The notes of those that stand above `size`: entries, and under no checkpoint yet that was read."""
        words = "SELECT e.note FROM log_keys k JOIN log_entries e ON e.idx = k.idx WHERE k.idx >= ? ORDER BY k.idx"
        try:
            return [_bytes(row[0]) for row in self._ask(words, size).fetchall()]
        except self._absent:
            return []

    def checkpoint(self, size: int) -> bytes | None:
        """The note kept under this size."""
        row = self._ask("SELECT note FROM log_checkpoints WHERE size = ?", size).fetchone()
        return None if row is None else _bytes(row[0])

    def bundle(self, n: int, width: int) -> Bundle:
        entries: list[bytes | None] = [None] * width
        columns: list[Columns | None] = [None] * width
        low = n * WIDTH
        rows = self._ask(_ENTRIES, low, low + width)
        for idx, note, *values in rows:
            entries[idx - low] = _bytes(note)
            columns[idx - low] = tuple(values)
        return Bundle(entries, "log_entries", columns)

    def pruned(self) -> Stated | None:
        try:
            row = self._ask("SELECT minimum, idx FROM log_prunings WHERE gone ORDER BY idx DESC LIMIT 1").fetchone()
        except self._absent:
            return None  # a log that never let go of anything need not have the table
        if row is None:
            return None
        if type(row[0]) is not int or type(row[1]) is not int:
            raise Malformed("log_prunings: minimum or idx is no number")
        left = [Left(idx, _bytes(note), tuple(said)) for idx, note, *said in self._ask(_LEFT, _LEAST, row[0])]
        return Stated(row[0], row[1], tuple(left))

    def lettings(self, size: int) -> list[tuple[object, ...]]:
        """`log_prunings` up to `size`: index, minimum and numbers, as they are kept beside the entries."""
        try:
            return self._ask("SELECT idx, minimum, numbers FROM log_prunings WHERE idx < ?", size).fetchall()  # type: ignore[no-any-return]
        except self._absent:
            return []

    def recorded(self) -> list[tuple[object, ...]]:
        """`log_recorded`: the number of each full bundle, and when it was full."""
        try:
            return self._ask("SELECT n, at FROM log_recorded ORDER BY n").fetchall()  # type: ignore[no-any-return]
        except self._absent:
            return []

    def tile(self, level: int, n: int, width: int) -> bytes | None:
        row = self._ask("SELECT hashes FROM log_tiles WHERE level = ? AND n = ?", level, n).fetchone()
        if row is None:
            return None
        hashes = _bytes(row[0])
        # A partial tile's row grows in place; a full one must be exactly full.
        return hashes if width == WIDTH else hashes[: width * HASH_BYTES]

    def tile_name(self, level: int, n: int, width: int) -> str:
        return f"log_tiles level {level} n {n}, {width} hashes"

    def earlier(self, size: int) -> Iterator[Earlier]:
        query = "SELECT size, note FROM log_checkpoints WHERE size >= ? AND size <= ? ORDER BY size LIMIT ?"
        low = _LEAST  # a size below nothing is damage too, and wants to be seen
        while rows := self._ask(query, low, size, _CHECKPOINTS_AT_ONCE).fetchall():
            for kept, note in rows:
                yield Earlier(kept, _bytes(note), f"log_checkpoints size {kept}")
            low = rows[-1][0] + 1

    def above(self, size: int) -> Iterator[Earlier]:
        """Checkpoints kept under larger sizes than this, by size."""
        rows = self._ask("SELECT size, note FROM log_checkpoints WHERE size > ? ORDER BY size", size)
        for larger, note in rows:
            yield Earlier(larger, _bytes(note), f"log_checkpoints size {larger}")

    def marks(self, size: int) -> Iterator[Mark]:
        """Every row of `log_sources`, beside the entries from `size` on."""
        for row in self._ask(_MARKS, size, size, REGISTRATION):
            yield Mark(row[0], row[1], row[2], row[3], bool(row[4]))

    def waiting(self) -> Iterator[Waiting]:
        """Every row of `log_pending`, one at a time; nothing else may be asked meanwhile."""
        for source, sequence, note, at, high_water in self._stream(_WAITING):
            yield Waiting(source, sequence, _bytes(note), at, high_water)

    def cosigned(self) -> Iterator[Cosigned]:
        """Every row of `log_cosignatures`, one at a time; nothing else may be asked meanwhile."""
        for size, witness, line, at, note in self._stream(_COSIGNED):
            yield Cosigned(size, witness, _bytes(line), at, None if note is None else _bytes(note))

    def refused(self) -> Iterator[tuple[object, bytes, object]]:
        """Id, note and digest of every row of `log_quarantine`, one at a time; nothing else may be asked meanwhile."""
        for row_id, note, digest in self._stream("SELECT id, note, digest FROM log_quarantine ORDER BY id"):
            yield row_id, _bytes(note), digest

    def _stream(self, query: str) -> Any:
        cursor = self._connection.cursor()
        return cursor.stream(query) if hasattr(cursor, "stream") else cursor.execute(query)

    def _ask(self, query: str, *values: object) -> Any:
        return self._connection.execute(query.replace("?", self._mark), values)


def _bytes(value: Any) -> bytes:
    return value.encode(errors="surrogateescape") if isinstance(value, str) else bytes(value)
