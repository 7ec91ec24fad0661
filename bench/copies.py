"""Rows that came about by themselves, laid down again as often as wanted, each copy with ids and numbers of its own.

So a database of a million lives is made in a minute, whatever its tables look like: one life is lived through the
services, its rows are read, and in each copy their ids begin differently. Plain indexes are made afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Engine, Table, func, select

from services.kernel.store.database import is_sqlite

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
_BEGINNING = 8
_ODD = 2_654_435_761
Cell = Callable[[int, str], Any]
Varied = Mapping[str, Callable[[int], str]]


def multiply(
    engine: Engine, table: Table, rows: Sequence[Any], times: int, *, shared: Iterable[str] = (), varied: Varied
) -> None:
    """Copy rows of a table `times` over. Ids among `shared` stay; a text of `varied` becomes what it says of a number.

    Numbers of 64 bits go on where the table's highest ends.
    """
    with engine.connect() as session:
        makers = [_cells(session, table, row, rows, frozenset(shared), varied) for row in rows]
    copies = (
        [cell(number, beginning) for cell in cells]
        for number in range(1, times + 1)
        # Multiplying by an odd number is one to one: no two copies begin alike, and they come in no order.
        for beginning in (f"{number * _ODD % 2**32:08x}",)
        for cells in makers
    )
    for index in table.indexes:
        index.drop(engine)
    with engine.connect() as session:
        driver: Any = session.connection.driver_connection
        (_into_sqlite if is_sqlite(engine) else _into_postgres)(driver, table, copies)
        for index in table.indexes:
            index.create(session)
        session.commit()
        session.invalidate()


def _cells(
    session: Connection, table: Table, row: Any, rows: Sequence[Any], shared: frozenset[str], varied: Varied
) -> list[Cell]:
    return [
        _number(session, column, row, rows)
        if isinstance(column.type, BigInteger)
        else _text(getattr(row, column.name), shared, varied)
        for column in table.columns
    ]


def _number(session: Connection, column: Column[Any], row: Any, rows: Sequence[Any]) -> Cell:
    value, mine = getattr(row, column.name), [n for one in rows if (n := getattr(one, column.name)) is not None]
    if value is None:
        return lambda *_: None
    first = value - min(mine) + session.execute(select(func.max(column))).scalar_one() + 1
    span = max(mine) - min(mine) + 1
    return lambda number, _: first + (number - 1) * span


def _text(value: Any, shared: frozenset[str], varied: Varied) -> Cell:
    """A cell with its ids cut off at their eighth character, so that a copy is put together by one `join`."""
    if not isinstance(value, str | bytes):
        return lambda *_: value
    text = value.decode("latin-1") if isinstance(value, bytes) else value
    parts, end = [], 0
    for found in _ID.finditer(text):
        if found[0] not in shared:
            parts.append(text[end : found.start()])
            end = found.start() + _BEGINNING
    parts.append(text[end:])
    changing = {was: said for was, said in varied.items() if was in text}

    def put_together(number: int, beginning: str) -> str | bytes:
        copy = beginning.join(parts)
        for was, said in changing.items():
            copy = copy.replace(was, said(number))
        return copy.encode("latin-1") if isinstance(value, bytes) else copy

    return put_together


def _into_sqlite(driver: Any, table: Table, copies: Iterator[list[Any]]) -> None:
    marks = ", ".join("?" * len(table.columns))
    driver.execute("pragma cache_size = -500000")
    driver.execute("begin immediate")
    driver.executemany(f"insert into {table.name} values ({marks})", copies)
    driver.execute("commit")
    driver.execute("pragma wal_checkpoint(truncate)")


def _into_postgres(driver: Any, table: Table, copies: Iterator[list[Any]]) -> None:
    names = ", ".join(column.name for column in table.columns)
    driver.execute("set statement_timeout = 0")
    with driver.cursor().copy(f"copy {table.name} ({names}) from stdin") as copy:
        for row in copies:
            copy.write_row(row)
    driver.execute(f"vacuum analyze {table.name}")
    if (counted := table.autoincrement_column) is not None:
        which = f"pg_get_serial_sequence('{table.name}', '{counted.name}')"
        driver.execute(f"select setval({which}, (select max({counted.name}) from {table.name}))")
