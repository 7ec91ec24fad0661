"""Whether what rests here rests sealed: a sample of events and of every table, looked at for its form alone (P18).

Of an event it is known which fields are personal. Of a table it is not; but a column in which one value is sealed has
no other, so that a value which got there bare is found beside the sealed ones.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, MetaData, String, Table, Text, func, select

from services.kernel.commands.unit import Store
from services.kernel.store.eventstore import events, parse

SAMPLE = 200
SEALED = re.compile(r"s1:[^:\s]+:[^:\s]+:[^:\s]+:[A-Za-z0-9_\-]{38,}={0,2}\Z")
"""A nonce of 12 bytes and a tag of 16 are 38 characters, and then nothing is sealed yet."""


@dataclass(frozen=True)
class Looked:
    """How many events, personal values and columns with sealed ones were looked at, and how many were `bare`."""

    events: int
    values: int
    columns: int
    bare: int

    def told(self) -> dict[str, int]:
        return asdict(self)


def look(store: Store, sample: int = SAMPLE) -> Looked:
    """No value is opened, and none leaves."""
    tables = MetaData()
    tables.reflect(store.engine)
    with store.reading() as session:
        lines = _some_events(session, sample)
        values = [one for line in lines for one in _personal(line)]
        columns = [found for table in tables.sorted_tables for found in _columns(session, table, sample)]
    inside = [value for column in columns for value in column]
    bare = sum(not sealed for sealed in values) + sum(not SEALED.match(value) for value in inside)
    return Looked(len(lines), len(values) + len(inside), len(columns), bare)


def _some_events(session: Connection, sample: int) -> list[bytes]:
    """At random over the whole store; of a small one all."""
    last = session.execute(select(func.max(events.c.position))).scalar() or 0
    chosen = range(1, last + 1) if last <= sample else sorted({1 + secrets.randbelow(last) for _ in range(sample)})
    return list(session.execute(select(events.c.line).where(events.c.position.in_(chosen))).scalars())


def _personal(line: bytes) -> Iterator[bool]:
    """Of each personal value that the event has, whether it is sealed, as what it is."""
    record = parse(line)
    short = type(record.event).type.removeprefix("nl.crisisconnect.")
    for name, value in record.sealed.items():
        yield bool(SEALED.match(value)) and value.split(":", 4)[2:4] == [short, name]


def _columns(session: Connection, table: Table, sample: int) -> Iterator[list[str]]:
    """The values of each column of which one looks sealed; the rows are those that the database has at hand."""
    texts = [column for column in table.columns if isinstance(column.type, String | Text)]
    if not texts:
        return
    rows: list[Mapping[Any, Any]] = list(session.execute(select(*texts).limit(sample)).mappings().all())
    for column in texts:
        values = [str(row[column]) for row in rows if row[column]]
        if any(value.startswith("s1:") for value in values):
            yield values
