"""Logs made by the real ingest writer, of any size, without a broker; and the same as files."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from crisisconnect import log_files
from services.audit.ingest.writer import Writer
from services.audit.ledger import reading, tables
from services.kernel.store.database import reading as look, sqlite
from tests.examples.log import Sources

SOURCES = Sources.made()
LOG_VKEY = SOURCES.log.verifier.vkey
BATCH = 500


def notes(size: int, sources: Sources = SOURCES) -> Iterator[bytes]:
    """What the broker would have brought: the four registrations, then auth, org and retention in turn."""
    yield from sources.registrations()[:size]
    for turn in range(size - 4):
        yield sources.note(("auth", "org", "retention")[turn % 3], turn // 3 + 1)


@dataclass
class Written:
    """One log in a database, and its files in `files` once exported."""

    engine: Engine
    database: Path
    files: Path
    writer: Writer
    vkey: str

    @classmethod
    def empty(cls, directory: Path, sources: Sources = SOURCES) -> Written:
        directory.mkdir(parents=True, exist_ok=True)
        database = directory / "audit.sqlite3"
        engine = sqlite(database, pool=2)
        tables.create(engine)
        writer = Writer(engine, sources.pins, sources.log, directory / "head")
        writer.load()
        return cls(engine, database, directory / "log", writer, sources.log.verifier.vkey)

    @classmethod
    def of(cls, directory: Path, size: int, sources: Sources = SOURCES, stops: tuple[int, ...] = ()) -> Written:
        """A log of `size` entries; a checkpoint is signed at the end, and also at each of `stops`."""
        log = cls.empty(directory, sources)
        log.grow(list(notes(size, sources)), stops)
        return log

    def grow(self, coming: list[bytes], stops: tuple[int, ...] = ()) -> None:
        start = self.writer.state.edge.size
        cuts = sorted({*(stop - start for stop in stops), *range(0, len(coming), BATCH), len(coming)})
        cuts = [cut for cut in cuts if 0 <= cut <= len(coming)]
        for low, high in itertools.pairwise(cuts):
            self.writer.write(coming[low:high])
            if high + start in stops:
                self.writer.checkpoint()
        self.writer.checkpoint()

    @property
    def size(self) -> int:
        return self.writer.state.edge.size

    def export(self) -> Path:
        log_files.export(self.engine, self.vkey, self.files)
        return self.files

    def proof(self, index: int) -> bytes:
        with look(self.engine) as session:
            found = reading.tlog_proof(session, index)
        assert found is not None
        return found

    def checkpoint_of(self, size: int) -> bytes:
        """The checkpoint that was signed when the log had this size."""
        with look(self.engine) as session:
            found = reading.checkpoint_of(session, size)
        assert found is not None
        return found
