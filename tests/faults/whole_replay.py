"""A log of any size, people erased on the way: every view equals its replay, two replays are alike, nobody is back.

`python -m tests.faults.whole_replay [--events N] [--database sqlite]`, on both databases where none is named; exit code
1 where anything is wrong.
"""

from __future__ import annotations

import argparse
import secrets
import sys
import tempfile
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

from crisisconnect.postgres import Cluster
from tests.faults.household import Household
from tests.faults.investigation import Cost, Investigation
from tests.faults.town import Size, Town

SHORT = Size(events=1_500, people=8, erased=5)
LONG = Size(events=100_000, people=500, erased=300)
BOTH = ("sqlite", "postgresql")
BOUND = 64.0
"""Megabytes that no replay may need above what the process holds anyway, however long the log is."""


@dataclass
class Outcome:
    """What was replayed, at what cost, and what is wrong with it."""

    seed: str
    entries: int
    erased: int
    lived: float
    """Seconds that the making of the log took."""
    rows: Counter[str]
    values: Counter[bool]
    searched: int
    cost: Cost
    findings: list[str] = field(default_factory=list)

    def text(self) -> str:
        figures = {
            "entries": f"{self.entries}, made in {self.lived:.0f} s",
            "people erased": self.erased,
            "rows compared": ", ".join(f"{name} {many}" for name, many in self.rows.items()),
            "sealed values": f"{self.values[True]} open, {self.values[False]} gone",
            "bytes searched": self.searched,
        }
        lines = [f"replay of a log, seed {self.seed}", *(f"  {name:24} {figure}" for name, figure in figures.items())]
        for what, took in self.cost.seconds.items():
            lines.append(f"  {what:24} {took:.1f} s, {self.cost.megabytes[what]:.0f} MB above the start")
        return "\n".join([*lines, *(f"  WRONG: {one}" for one in self.findings[:50])])


def run(seed: str, size: Size, directory: Path, database_url: str | None = None) -> Outcome:
    """Live half of it, look back, live the rest, and look back at both moments twice."""
    household = Household(directory, database_url)
    try:
        return _run(household, seed, size, directory)
    finally:
        household.close()


def _run(household: Household, seed: str, size: Size, directory: Path) -> Outcome:
    began = time.perf_counter()
    town = Town(household, seed)
    town.live(replace(size, events=size.events // 2, erased=size.erased // 2))
    lived = time.perf_counter() - began
    investigation = Investigation(household, town.mark, directory)
    middle = household.settle() - 1
    investigation.compare(middle)
    then = investigation.shown(middle)
    town.replay()
    began = time.perf_counter()
    town.live(size)
    lived += time.perf_counter() - began
    last = household.settle() - 1
    investigation.compare(last)
    now = investigation.shown(last)
    for moment, first in ((middle, then), (last, now)):
        again = investigation.shown(moment)
        investigation.findings += [
            f"{what} at {moment} is another one now" for what in first if first[what] != again[what]
        ]
    if investigation.elsewhere(last) != now["export"]:
        investigation.findings.append("a copy of the log exports other bytes")
    values = investigation.nobody_is_back(town.erased, last)
    for what, more in investigation.cost.megabytes.items():
        if more > BOUND:
            investigation.findings.append(f"{what} took {more:.0f} MB")
    return Outcome(
        seed,
        last + 1,
        len(town.erased),
        lived,
        investigation.rows,
        values,
        investigation.searched,
        investigation.cost,
        investigation.findings,
    )


def on(database: str, seed: str, size: Size) -> Outcome:
    """In a directory, and on a PostgreSQL, that are gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="replay-") as name:
        if database == "sqlite":
            return run(seed, size, Path(name))
        cluster = Cluster(Path(name) / uuid.uuid4().hex, durable=False)
        cluster.start()
        try:
            return run(seed, size, Path(name), cluster.url)
        finally:
            cluster.remove()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.whole_replay")
    parser.add_argument("--seed", default="")
    parser.add_argument("--events", type=int, default=LONG.events)
    parser.add_argument("--database", choices=BOTH, action="append")
    given = parser.parse_args()
    share = given.events / LONG.events
    size = Size(given.events, max(4, round(LONG.people * share)), max(2, round(LONG.erased * share)))
    seed, failed = given.seed or secrets.token_hex(4), False
    for database in given.database or BOTH:
        outcome = on(database, seed, size)
        print(f"{database}: {outcome.text()}", flush=True)
        failed = failed or bool(outcome.findings)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
