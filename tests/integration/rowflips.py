"""One bit flipped in one value of the log's tables, and put back."""

from __future__ import annotations

import random
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from services.reader import Report
from services.reader.tiles import WIDTH

TABLES = {
    "log_entries": (
        "idx", "source", "sequence", "event_id", "type", "organisation", "subject", "correlation", "time", "note",
    ),
    "log_tiles": ("level", "n", "hashes"),
    "log_checkpoints": ("size", "note"),
    "log_head": ("id", "size", "root", "note"),
    "log_sources": ("source", "vkey", "high_water"),
    "log_pending": ("source", "sequence", "note", "at"),
    "log_cosignatures": ("size", "witness", "line", "at"),
    "log_quarantine": ("digest", "note"),
}  # fmt: skip
WEIGHTS = {
    "log_entries": 12, "log_tiles": 6, "log_checkpoints": 4, "log_head": 2,
    "log_sources": 4, "log_pending": 4, "log_cosignatures": 3, "log_quarantine": 1,
}  # fmt: skip
Names = Callable[[Report], bool]
MOMENT = re.compile(rb"\d{4}-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\d\.\d{6}Z")


class RowFlip(NamedTuple):
    """Where the bit is, whether a report names it, what no other flip beside it may touch, and why it may survive."""

    place: str
    names: Names
    own: object
    allowed: str | None


class Rows:
    """The tables of a log that nobody writes to meanwhile."""

    def __init__(self, database: Path, chance: random.Random) -> None:
        self._chance = chance
        self._db = sqlite3.connect(database, isolation_level=None)
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.text_factory = bytes
        self._flipped: set[tuple[str, int]] = set()
        bounds = {table: self._db.execute(f"SELECT min(rowid), max(rowid) FROM {table}").fetchone() for table in TABLES}
        self._bounds: dict[str, tuple[int, int]] = bounds

    @contextmanager
    def flipped(self, taken: set[object]) -> Iterator[RowFlip]:
        """One more, in a row that nothing `taken` stands for; as it was again afterwards."""
        while True:
            table = self._chance.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
            column = self._chance.choice(TABLES[table])
            row = self._row(table)
            own = self._own(table, row)
            if own in taken or (table, row["rowid"]) in self._flipped or row[column] is None:
                continue
            changed = self._change(row[column], column)
            try:
                self._set(table, column, changed, row["rowid"])
            except sqlite3.IntegrityError:
                continue  # the key of another row: the database itself would have refused
            break
        now = changed if _is_rowid(table, column) else row["rowid"]
        self._flipped.add((table, now))
        try:
            place = f"{table}.{column} of row {row['rowid']}"
            yield RowFlip(place, _names(table, row, {**row, column: changed}), own, _allowed(table, column, changed))
        finally:
            self._flipped.remove((table, now))
            self._set(table, column, row[column], now)

    def _row(self, table: str) -> dict[str, Any]:
        columns = ("rowid", *TABLES[table])
        found = None
        while found is None:  # where the last one has moved away
            found = self._some(table, columns)
        return dict(zip(columns, found, strict=True))

    def _some(self, table: str, columns: tuple[str, ...]) -> tuple[Any, ...] | None:
        found: tuple[Any, ...] | None = self._db.execute(
            f"SELECT {', '.join(columns)} FROM {table} WHERE rowid >= ? ORDER BY rowid LIMIT 1",
            (self._chance.randint(*self._bounds[table]),),
        ).fetchone()
        return found

    def _change(self, value: Any, column: str) -> Any:
        if isinstance(value, int):
            bit = self._chance.randrange(64)
            changed = (value ^ (1 << bit)) & (1 << 64) - 1
            return changed - (1 << 64) if changed >= 1 << 63 else changed
        raw = bytearray(value)
        bit = self._chance.randrange(8 * len(raw))
        raw[bit // 8] ^= 1 << bit % 8
        return bytes(raw)

    def _set(self, table: str, column: str, value: Any, rowid: int) -> None:
        text = isinstance(value, bytes) and column not in ("note", "hashes", "root", "line")
        self._db.execute(
            f"UPDATE {table} SET {column} = {'CAST(? AS TEXT)' if text else '?'} WHERE rowid = ?", (value, rowid)
        )

    def _own(self, table: str, row: dict[str, Any]) -> object:
        if table == "log_entries":
            return "bundle", row["idx"] // WIDTH
        if table == "log_tiles":
            # A changed tile and a changed entry below it would be told as one.
            return "bundle" if row["level"] == 0 else table, row["n"]
        return table, 0 if table == "log_head" else row["rowid"]


def _is_rowid(table: str, column: str) -> bool:
    return (table, column) in {("log_entries", "idx"), ("log_checkpoints", "size"), ("log_head", "id")}


def _allowed(table: str, column: str, changed: Any) -> str | None:
    """When a note or a cosignature came is said by nothing else: another moment is as good as the one that was."""
    if column == "at" and MOMENT.fullmatch(changed):
        return f"another moment in {table}.at"
    return None


def _names(table: str, row: dict[str, Any], changed: dict[str, Any]) -> Names:
    if table == "log_entries":
        return lambda report: row["idx"] in {finding.index for finding in report.findings}
    if table == "log_tiles":
        low = row["n"] * WIDTH * WIDTH ** row["level"]
        high = low + WIDTH * WIDTH ** row["level"]
        return lambda report: any(f.index is not None and low <= f.index < high for f in report.findings)
    places = {
        "log_sources": lambda: f"log_sources {_text(changed['source'])}",
        "log_pending": lambda: f"log_pending {_text(changed['source'])} {changed['sequence']}",
        "log_cosignatures": lambda: f"log_cosignatures size {changed['size']} of {_text(changed['witness'])}",
        "log_quarantine": lambda: f"log_quarantine {row['rowid']}",
    }
    if table in places:
        where = places[table]()
        return lambda report: where in {finding.where for finding in report.findings}
    names = ("log_checkpoints",) if table == "log_checkpoints" else ("log_head", "checkpoint", "log_checkpoints")
    return lambda report: any(f.where.startswith(names) for f in report.findings)


def _text(raw: bytes) -> str:
    return raw.decode(errors="surrogateescape")
