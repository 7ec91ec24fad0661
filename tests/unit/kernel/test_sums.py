"""What is kept of rows is what one counts of them, whatever the period; and a page begins where the last one ended."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, Connection, Integer, MetaData, String, Table, cast, insert, literal, select

from services.kernel.decider import Refused
from services.kernel.store import paging, sums
from services.kernel.store.database import sqlite

tables = MetaData()
things = Table("things", tables, Column("organisation", String(8)), Column("day", String(10)), Column("id", String(8)))
kept = sums.sums("thing_sums", tables, "all", "odd")
made = sums.sums("thing_sums_made", tables, "all", "odd")
BEGIN = date(2025, 11, 20)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Connection]:
    engine, chance = sqlite(tmp_path / "sums.sqlite3"), random.Random(3)
    tables.create_all(engine)
    with engine.begin() as opened:
        for number in range(400):
            day = (BEGIN + timedelta(days=chance.randrange(150))).isoformat()
            whose = chance.choice(("ours", "theirs"))
            opened.execute(insert(things).values(organisation=whose, day=day, id=f"{number:03}"))
            sums.add(opened, kept, whose, f"{day}T12:00:00Z", {"all": 1, "odd": number % 2})
        yield opened
    engine.dispose()


def counted(session: Connection, whose: str | None, since: str | None, until: str | None) -> dict[str, int]:
    rows = [row for row in session.execute(select(things)) if whose in (None, row.organisation)]
    mine = [row for row in rows if (since or "") <= row.day < (until or "~")]
    return {"all": len(mine), "odd": sum(int(row.id) % 2 for row in mine)}


def test_a_total_is_what_one_counts_in_any_period(session):
    chance = random.Random(11)
    ends = [None, *((BEGIN + timedelta(days=day)).isoformat() for day in range(-40, 190))]
    for _ in range(300):
        whose, since, until = (
            chance.choice((None, "ours", "theirs", "nobody")),
            chance.choice(ends),
            chance.choice(ends),
        )
        if since and until and since >= until:
            continue
        found = counted(session, whose, since, until)
        assert sums.total(session, kept, whose, since, until) == found, (whose, since, until)
        if whose is None:
            each = sums.by_organisation(session, kept, None, since, until)
            assert sum(one["all"] for one in each.values()) == found["all"]
            assert all(one == counted(session, name, since, until) for name, one in each.items())


def test_a_long_period_is_read_by_the_month(session):
    assert list(sums.spans("2025-11-20", "2026-04-02")) == [
        ("month", "2025-12", "2026-04"),
        ("day", "2025-11-20", "2025-12-01"),
        ("day", "2026-04-01", "2026-04-02"),
    ]
    assert list(sums.spans("2025-12-05", "2025-12-09")) == [("day", "2025-12-05", "2025-12-09")]
    assert list(sums.spans(None, None)) == [("month", None, None)]


def test_it_can_be_made_of_the_rows_again(session):
    odd: Any = (cast(things.c.id, Integer) % 2).label("odd")
    sums.derive(session, made, select(things.c.organisation, things.c.day, literal(1).label("all"), odd).subquery())
    order = [column.name for column in kept.primary_key]
    assert session.execute(select(made).order_by(*order)).all() == session.execute(select(kept).order_by(*order)).all()


def test_what_is_taken_off_leaves_as_if_it_had_never_been_added(session):
    before = sums.total(session, kept, "ours", None, None)
    sums.add(session, kept, "ours", "2026-01-01", {"all": 1})
    sums.add(session, kept, "ours", "2026-01-01", {"all": -1})
    assert sums.total(session, kept, "ours", None, None) == before


def test_pages_hold_each_row_once_though_one_comes_before_meanwhile(session):
    order = (things.c.day, things.c.id)
    rows, after = [], None
    while True:
        some = select(things).order_by(*order).limit(7)
        part = session.execute(some if after is None else some.where(paging.behind(after, order))).all()
        rows += part
        if not part:
            break
        after = paging.place(part[-1], order)
        session.execute(insert(things).values(organisation="ours", day="2000-01-01", id=f"x{len(rows)}"))
    assert len(rows) == len({row.id for row in rows}) == 400


@pytest.mark.parametrize("after", ["", "2026", "2026/1/2"])
def test_what_is_no_place_is_refused(after):
    columns = (things.c.day, things.c.id)
    with pytest.raises(Refused, match="cursor_invalid"):
        paging.behind(after, columns)
