"""`python -m bench [names]`: every benchmark, or those named; one table, and var/bench/<name>.json for each."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path

from bench.report import Row, table, write

NAMES = (
    "append",
    "relay",
    "ingest",
    "rpc",
    "command",
    "memory",
    "startup",
    "closing",
    "verify",
    "proof",
    "replay",
    "tree",
    "rotation",
    "leaving",
    "erasing",
    "sweeping",
    "lists",
    "isolation",
)


def main(names: list[str]) -> int:
    """The exit code: a missed goal is reported, not judged; only an unknown name is an error."""
    if unknown := sorted(set(names) - set(NAMES)):
        sys.stderr.write(f"no such benchmark: {', '.join(unknown)}; there are {', '.join(NAMES)}\n")
        return 2
    directory = Path(os.environ.get("CRISISCONNECT_VAR", "var")) / "bench"
    rows: list[Row] = []
    for name in names or NAMES:
        sys.stderr.write(f"{name} …\n")
        measured = import_module(f"bench.{name}").run()
        write(directory, name, measured)
        rows += measured
    sys.stdout.write(table(rows) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
