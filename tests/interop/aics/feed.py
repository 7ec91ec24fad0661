"""The client of aics-witness brings the checkpoint of a log's files to a witness, with a proof it makes of the tiles.

Runs in that package's own environment: `feed.py URL VKEY STATE DIRECTORY`. Prints the checkpoint with the cosignature
and ends with 0; a refusal ends with 1 and its kind.
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

from aics_tlog import FileSystemTileReader, consistency_proof_from_tiles
from aics_witness.feeder import FeederError, WitnessClient, merge_cosignatures


def main() -> int:
    url, vkey, state, directory = sys.argv[1:]
    note = (Path(directory) / "checkpoint").read_bytes()
    prove = partial(consistency_proof_from_tiles, FileSystemTileReader(directory))
    try:
        with WitnessClient(url, vkey, state_path=state, max_attempts=1) as client:
            lines = client.submit(note, prove)
    except FeederError as refusal:
        print(type(refusal).__name__, getattr(refusal, "status", ""), file=sys.stderr)
        return 1
    sys.stdout.buffer.write(merge_cosignatures(note, lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
