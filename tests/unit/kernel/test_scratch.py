"""A statement does in a scratch database what it does in a living one, the first time and every time after."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Boolean, Column, Integer, MetaData, String, Table, bindparam, delete, insert, select, update

from services.kernel.store import scratch
from services.kernel.store.database import sqlite, writing
from services.kernel.store.scratch import Scratch

tables = MetaData()
things = Table(
    "things",
    tables,
    Column("name", String(20), primary_key=True),
    Column("size", Integer, nullable=False),
    Column("kind", String(20)),
    Column("gone", Boolean, nullable=False, default=False),
)
_NEW = insert(things)
_ONE = update(things).where(things.c.name == bindparam("which"))
_GROWN = _ONE.values(size=things.c.size + 1, kind=bindparam("kind"))
_GONE = _ONE.values(gone=bindparam("gone"))
_OUT = delete(things).where(things.c.name.in_(bindparam("names", expanding=True)))


def told(session: Any) -> list[int]:
    """Every kind of statement, three times each; the counts of what was changed."""
    counts = []
    for round_ in "abc":
        session.execute(_NEW, {"name": round_, "size": 1})
        session.execute(_NEW, {"name": f"{round_}2", "size": 2, "kind": "k", "gone": True})
        session.execute(_NEW, [{"name": f"{round_}{n}", "size": n, "gone": False} for n in (3, 4)])
        counts.append(session.execute(_GROWN, {"which": round_, "kind": "grown"}).rowcount)
        counts.append(session.execute(_GROWN, {"which": "nobody", "kind": None}).rowcount)
        counts.append(session.execute(_GONE, {"which": round_, "gone": True}).rowcount)
        counts.append(session.execute(_OUT, {"names": [f"{round_}3", "x"]}).rowcount)
        counts.append(session.execute(delete(things).where(things.c.name == f"{round_}4")).rowcount)
    return counts


@pytest.mark.parametrize("twice", [False, True], ids=["new to it", "known to it"])
def test_what_views_write_is_the_same_as_in_a_living_database(tmp_path: Path, twice: bool) -> None:
    found = []
    kinds: list[tuple[Any, Callable[[Any], Any]]] = [
        (sqlite(tmp_path / "living"), lambda session: session),
        (scratch.engine(tmp_path / "scratch"), Scratch),
    ]
    for engine, made in kinds:
        tables.create_all(engine)
        for _ in range(1 + twice):
            with writing(engine) as session:
                session.execute(delete(things))
                counts = told(made(session))
        with engine.connect() as session:
            found.append((counts, session.execute(select(things).order_by(things.c.name)).all()))
        engine.dispose()

    assert found[0] == found[1]
    assert len(found[0][1]) == 6


def test_what_is_looked_for_is_found_in_what_was_just_written(tmp_path: Path) -> None:
    engine = scratch.engine(tmp_path / "scratch")
    tables.create_all(engine)
    with writing(engine) as connection:
        session = Scratch(connection)
        for name in "ab":
            session.execute(_NEW, {"name": name, "size": 1, "gone": False})
            assert session.execute(select(things.c.size).where(things.c.name == name)).scalar() == 1
    engine.dispose()
