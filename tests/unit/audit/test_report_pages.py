"""A report is whole: its pages together are all its rows, each once, and its totals are of all of them (P06, P09)."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import Connection, insert

from services.audit.reports import at_once
from services.audit.views import access, erasures, usage
from services.kernel.codec import instant
from services.kernel.decider import Refused
from services.kernel.store.database import sqlite, writing

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
NOW = instant(BEGIN + timedelta(days=40))
ENDS = ("ordered", "cancelled", "held", "braked", "released", "certified", "unreadable in copies", "completed by auth")
PERIODS = (
    (None, None, None),
    ("ours", None, None),
    (None, instant(BEGIN + timedelta(days=3)), None),
    ("theirs", instant(BEGIN + timedelta(days=2)), instant(BEGIN + timedelta(days=30))),
    ("nobody", None, None),
)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Connection]:
    engine = sqlite(tmp_path / "audit.sqlite3")
    for view in (erasures, access, usage):
        view.tables.create_all(engine)
    with writing(engine) as made:
        chance = random.Random(7)
        _erasures(made, chance)
        _access(made, chance)
        _usage(made, chance)
        for view in (erasures, access, usage):
            view.derive(made)
    with engine.connect() as opened:
        yield opened
    engine.dispose()


def _erasures(session: Connection, chance: random.Random) -> None:
    for number in range(70):
        day = BEGIN + timedelta(days=number // 3)  # several at one moment
        taken = [
            *(["requested"] if number < 60 else []),  # the others are of a session or a category: nobody asked
            *(["scheduled"] if chance.random() < 0.9 else []),
            *chance.sample(ENDS, chance.randrange(5)),
        ]
        for index, step in enumerate(taken):
            due = instant(day + timedelta(days=chance.randrange(60))) if step in ("scheduled", "braked") else None
            due = None if step == "braked" and chance.random() < 0.3 else due
            row = {"erasure": f"e{number:02}", "step": step}
            row |= {
                "organisation": ("ours", "theirs")[number % 2],
                "event": f"{number}-{index}",
                "idx": 100 * number + index,
            }
            session.execute(insert(erasures.steps).values(**row, at=instant(day), due=due))


def _access(session: Connection, chance: random.Random) -> None:
    for index in range(200):
        at = instant(BEGIN + timedelta(days=chance.choice((0, 0, 2, 3, 9, 31)), seconds=chance.randrange(86_400)))
        row = {"idx": index, "organisation": chance.choice(("ours", "theirs")), "day": at[:10], "at": at}
        row |= {
            "kind": chance.choice([one for one in access.KINDS if one != "people_seen"]),
            "count": chance.randrange(1, 5),
        }
        row |= {"role": chance.choice((None, "beheerder")), "purpose": None, "code": None}
        session.execute(insert(access.facts).values(row))


def _usage(session: Connection, chance: random.Random) -> None:
    for index in range(30):
        row = {"idx": index, "organisation": ("ours", "theirs")[index % 2], "kind": f"kind{index % 3}", "people": 5}
        day = (BEGIN + timedelta(days=index // 3)).date().isoformat()
        session.execute(insert(usage.days).values(**row, day=day, facts=5 * chance.randrange(1, 9)))


def all_pages(page: Callable[[str | None], Any]) -> tuple[list[dict[str, Any]], int]:
    rows, after, pages = list[dict[str, Any]](), None, 0
    while pages < 500:
        part = page(after)
        rows, after, pages = rows + part.rows, part.next, pages + 1
        if after is None:
            return rows, pages
    raise AssertionError("it has no end")


@pytest.mark.parametrize("period", PERIODS)
def test_every_erasure_stands_on_one_page_and_is_counted(session: Connection, monkeypatch: Any, period: Any) -> None:
    whole = erasures.page(session, *period, NOW, None)
    assert whole.next is None
    monkeypatch.setattr(erasures, "PAGE", 7)
    rows, pages = all_pages(lambda after: erasures.page(session, *period, NOW, after))
    assert rows == whole.rows
    assert pages == len(rows) // 7 + 1
    assert len({row["erasure"] for row in rows}) == len(rows)
    assert erasures.totals(session, *period, NOW) == _counted(rows)


def _counted(rows: list[dict[str, Any]]) -> dict[str, int]:
    """From the rows, one by one, as whoever reads them would."""
    waiting = [row for row in rows if not row["ordered_at"] and not row["cancelled_at"]]
    return {
        "requested": len(rows),
        **{name: sum(bool(row[f"{name}_at"]) for row in rows) for name in ("cancelled", "ordered", "certified")},
        "unreadable_in_copies": sum(bool(row["unreadable_in_copies_at"]) for row in rows),
        "held": sum(bool(row["held_at"]) for row in waiting),
        "braked": sum(bool(row["braked_at"] and not row["released_at"]) for row in waiting),
        "overdue": sum(row["overdue"] for row in rows),
    }


def test_the_examples_have_something_of_everything(session: Connection) -> None:
    assert all(erasures.totals(session, None, None, None, NOW).values())
    assert all(access.totals(session, None, None, None).values())


@pytest.mark.parametrize("period", PERIODS)
def test_access_comes_page_by_page_and_none_is_left_out(session: Connection, monkeypatch: Any, period: Any) -> None:
    whole = access.page(session, *period, None)
    assert whole.next is None
    monkeypatch.setattr(access, "PAGE", 3)
    rows, _ = all_pages(lambda after: access.page(session, *period, after))
    assert rows == whole.rows
    assert access.count(session, *period) == len(rows)
    totals = access.totals(session, *period)
    assert totals["people_seen"] == sum(row["number"] for row in rows if row["kind"] == "data_viewed")
    assert totals["data_viewed"] == sum(row["events"] for row in rows if row["kind"] == "data_viewed")
    assert totals["signed_in"] == sum(row["number"] for row in rows if row["kind"] == "signed_in")


@pytest.mark.parametrize("period", PERIODS)
def test_usage_comes_page_by_page(session: Connection, monkeypatch: Any, period: Any) -> None:
    whole = usage.page(session, *period, None)
    monkeypatch.setattr(usage, "PAGE", 4)
    rows, _ = all_pages(lambda after: usage.page(session, *period, after))
    assert rows == whole.rows
    assert usage.count(session, *period) == len(rows)
    days, facts = {row["day"] for row in rows}, sum(row["facts"] for row in rows)
    assert usage.totals(session, *period) == {"facts": facts, "days": len(days)}


def test_what_has_a_row_for_each_thing_there_is_comes_at_once() -> None:
    made = [{"what": "sealing"}] * 2000
    assert len(at_once(made, {}, None).rows) == 2000
    with pytest.raises(Refused, match="cursor_invalid"):
        at_once(made, {}, "2026")


def test_what_is_told_goes_over_the_line(session: Connection) -> None:
    """A name that is a column's own, and no plain string, is no key of an answer."""
    everything = (None, None, None)
    told = [
        *erasures.page(session, *everything, NOW, None).rows,
        *access.page(session, *everything, None).rows,
        *usage.page(session, *everything, None).rows,
        erasures.totals(session, *everything, NOW),
        access.totals(session, *everything),
        usage.totals(session, *everything),
    ]
    assert orjson.loads(orjson.dumps(told)) == told
