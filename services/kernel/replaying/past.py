"""A service's views as they were at a moment: made again from what the log has of it, and from nothing else.

Personal values stay sealed and no key is asked for, so the columns of blind indexes stay empty; whoever was erased by
that moment is erased in it, and whoever was erased since cannot be opened from it.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, MetaData, Table, func, select

from services.kernel.envelope import Recorded
from services.kernel.event import Event
from services.kernel.signing.entry import Entry
from services.kernel.store import eventstore
from services.kernel.store.database import plain, reading, writing
from services.kernel.store.scratch import Scratch, engine as scratch_engine

Seen = Callable[[Recorded], Recorded]
BATCH = 250
"""Events that are projected in one go: where one thread serves many, this is how long the others wait."""
FETCHED = 500
STALE = 86_400.0
"""Seconds after which what a killed process left behind is removed."""


class Views:
    """What a service shows: `own` modules project its own events, `followers` those of `followed` from the log."""

    def __init__(
        self, source: str, own: Sequence[Any], followers: Sequence[Any] = (), followed: Sequence[type[Event]] = ()
    ) -> None:
        self.source = f"/{source}"
        self.own = tuple(own)
        self.followers = tuple(followers)
        self._followed = {kind.type for kind in followed} if followers else set()

    @property
    def tables(self) -> list[Table]:
        metadata: list[MetaData] = [view.tables for view in (*self.own, *self.followers)]
        return [table for found in metadata for table in found.sorted_tables]

    def types(self) -> list[str]:
        """What has to be read of the log, as `entries` takes it: a whole type, or all of a service's own."""
        own = [f"nl.crisisconnect.{self.source[1:]}.*"] if self.own else []
        return own + sorted(self._followed)

    def rebuild(self, notes: Iterable[tuple[int, bytes]], into: Engine, seen: Seen | None = None) -> int:
        """Project entries, in the log's order, into an empty database. Returns how many; whose they are is trusted.

        `seen` tells how the service's own events looked to its views when they were new (`Store.reindex`): whoever
        has its keys can hold the living views against this. An investigation has none, and goes without.
        """
        for table in self.tables:
            table.create(into)
        count = 0
        for batch in _batches(notes):
            entries: Iterable[Entry] = (Entry(index, eventstore.parse(note), note) for index, note in batch)
            if seen is not None:
                entries = [self._seen(entry, seen) for entry in entries]  # keys are looked up before a transaction
            with writing(into) as connection:
                session = Scratch(connection)
                for entry in entries:
                    if entry.record.envelope.source == self.source:
                        for view in self.own:
                            view.project(session, entry.record)
                    if entry.record.envelope.type in self._followed:
                        for view in self.followers:
                            view.follow(session, entry)
            count += len(batch)
            time.sleep(0)  # where one thread serves many, it is the others' turn
        return count

    def _seen(self, entry: Entry, seen: Seen) -> Entry:
        return entry if entry.record.envelope.source != self.source else replace(entry, record=seen(entry.record))

    def page(self, engine: Engine, seen: int, limit: int) -> list[dict[str, Any]]:
        """Some of `rows`, after the first `seen`."""
        return list(islice(self.rows(engine, seen), limit))

    def rows(self, engine: Engine, seen: int = 0) -> Iterator[dict[str, Any]]:
        """Every row but the first `seen` as `{"table", "row"}`, by table and key: the same wherever it is written."""
        for table in sorted(self.tables, key=lambda found: found.name):
            with reading(engine) as session:
                if seen:
                    here = session.execute(select(func.count()).select_from(table)).scalar_one()
                    if here <= seen:
                        seen -= here
                        continue
                streamed = session.execution_options(yield_per=FETCHED)
                ordered = select(table).order_by(*table.primary_key.columns).offset(seen)
                seen = 0
                for row in streamed.execute(ordered).mappings():
                    yield {"table": table.name, "row": plain(row)}


@contextmanager
def scratch(var: Path) -> Iterator[Path]:
    """A directory of one's own under `var/replays`, gone afterwards; the next one removes what a crash left."""
    room = var / "replays"
    room.mkdir(parents=True, exist_ok=True, mode=0o700)
    for left in room.iterdir():
        if left.stat().st_mtime < time.time() - STALE:
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=room) as made:
        yield Path(made)


@contextmanager
def rebuilt(views: Views, notes: Iterable[tuple[int, bytes]], path: Path, seen: Seen | None = None) -> Iterator[Engine]:
    """The views in an SQLite file at `path`, until the caller is done with them."""
    engine = scratch_engine(path)
    try:
        views.rebuild(notes, engine, seen)
        yield engine
    finally:
        engine.dispose()


def _batches(notes: Iterable[tuple[int, bytes]]) -> Iterator[list[tuple[int, bytes]]]:
    batch: list[tuple[int, bytes]] = []
    for note in notes:
        batch.append(note)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
