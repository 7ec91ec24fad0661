"""A log as its one writer makes it, on either database: what the tests of the ingest look at."""

from __future__ import annotations

import random
import uuid
from pathlib import Path

import orjson
from sqlalchemy import Engine

from crisisconnect.postgres import Cluster
from services.audit.ingest.writer import Writer
from services.audit.ledger import reading, tables, tree
from services.kernel.store.database import ensure, open_engine, reading as look
from services.kernel.store.eventstore import cursors
from services.reader.tree import root_of, verify_consistency, verify_inclusion
from tests.examples.log import Sources

SOURCES = Sources.made()
FIRST = SOURCES.registrations()


class Log:
    """One database with the log's tables, and as many writers on it as a test wants."""

    def __init__(self, engine: Engine, directory: Path) -> None:
        self.engine, self.file = engine, directory / "head"
        tables.create(engine)
        cursors.create(engine, checkfirst=True)
        self.writer = self.another()

    def another(self, file: Path | None = None) -> Writer:
        writer = Writer(self.engine, SOURCES.pins, SOURCES.log, file or self.file)
        writer.load()
        return writer

    def write(self, *notes: bytes) -> None:
        self.writer.write(notes)
        self.writer.checkpoint()

    def entries(self) -> list[bytes]:
        with look(self.engine) as session:
            return [e.note for e in reading.entries_after(session, -1, limit=100_000).entries]

    def refusals(self) -> list[str]:
        with look(self.engine) as session:
            return [refusal.reason for refusal in reading.refusals(session)]

    def gaps(self) -> dict[str, int]:
        with look(self.engine) as session:
            return {gap.source: gap.waiting for gap in reading.gaps(session)}

    def is_whole(self) -> None:
        """Numbers without a gap, and a head, a root and proofs that another implementation believes."""
        notes = self.entries()
        leaves = [tree.leaf_hash(note) for note in notes]
        with look(self.engine) as session:
            head = reading.head(session)
            assert head is not None
            assert (head.size, head.root) == (len(notes), root_of(leaves))
            for index in random.Random(5).sample(range(len(notes)), min(20, len(notes))):
                path = reading.inclusion(session, index, head.size)
                assert verify_inclusion(index, head.size, leaves[index], path, head.root)
                proof = reading.consistency(session, index, head.size)
                assert verify_consistency(index, head.size, root_of(leaves[:index]), head.root, proof)
        last: dict[str, int] = {}
        for note in notes:
            body = orjson.loads(note.split(b"\n")[0])
            assert int(body["sequence"]) == last.get(body["source"], 0) + 1
            last[body["source"]] = int(body["sequence"])


def fresh_database(cluster: Cluster) -> Engine:
    name = f"log_{uuid.uuid4().hex[:8]}"
    ensure(cluster.url, name)
    return open_engine(cluster.url, name, Path())


def notes(service: str, numbers: range | list[int]) -> list[bytes]:
    return [SOURCES.note(service, n) for n in numbers]
