"""A table is read to its last row, in stretches, whatever its rows are: on both databases (P18)."""

from __future__ import annotations

from sqlalchemy import Column, Engine, Integer, LargeBinary, MetaData, String, Table, delete, insert

from services.kernel.store.database import writing
from services.kernel.sweep import combing
from services.kernel.sweep.combing import BEGINNING, STRETCH, places

ROWS = 700


def stretches(engine: Engine, name: str) -> list[bytes]:
    place = next(one for one in places([engine]) if one.name.endswith(f": {name}"))
    offset: int | None = BEGINNING
    found = list[bytes]()
    while offset is not None:
        data, offset = place.read(offset)
        found.append(data)
    return found


def test_every_row_is_read_once_and_no_stretch_is_much_longer_than_it_may_be(engine: Engine) -> None:
    tables = MetaData()
    values = Table(
        "values of all kinds",
        tables,
        Column("idx", Integer, primary_key=True, autoincrement=False),
        Column("text", String),
        Column("bytes", LargeBinary),
    )
    tables.create_all(engine)
    long = bytes(range(256)) * 4
    with writing(engine) as session:
        for number in range(ROWS):
            big = number % 100 == 50
            row = {"idx": number, "text": f"row-{number:04}-" + ("y" * 700_000 if big else "z" * 400), "bytes": long}
            session.execute(insert(values).values(row))
        session.execute(delete(values).where(values.c.idx % 7 == 3))
    there = [number for number in range(ROWS) if number % 7 != 3]

    found = stretches(engine, "values of all kinds")
    whole = b"".join(found)
    assert [whole.count(f"row-{number:04}-".encode()) for number in there] == [1] * len(there)
    assert whole.count(long) == len(there), "bytes are read as they are"
    assert whole.count(b"row-") == len(there)
    assert max(map(len, found)) < STRETCH + 702_000
    assert len(found) > 3


def test_an_empty_table_and_one_that_was_emptied_have_an_end(engine: Engine) -> None:
    tables = MetaData()
    empty = Table("empty", tables, Column("idx", Integer, primary_key=True), Column("text", String))
    tables.create_all(engine)
    assert stretches(engine, "empty") == [b""]
    with writing(engine) as session:
        session.execute(insert(empty), [{"idx": number, "text": "x" * 1000} for number in range(900)])
        session.execute(delete(empty))
    assert b"".join(stretches(engine, "empty")) == b""
    assert combing.BLOCKS > 1
