"""Entries are found by what their envelope says: every one that fits, each once, however few there are among many."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert, text

from services.audit.ledger import reading, searching
from services.audit.ledger.tables import entries, head, tables
from services.kernel.store.database import sqlite

TYPES = ("nl.crisisconnect.auth.SignedIn.v1", "nl.crisisconnect.auth.SignedIn.v2", "nl.crisisconnect.org.Rare.v1")
MANY = 400


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Connection]:
    engine, chance = sqlite(tmp_path / "log.sqlite3"), random.Random(2)
    tables.create_all(engine)
    rows = [
        {
            "idx": index,
            "source": "/auth",
            "sequence": index + 1,
            "event_id": f"e{index}",
            "type": chance.choices(TYPES, (50, 20, 3))[0],
            "organisation": chance.choices(("ours", "theirs", None), (30, 8, 1))[0],
            "subject": f"{chance.choice(('account', 'session'))}/{chance.randrange(90)}",
            "correlation": f"c{chance.randrange(100)}",
            "time": "",
            "note": b"{}",
        }
        for index in range(MANY)
    ]
    with engine.begin() as opened:
        opened.execute(insert(entries), rows)
        opened.execute(insert(head).values(id=1, size=MANY - 5, root=b"", note=b""))
        yield opened
    engine.dispose()


ASKED: tuple[dict[str, str], ...] = (
    {},
    {"type_": "SignedIn"},
    {"type_": TYPES[0]},
    {"type_": "Rare", "organisation": "theirs"},
    {"type_": "SignedIn", "organisation": "theirs"},
    {"organisation": "theirs"},
    {"correlation": "c7", "organisation": "ours"},
    {"case": "11", "type_": "SignedIn"},
    {"case": "11"},
    {"type_": "NotThere"},
    {"type_": "Signed_n"},
)


def fits(row: Any, asked: dict[str, str]) -> bool:
    name = asked.get("type_")
    return (
        (name is None or row.type == name or f".{name}.v" in row.type)
        and asked.get("organisation") in (None, row.organisation)
        and asked.get("correlation") in (None, row.correlation)
        and (asked.get("case") is None or row.subject.split("/")[1] == asked["case"])
    )


@pytest.mark.parametrize("asked", ASKED, ids=str)
@pytest.mark.parametrize("scan", [3, 10_000])
def test_every_entry_that_fits_is_found_once(session, monkeypatch, asked, scan):
    monkeypatch.setattr(reading, "SCAN", scan)
    there = session.execute(entries.select().order_by(entries.c.idx)).all()
    wanted = [row.idx for row in there if row.idx < MANY - 5 and fits(row, asked)]
    found, after, answers = list[int](), -1, 0
    while after is not None:
        part = searching.search(session, after, 7, **asked)
        assert len(part.entries) <= 7
        found, after, answers = found + [index for index, _ in part.entries], part.next, answers + 1
        assert answers < MANY, "it has no end"
    assert found == wanted
    assert bool(wanted) == (asked.get("type_") not in ("NotThere", "Signed_n")), "this looks at nothing"


@pytest.mark.parametrize("asked", ASKED, ids=str)
def test_each_filter_is_found_by_an_index(session, monkeypatch, asked):
    said: list[str] = []
    real = session.execute

    def explained(statement: Any, *more: Any) -> Any:
        if "log_entries" in str(statement):
            words = statement.compile(session.engine, compile_kwargs={"literal_binds": True})
            said.extend(row.detail for row in real(text(f"explain query plan {words}")))
        return real(statement, *more)

    monkeypatch.setattr(session, "execute", explained)
    searching.search(session, 10, 5, **asked)
    monkeypatch.undo()
    assert any("SEARCH log_entries" in one for one in said), said
    assert not [one for one in said if one.startswith("SCAN log_entries")], said
