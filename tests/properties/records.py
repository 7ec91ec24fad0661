"""What stands on a world's disks, read with as little of the product as can be."""

from __future__ import annotations

import re
import sqlite3
from calendar import monthrange
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson

SEALED = re.compile(rb"s1:([0-9a-f-]{36}):")


@dataclass(frozen=True)
class Fact:
    """One event: `place` is its place in its service's store, or its index in the log."""

    place: int
    service: str
    id: str
    name: str
    said: dict[str, Any]
    sealed: frozenset[str]
    """The keys that its values are sealed with."""

    @property
    def data(self) -> dict[str, Any]:
        found: dict[str, Any] = self.said["data"]
        return found

    @property
    def time(self) -> datetime:
        return datetime.fromisoformat(self.said["time"])

    @property
    def stream(self) -> str:
        return str(self.said["subject"])


@dataclass(frozen=True)
class Wrapped:
    """A key as it rests, under the key of an epoch."""

    identity: str
    owner: str
    category: str
    epoch: str
    box: bytes


@lru_cache(maxsize=20_000)
def _parsed(line: bytes) -> tuple[dict[str, Any], frozenset[str]]:
    text = line.split(b"\n", 1)[0]
    return orjson.loads(text), frozenset(found.decode() for found in SEALED.findall(text))


def stored(database: Path, service: str) -> list[Fact]:
    """A service's events in the order in which it stored them."""
    return list(_facts(database, "select position, line from events order by position", service))


def log(database: Path) -> list[Fact]:
    """The log's entries by index; `service` is their source."""
    return list(_facts(database, "select idx, note from log_entries order by idx", ""))


def _facts(database: Path, question: str, service: str) -> Iterator[Fact]:
    for place, line in asked(database, question):
        said, sealed = _parsed(bytes(line))
        name = said["type"].split(".")[-2]
        yield Fact(place, service or said["source"].removeprefix("/"), said["id"], name, said, sealed)


def keys(database: Path) -> list[Wrapped]:
    return [Wrapped(*row) for row in asked(database, "select id, owner, category, epoch, wrapped from keys")]


def buried(database: Path) -> set[str]:
    return {owner for (owner,) in asked(database, "select owner from tombstones")}


def asked(database: Path, question: str) -> list[Any]:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as session:
        return session.execute(question).fetchall()


def later(moment: datetime, term: str) -> datetime:
    """Some days or some months later; a month later is the same date, or that month's last day."""
    count = int(re.sub(r"\D", "", term))
    if term.endswith("D"):
        return moment + timedelta(days=count)
    assert term.endswith("M"), term
    year, month = divmod(moment.year * 12 + moment.month - 1 + count, 12)
    return moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))
