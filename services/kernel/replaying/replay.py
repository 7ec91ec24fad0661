"""Every view equals its replay: rebuild a service's views from its events alone, and tell each difference (I5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, String, Table, Text, select

from services.kernel.commands.unit import Store
from services.kernel.store import eventstore
from services.kernel.store.database import is_sqlite, writing
from services.kernel.transaction import guard

BATCH = 1000


@dataclass(frozen=True)
class Difference:
    """One row that is not what the events say: `missing` from the live view, `extra` in it, or `differs` in `columns`.

    Names only, never a value.
    """

    table: str
    key: tuple[Any, ...]
    kind: str
    columns: tuple[str, ...] = ()


def verify(store: Store, into: Engine, tables: Sequence[Table]) -> list[Difference]:
    """Replay into an empty scratch database and compare, both against one moment of the living one."""
    with moment(store.engine) as live:
        replay(store, into, live)
        with moment(into) as scratch:
            return compare(live, scratch, tables)


def replay(store: Store, into: Engine, live: Connection | None = None) -> int:
    """Project every event of `store`, in the order in which they were stored, into views that exist but are empty.

    Personal values stay sealed. Returns how many events.
    """
    if live is None:
        with moment(store.engine) as found:
            return replay(store, into, found)
    count = 0
    for batch in _batches(eventstore.everything(live, batch=BATCH)):
        # The keys are looked up before the scratch transaction begins.
        records = [store.reindex(record) for record in batch]
        with writing(into) as session:
            for record in records:
                for view in store.views:
                    view.project(session, record)
        count += len(records)
    return count


def compare(live: Connection, scratch: Connection, tables: Sequence[Table]) -> list[Difference]:
    """Every difference of `tables`, streamed by primary key."""
    return [difference for table in tables for difference in _compare(live, scratch, table)]


def _compare(live: Connection, scratch: Connection, table: Table) -> Iterator[Difference]:
    names = [column.name for column in table.columns]
    ours, theirs = _rows(live, table), _rows(scratch, table)
    here, there = next(ours, None), next(theirs, None)
    while here is not None or there is not None:
        if here is not None and (there is None or here[0] < there[0]):
            yield Difference(table.name, here[0], "extra")
            here = next(ours, None)
        elif there is not None and (here is None or there[0] < here[0]):
            yield Difference(table.name, there[0], "missing")
            there = next(theirs, None)
        elif here is not None and there is not None:
            columns = tuple(name for name, a, b in zip(names, here[1], there[1], strict=True) if a != b)
            if columns:
                yield Difference(table.name, here[0], "differs", columns)
            here, there = next(ours, None), next(theirs, None)


def _rows(session: Connection, table: Table) -> Iterator[tuple[tuple[Any, ...], tuple[Any, ...]]]:
    """Rows with their keys, in the order in which Python, SQLite and PostgreSQL's "C" all sort."""
    keys = list(table.primary_key.columns)
    places = [table.columns.keys().index(key.key) for key in keys]
    order = [
        key.collate("C") if isinstance(key.type, String | Text) and not is_sqlite(session) else key for key in keys
    ]
    streamed = session.execution_options(yield_per=BATCH)
    for row in streamed.execute(select(table).order_by(*order)):
        yield tuple(row[place] for place in places), tuple(row)


@contextmanager
def moment(engine: Engine) -> Iterator[Connection]:
    """One unchanging look, however long it takes and whatever is written meanwhile."""
    options: dict[str, Any] = {"reading": True}
    if not is_sqlite(engine):
        options["isolation_level"] = "REPEATABLE READ"
    with engine.connect().execution_options(**options) as session, guard():
        yield session


def _batches(records: Iterable[Any]) -> Iterator[list[Any]]:
    batch: list[Any] = []
    for record in records:
        batch.append(record)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
