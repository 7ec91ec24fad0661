"""From `crisisconnect run` to a ready door, on a state that is already there: `python -m bench.startup`."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from bench.report import Row, below, table
from tests.journeys.running import System

ROUNDS = 3
GOAL = 25.0


def run(rounds: int = ROUNDS) -> list[Row]:
    """One row: seconds of every start but the first, which makes keys and tables."""
    with tempfile.TemporaryDirectory(prefix="bench-") as place:
        system = System(Path(place))
        seconds = []
        try:
            for _ in range(rounds + 1):
                began = time.perf_counter()
                system.start()
                seconds.append(time.perf_counter() - began)
                system.stop()
        finally:
            system.stop()
    return [below("crisisconnect run to ready, again", seconds[1:], unit="s", goal=GOAL)]


if __name__ == "__main__":
    sys.stdout.write(table(run()) + "\n")
