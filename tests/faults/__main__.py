"""The long form, on both databases: `python -m tests.faults [--seed N]`; exit code 1 where anything is wrong."""

from __future__ import annotations

import argparse
import secrets
import sys
import tempfile
import uuid
from pathlib import Path

from crisisconnect.postgres import Cluster
from tests.faults import log_faults
from tests.faults.campaign import LONG, PLACES, SHORT, Outcome, Size, at_place, run

BOTH = ("sqlite", "postgresql")


def on(database: str, seed: str, size: Size) -> Outcome:
    if database == "sqlite":
        return run(seed, size)
    cluster = Cluster(Path(tempfile.mkdtemp(prefix="faults-")) / uuid.uuid4().hex, durable=False)
    cluster.start()
    try:
        return run(seed, size, {"DATABASE_URL": cluster.url, "KEYRING_URL": cluster.url})
    finally:
        cluster.remove()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    parser.add_argument("--seed", default="")
    parser.add_argument("--database", choices=(*BOTH, "none"), action="append")
    parser.add_argument("--short", action="store_true")
    parser.add_argument(
        "--place", choices=(*PLACES, "none"), action="append", help="only these; `none` leaves them out"
    )
    parser.add_argument("--log", choices=BOTH, action="append", help="two ingests write one log, on this database only")
    parser.add_argument("--no-log", action="store_true", help="leave out the two ingests that write one log")
    given = parser.parse_args()
    seed, failed = given.seed or secrets.token_hex(4), False
    for database in given.database or BOTH:
        if database == "none":
            continue
        print(f"{database}, seed {seed}", flush=True)
        outcome = on(database, seed, SHORT if given.short else LONG)
        print(outcome.text(), flush=True)
        failed = failed or bool(outcome.findings)
    for place in given.place or PLACES:
        if place != "none":
            print(f"killed at {place}", flush=True)
            outcome = at_place(seed, place)
            print(outcome.text(), flush=True)
            # A place that nobody reaches any more proves nothing.
            failed = failed or bool(outcome.findings) or not outcome.kills[place]
    for database in () if given.no_log else given.log or BOTH:
        with tempfile.TemporaryDirectory(prefix="faults-") as directory:
            size = log_faults.SHORT if given.short else log_faults.LONG
            written = log_faults.run(seed, size, Path(directory), database)
        print(written.text(), flush=True)
        failed = failed or bool(written.findings)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
