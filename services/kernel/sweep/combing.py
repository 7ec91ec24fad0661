"""All that a service can reach of its own, read in stretches: tables as their program reads them, files byte by byte.

A file also holds what has been deleted and what is still to be moved from the write-ahead log; a table also holds what
is torn over pages in a file, or compressed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, CursorResult, Engine, inspect

from services.kernel.store.database import is_sqlite, reading

STRETCH = 256 * 1024
"""Bytes that are read in one go, but for the row they end in: where one thread serves many, so long the others wait."""
OVERLAP = 512
"""Bytes that two stretches share: more than the longest spelling."""
BLOCKS, PLACES, A_FEW = 32, 1 << 16, 4
"""Of PostgreSQL: blocks that are looked at in one go, places that a block has at most, rows that come at once."""
BEGINNING = -1

Read = Callable[[int], tuple[bytes, int | None]]


@dataclass(frozen=True)
class Place:
    """`read` answers what stands there from an offset on, and where to go on, None at the end."""

    name: str
    read: Read


def places(engines: Sequence[Engine], more: Iterable[Place] = ()) -> list[Place]:
    """In the same order each time, as long as there are the same tables."""
    found = [place for engine in engines for place in (*_tables(engine), *_files(engine))]
    return [*found, *more]


def reckoned(engines: Iterable[Engine]) -> int:
    """About how many bytes there are: a file is read twice, as its tables and as it lies."""
    found = 0
    for engine in engines:
        if not is_sqlite(engine):
            with reading(engine) as session:
                found += int(session.exec_driver_sql("select pg_database_size(current_database())").scalar_one())
        elif engine.url.database:
            path = Path(engine.url.database)
            found += 2 * path.stat().st_size if path.exists() else 0
    return found


def said(name: str, say: Callable[[], bytes]) -> Place:
    """What is made anew each time it is asked for."""
    return Place(name, lambda _: (say(), None))


def _tables(engine: Engine) -> Iterator[Place]:
    look = _sqlite if is_sqlite(engine) else _postgres
    for name in sorted(inspect(engine).get_table_names()):
        yield Place(f"{engine.url.database}: {name}".rpartition("/")[2], _table(engine, name, look))


Look = Callable[[Connection, str, int], tuple[bytes, int | None]]


def _table(engine: Engine, name: str, look: Look) -> Read:
    quoted = engine.dialect.identifier_preparer.quote(name)

    def read(offset: int) -> tuple[bytes, int | None]:
        with reading(engine) as session:
            return look(session, quoted, offset)

    return read


def _sqlite(session: Connection, table: str, after: int) -> tuple[bytes, int | None]:
    asked = f"select rowid, * from {table} where rowid > {after:d} order by rowid"  # noqa: S608 - its name
    with session.exec_driver_sql(asked) as rows:
        data, last = _some(rows)
    return data, None if last is None else int(last)


def _postgres(session: Connection, table: str, offset: int) -> tuple[bytes, int | None]:
    """An offset is a block, and a place in it. Rows come by a few: one may be of several MB."""
    block, place = divmod(max(offset, 0), PLACES)
    till = f"at.ctid > '({block:d},{place:d})'::tid and at.ctid < '({block + BLOCKS:d},0)'::tid"
    # Of the row, not of the answer: as text (0,10) would come before (0,2).
    asked = f"select at.ctid::text, at.* from {table} as at where {till} order by at.ctid"  # noqa: S608 - its name
    with session.exec_driver_sql(asked, execution_options={"yield_per": A_FEW}) as rows:
        data, last = _some(rows)
    if last is not None:
        block, place = map(int, last.strip("()").split(","))
        return data, block * PLACES + place
    size = session.exec_driver_sql(f"select pg_relation_size('{table}') / 8192").scalar_one()
    return data, (block + BLOCKS) * PLACES if block + BLOCKS < int(size) else None


def _some(rows: CursorResult[Any]) -> tuple[bytes, Any | None]:
    """Rows until there is enough of them, and which was the last one then; None where they all have come."""
    found, size = list[bytes](), 0
    for row in rows:
        found.append(_joined(row[1:]))
        size += len(found[-1])
        if size >= STRETCH:
            return b"\n".join(found), row[0]
    return b"\n".join(found), None


def _joined(row: Iterable[object]) -> bytes:
    return b"\t".join(bytes(cell) if isinstance(cell, bytes | memoryview) else str(cell).encode() for cell in row)


def _files(engine: Engine) -> Iterator[Place]:
    """Of PostgreSQL's own files this process sees none."""
    if is_sqlite(engine) and engine.url.database:
        for ending in ("", "-wal"):
            path = Path(engine.url.database + ending)
            yield Place(path.name, _file(path))


def _file(path: Path) -> Read:
    """One that is not there, or has become shorter, has ended."""

    def read(offset: int) -> tuple[bytes, int | None]:
        first, before = max(offset, 0), min(max(offset, 0), OVERLAP)
        try:
            data = os.pread(_held(path), STRETCH + before, first - before)
        except FileNotFoundError:
            return b"", None
        return data, first + STRETCH if len(data) == STRETCH + before else None

    return read


_HELD: dict[tuple[int, int], int] = {}


def _held(path: Path) -> int:
    """The file, open as long as this process lives: whoever closes one loses SQLite's own locks on it (POSIX)."""
    there = path.stat()
    key = there.st_dev, there.st_ino
    if key not in _HELD:
        _HELD[key] = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    return _HELD[key]
