"""Appends to the log's tree against PyPI `pymerkle`'s, on SQLite, the same signed notes: `python -m bench.tree`.

pymerkle's `SqliteTree.append_entry` hashes an entry, inserts entry and hash, and commits: one entry a transaction. Ours
takes batches of 500, as the ingest gets them from the broker under load: each note's Ed25519 signature, source and
number are verified, entries and tiles are written in one transaction, and a checkpoint is signed and stored in another.
Both are on the disk when they answer. Beside it, without a goal: pymerkle's own bulk `append_entries` with the same
batches, which verifies and signs nothing; and ours one entry a transaction, with a checkpoint for each.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from pymerkle import SqliteTree  # type: ignore[import-untyped]

from bench.report import Row, against, table
from tests.interop.written import Written, notes

BATCH = 500
BATCHES, SINGLES = 4, 300
ROUNDS = 7
GOAL = 10.0


def run() -> list[Row]:
    """Three rows, in entries a second; every round of every side goes on with the tree of the round before."""
    with tempfile.TemporaryDirectory(prefix="bench-tree-") as place:
        sides = Sides(Path(place))
        rounds = [sides.round() for _ in range(ROUNDS)]
        sides.close()
    batches, singles, their_singles, their_batches = zip(*rounds, strict=True)
    return [
        against("log append, against pymerkle", batches, their_singles, unit="/s", goal=GOAL),
        against("log append, one at a time, each", singles, their_singles, unit="/s"),
        against("log append, against its bulk", batches, their_batches, unit="/s"),
    ]


class Sides:
    def __init__(self, directory: Path) -> None:
        entries = BATCHES * BATCH + SINGLES
        self._notes = notes(4 + ROUNDS * entries)
        self._ours = Written.empty(directory / "ours")
        self._ours.grow([next(self._notes) for _ in range(4)])
        self._one, self._bulk = (SqliteTree(str(directory / f"{name}.db")) for name in ("one", "bulk"))

    def close(self) -> None:
        self._ours.engine.dispose()
        for tree in (self._one, self._bulk):
            tree.close()

    def round(self) -> tuple[float, float, float, float]:
        """Ours in batches, ours one by one, theirs one by one, theirs in batches."""
        batches = [[next(self._notes) for _ in range(BATCH)] for _ in range(BATCHES)]
        singles = [[next(self._notes)] for _ in range(SINGLES)]
        return (
            _rate(self._write, batches),
            _rate(self._write, singles),
            _rate(lambda batch: self._one.append_entry(batch[0]), singles),
            _rate(self._bulk.append_entries, batches),
        )

    def _write(self, batch: Sequence[bytes]) -> None:
        outcome = self._ours.writer.write(batch)
        assert outcome.admitted == len(batch), outcome
        self._ours.writer.checkpoint()


def _rate(append: Callable[[list[bytes]], object], batches: list[list[bytes]]) -> float:
    began = time.perf_counter()
    for batch in batches:
        append(batch)
    return sum(map(len, batches)) / (time.perf_counter() - began)


if __name__ == "__main__":
    sys.stdout.write(table(run()) + "\n")
