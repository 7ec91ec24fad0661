"""How far the independent reader is from merely reading: `python -m bench.verify`.

The reader checks every entry's form, number, id and Ed25519 signature, every hash and every tile of a log in files, in
one process and in one for each core. Its first rival reads the same files and takes the SHA-256 of what is in them, on
one core. The second does that and one Ed25519 check an entry, which nobody who verifies can leave out: most of the
reader's time goes there.
"""

from __future__ import annotations

import hashlib
import tempfile
import time
from base64 import b64decode
from collections.abc import Callable
from functools import partial
from pathlib import Path

from nacl.bindings import crypto_sign_open

from bench.report import Row, against
from services.reader import verify_directory
from services.reader.tiles import WIDTH, split_bundle
from services.reader.workers import cores
from tests.interop.written import LOG_VKEY, SOURCES, Written

ENTRIES = 100_000
ROUNDS = 5


def run(entries: int = ENTRIES, rounds: int = ROUNDS) -> list[Row]:
    """Three rows: medians in entries a second, and their ratios."""
    with tempfile.TemporaryDirectory(prefix="bench-verify-") as place:
        log = Written.of(Path(place), entries)
        files = log.export()
        log.engine.dispose()
        rivals = (partial(_verify, jobs=1), _verify, _read, _check_signatures)
        speeds = [tuple(entries / took(work, files) for work in rivals) for _ in range(rounds)]
    alone, together, reading, signatures = zip(*speeds, strict=True)
    rows = {
        "log verify in one process, against reading and SHA-256": (alone, reading, 0.25),
        f"log verify on {cores()} cores, against the same on one": (together, reading, 0.25),
        "log verify in one process, against that and the signatures": (alone, signatures, None),
    }
    return [against(what, ours, theirs, unit="entries/s", goal=goal) for what, (ours, theirs, goal) in rows.items()]


def took(work: Callable[[Path], None], files: Path) -> float:
    begun = time.perf_counter()
    work(files)
    return time.perf_counter() - begun


def _verify(files: Path, jobs: int | None = None) -> None:
    report = verify_directory(files, log_vkey=LOG_VKEY, pins=SOURCES.pins, jobs=jobs)
    if not report.ok:
        raise RuntimeError(report.text())


def _read(files: Path) -> None:
    for path in sorted(files.rglob("*")):
        if path.is_file():
            hashlib.sha256(path.read_bytes()).digest()


def _check_signatures(files: Path) -> None:
    keys = {signer.verifier.name.encode(): signer.verifier.public for signer in SOURCES.signers.values()}
    for path in sorted(files.rglob("*")):
        if not path.is_file():
            continue
        raw = path.read_bytes()
        hashlib.sha256(raw).digest()
        if "entries" in path.parts:
            for entry in split_bundle(raw, WIDTH)[0]:
                text, _, line = entry.rpartition(b"\n\n")
                _, name, encoded = line.split(b" ")
                crypto_sign_open(b64decode(encoded)[4:] + text + b"\n", keys[name])


if __name__ == "__main__":
    for row in run():
        print(row)
