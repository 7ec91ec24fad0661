"""Proofs and appends do not slow down as the log grows: `python -m bench.proof [entries]`.

A log of a million entries is made with the writer's own code: its entries by its statements, its tiles by its tree. One
row is the median time of a receipt out of it; the other compares how fast the writer takes batches into it and into
a log of ten thousand, in turns, and holds the 95 % interval of the ratio beside it.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
import uuid
from pathlib import Path

from bench.report import Row, against, below
from services.audit.ingest.notes import Arrival
from services.audit.ledger import reading
from services.kernel.store.database import reading as look
from tests.examples.log import event_id
from tests.interop.written import SOURCES, Written

SMALL, LARGE = 10_000, 1_000_000
PROOFS = 1_000
ROUNDS, BATCHES, BATCH = 40, 4, 500
BULK = 20_000
KEY = SOURCES.signers["auth"].verifier.id


def run(large: int = LARGE, small: int = SMALL) -> list[Row]:
    """Two rows: milliseconds for a receipt, and entries a second at both sizes."""
    with tempfile.TemporaryDirectory(prefix="bench-proof-") as place:
        logs = [Grown(Path(place) / str(size), size) for size in (large, small)]
        rows = [below(f"receipt from a log of {large:,}", logs[0].proofs(), unit="ms", goal=2.0)]
        speeds = [(logs[0].round(), logs[1].round()) for _ in range(ROUNDS)]
        for log in logs:
            log.written.engine.dispose()
    ours, theirs = zip(*speeds[2:], strict=True)
    row = against(f"log append at {large:,}, against {small:,}", ours, theirs, unit="entries/s", goal=0.85)
    row["ratio_interval"] = interval([one / other for one, other in zip(ours, theirs, strict=True)])
    return [*rows, row]


def interval(ratios: list[float]) -> tuple[float, float]:
    """The 95 % bootstrap interval of the median."""
    chance = random.Random(1)
    medians = sorted(statistics.median(chance.choices(ratios, k=len(ratios))) for _ in range(2_000))
    return medians[50], medians[-51]


class Grown:
    """A log of a size, whose one source goes on: ids in time's order, as they are in life."""

    def __init__(self, directory: Path, size: int) -> None:
        self.written = Written.empty(directory)
        self.number = 0
        self.written.grow(SOURCES.registrations())
        filler = SOURCES.note("auth", 1)
        while (rest := size - self.written.size) > 0:
            self.written.writer.append([self._arrival(filler) for _ in range(min(rest, BULK))])
        self.written.writer.checkpoint()

    def proofs(self) -> list[float]:
        """Milliseconds, each for another entry, each with its own look into the database."""
        chance, took = random.Random(7), []
        for _ in range(PROOFS):
            index = chance.randrange(self.written.size)
            begun = time.perf_counter()
            with look(self.written.engine) as session:
                found = reading.tlog_proof(session, index)
            took.append((time.perf_counter() - begun) * 1000)
            assert found is not None
        return took

    def round(self) -> float:
        """Entries a second for some batches of notes that are verified, ordered, hashed, appended and signed."""
        batches = [[self._note() for _ in range(BATCH)] for _ in range(BATCHES)]
        begun = time.perf_counter()
        for batch in batches:
            self.written.writer.write(batch)
            self.written.writer.checkpoint()
        return BATCH * BATCHES / (time.perf_counter() - begun)

    def _id(self) -> str:
        """A UUIDv7 as it would be a millisecond after the one before."""
        low = uuid.UUID(event_id("auth", self.number)).int & (1 << 80) - 1
        return str(uuid.UUID(int=(1_767_225_600_000 + self.number) << 80 | low))

    def _note(self) -> bytes:
        self.number += 1
        return SOURCES.note("auth", self.number, id=self._id(), correlationid=self._id())

    def _arrival(self, note: bytes) -> Arrival:
        """What a verified note becomes; only its bytes are another's."""
        self.number += 1
        made, organisation = self._id(), event_id("organisation", self.number % 7)
        kind, at = "nl.crisisconnect.auth.UserRegistered.v1", "2026-01-01T00:00:00.000000Z"
        return Arrival("/auth", self.number, made, kind, organisation, f"account/{made}", made, at, note, key=KEY)


if __name__ == "__main__":
    for row in run(*map(int, sys.argv[1:2])):
        print({name: value for name, value in row.items() if not name.startswith("rounds")})
