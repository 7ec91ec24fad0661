"""The register's totals are kept while requests go on, and say what one would count of its lines (P15, I5)."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Connection

from services.contracts.retention import (
    DataRequested,
    ErasureExcepted,
    RecipientTold,
    Reminder,
    RequestExtended,
    RequestFulfilled,
    RequestRefused,
    RequestReminded,
    RestrictionEnded,
    RestrictionGround,
)
from services.kernel.codec import instant
from services.kernel.store.database import sqlite
from services.retention.schemas import requests as schemas
from services.retention.views import register, requests
from services.retention.views.request_numbers import OPEN
from tests.rules.contracts import example

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
NOW = instant(BEGIN + timedelta(days=50))
PERIODS = (
    (None, None, None),
    ("ours", None, None),
    (None, "2026-01-20T00:00:00.000000Z", "2026-03-05T00:00:00.000000Z"),
    ("theirs", "2026-02-01T00:00:00.000000Z", None),
    ("nobody", None, None),
)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Connection]:
    engine, chance = sqlite(tmp_path / "retention.sqlite3"), random.Random(9)
    requests.tables.create_all(engine)
    with engine.begin() as opened:
        for number in range(120):
            _live(opened, chance, number)
        yield opened
    engine.dispose()


def _live(session: Connection, chance: random.Random, number: int) -> None:
    """One request, from the day it came to wherever chance leaves it."""
    at = BEGIN + timedelta(days=chance.randrange(70), hours=chance.randrange(24))
    told = replace(
        example(DataRequested),
        request=f"r{number:03}",
        organisation=chance.choice(("ours", "theirs")),
        account=f"a{number}",
        received_at=at,
        due=at + timedelta(days=30),
        remind_at=at + timedelta(days=20),
        duplicate_of=chance.choice((None, None, "r000")),
    )
    steps: list[Any] = [told]
    if chance.random() < 0.3:
        steps.append(_of(RequestExtended, number, due=at + timedelta(days=60), remind_at=at + timedelta(days=50)))
    steps += [_of(RequestReminded, number, why=why) for why in Reminder if chance.random() < 0.3]
    closing = at + timedelta(days=chance.randrange(20, 70))
    match chance.randrange(4):
        case 0:
            steps.append(_of(RequestRefused, number, at=closing))
        case 1 | 2:
            steps.append(
                _of(
                    RequestFulfilled,
                    number,
                    at=closing,
                    recipients=("r1", "r2"),
                    restriction=chance.choice((None, *RestrictionGround)),
                )
            )
            steps += [_of(RecipientTold, number)] if chance.random() < 0.3 else []
            steps += [_of(ErasureExcepted, number)] if chance.random() < 0.3 else []
            steps += [_of(RestrictionEnded, number)] if chance.random() < 0.3 else []
    for event in steps:
        record: Any = SimpleNamespace(event=event, sealed={}, envelope=None)
        requests.project(session, record)
    if chance.random() < 0.2:
        requests.drop(session, f"a{number}")


def _of(kind: type[Any], number: int, **said: Any) -> Any:
    return replace(example(kind), request=f"r{number:03}", **said)


def counted(rows: Any) -> dict[str, int]:
    lines = schemas.lines(rows, NOW)
    over = [line for line in lines if line["state"] not in OPEN]
    open_ = [line for line in lines if line["state"] in OPEN]
    return {
        "received": len(lines),
        "open": len(open_),
        "fulfilled": sum(line["state"] == "fulfilled" for line in lines),
        "fulfilled_in_part": sum(bool(line["excepted"]) for line in lines),
        "refused": sum(line["state"] == "refused" for line in lines),
        "extended": sum(row.extended for row in rows),
        "restricted": sum(bool(row.restriction and row.account and not row.lifted_at) for row in rows),
        "reminded": sum(bool(line["reminded_at"]) + bool(line["reminded_late_at"]) for line in lines),
        "recipients_to_tell": sum(line["to_tell"] or 0 for line in lines),
        "duplicates": sum(line["duplicate_of"] is not None for line in lines),
        "to_remind": sum(line["to_remind"] for line in lines),
        "overdue": sum(line["late"] for line in open_),
        "answered_late": sum(line["late"] for line in over),
    }


@pytest.mark.parametrize("period", PERIODS)
def test_every_line_stands_on_one_page_and_is_in_the_totals(session, period):
    whole, following = register.page(session, *period, None, 1000)
    assert following is None
    rows, after = list[Any](), None
    while True:
        part, after = register.page(session, *period, after, 7)
        rows += part
        if after is None:
            break
    assert rows == list(whole)
    assert register.totals(session, *period, NOW) == counted(rows)


def test_the_examples_have_something_of_everything(session):
    assert all(register.totals(session, None, None, None, NOW).values())
