"""From a person closing their account to the certificate that nothing of them is left: `python -m bench.closing`."""

from __future__ import annotations

import sys
import time

from bench.report import Row, below, table
from bench.whole import Whole, standing
from tests.journeys.people import Person, certified

ROUNDS = 5
GOAL = 10.0


def run(rounds: int = ROUNDS) -> list[Row]:
    """One row: seconds from the request to the certificate, as whoever has its id sees it."""
    with standing(rounds) as whole:
        return closed(whole)


def closed(whole: Whole) -> list[Row]:
    whoever, seconds = Person(whole.system.url), []  # the id alone opens the certificate: its person is gone
    for person in whole.people:
        began = time.perf_counter()
        erasure = person.ask("DELETE", "/v1/me", expect=202)["erasure"]["id"]
        certified(whoever, erasure, seconds=60)
        seconds.append(time.perf_counter() - began)
    return [below("closing an account to its certificate", seconds, unit="s", goal=GOAL)]


if __name__ == "__main__":
    sys.stdout.write(table(run()) + "\n")
