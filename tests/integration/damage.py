"""One bit flipped anywhere in a log must be found, and its place named: `python -m tests.integration.damage [flips]`.

At 300 entries every flip is verified alone. At 70,000 a verification takes seconds, so flips in entries, tiles, rows
are verified many at a time, each in a bundle of its own, and every one of them must be named; flips in the checkpoint
cannot share a verification, but below one that is not the log's own nothing is read.

What the formats let survive is counted by its reason: in the signature line of somebody nobody knows, which readers are
told to ignore, and in the moment at which a note came to wait, or a cosignature.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from services.reader import Report, Unusable, verify_database, verify_directory
from services.reader.tiles import HASH_BYTES, WIDTH, split_bundle
from tests.integration.rowflips import Rows
from tests.interop.written import LOG_VKEY, SOURCES, Written
from tests.unit.reader.tinylog import Signer

STRANGER, WITNESS = Signer("stranger.example", 4), Signer("witness.example", 4)
KINDS = ("entries", "tiles", "checkpoint", "rows")


@dataclass(frozen=True)
class Flip:
    """One flipped bit: `place` is for a person, `names` asks a report for it, `own` is its bundle or file."""

    place: str
    names: Callable[[Report], bool]
    own: object
    allowed: str | None = None


@dataclass
class Tally:
    """What became of the flips of one kind in one log."""

    kind: str
    size: int
    flips: int = 0
    verifications: int = 0
    survivors: list[str] = field(default_factory=list)
    unnamed: list[str] = field(default_factory=list)
    allowed: Counter[str] = field(default_factory=Counter)
    refused: int = 0

    def __str__(self) -> str:
        found = self.flips - len(self.survivors) - self.allowed.total()
        allowed = ", ".join(f"{count} {why}" for why, count in self.allowed.items()) or "0"
        return (
            f"{self.size:>6} entries, {self.kind:<10} {self.flips:>5} flips in {self.verifications:>4} verifications:"
            f" {found} found ({self.refused} as unusable), {len(self.unnamed)} not named,"
            f" {len(self.survivors)} survivors, allowed: {allowed}"
        )


class Damaged:
    """A log to damage: its files and its database, with a stranger's cosignature under the checkpoint."""

    def __init__(self, directory: Path, size: int, seed: int) -> None:
        self.chance = random.Random(seed)
        self.log = Written.of(directory, size, stops=tuple(range(size // 7, size, size // 7 or 1)))
        self.files, self.size = self.log.export(), size
        self._keep_beside(size)
        self.stranger = _cosigned(self.files / "checkpoint")
        self.rows = Rows(self.log.database, self.chance)
        places = [path for path in self.files.rglob("*") if path.is_file() and "tile" in path.parts]
        self.of = {"entries": [p for p in places if "entries" in p.parts]}
        self.of["tiles"] = [p for p in places if "entries" not in p.parts]
        self.of["checkpoint"] = [self.files / "checkpoint"]

    def _keep_beside(self, size: int) -> None:
        """Notes that came too early, others that can never be entries, and what a witness said of each checkpoint."""
        early = [(source, size + number) for source in ("auth", "org", "audit") for number in (2, 3, 5, 8)]
        self.log.writer.write([SOURCES.note(source, number) for source, number in early])
        self.log.writer.write([b"nonsense %d" % number for number in range(9)])
        with self.log.engine.begin() as session:
            for kept, note in session.exec_driver_sql("SELECT size, note FROM log_checkpoints").all():
                row = (kept, WITNESS.vkey, _line(WITNESS, note), "2026-01-01T00:00:00.000000Z")
                session.exec_driver_sql("INSERT INTO log_cosignatures VALUES (?, ?, ?, ?)", row)

    @contextmanager
    def flipped(self, kind: str, taken: set[object]) -> Iterator[Flip]:
        """One more random bit, in a bundle that is not `taken`; as it was again afterwards."""
        if kind == "rows":
            with self.rows.flipped(taken) as flip:
                yield Flip(*flip)
            return
        paths = [path for path in self.of[kind] if path not in taken]
        path = self.chance.choices(paths, [p.stat().st_size for p in paths])[0]
        sound = path.read_bytes()
        bit = self.chance.randrange(8 * len(sound))
        raw = bytearray(sound)
        raw[bit // 8] ^= 1 << bit % 8
        path.write_bytes(raw)
        try:
            yield self._flip(kind, path, sound, bit // 8)
        finally:
            path.write_bytes(sound)

    def _flip(self, kind: str, path: Path, sound: bytes, byte: int) -> Flip:
        name = f"{path.relative_to(self.files)} byte {byte}"
        if kind == "checkpoint":
            return Flip(name, _names_checkpoint, path, "in a stranger's line" if byte >= self.stranger else None)
        level, number = _tile(path.relative_to(self.files))
        if kind == "entries":
            ends, at = [], 0
            for entry in split_bundle(sound, WIDTH)[0]:
                ends.append(at := at + 2 + len(entry))
            index = number * WIDTH + bisect_right(ends, byte)
        else:
            index = (number * WIDTH + byte // HASH_BYTES) * WIDTH ** int(level)
        return Flip(name, lambda report: index in {finding.index for finding in report.findings}, path)

    def verify(self, kind: str) -> Report:
        """What the reader says of the files, or of the database for flips in rows."""
        if kind == "rows":
            return verify_database(self.log.database, log_vkey=LOG_VKEY, pins=SOURCES.pins)
        return verify_directory(self.files, log_vkey=LOG_VKEY, pins=SOURCES.pins)

    def campaign(self, kind: str, flips: int, at_once: int = 1) -> Tally:
        """That many random flips, so many to a verification."""
        tally = Tally(kind, self.size)
        while tally.flips < flips:
            with ExitStack() as stack:
                # A head that is gone leaves nothing to verify, and would hide its neighbours.
                taken: set[object] = {("log_head", 0)} if at_once > 1 else set()
                made: list[Flip] = []
                for _ in range(min(at_once, flips - tally.flips)):
                    made.append(stack.enter_context(self.flipped(kind, taken)))
                    taken.add(made[-1].own)
                self._judge(kind, made, tally)
        return tally

    def _judge(self, kind: str, made: Sequence[Flip], tally: Tally) -> None:
        tally.flips += len(made)
        tally.verifications += 1
        try:
            report = self.verify(kind)
        except Unusable:
            tally.refused += len(made)
            return  # nothing here can be verified: whoever asks sees exit code 2 and what is missing
        for flip in made:
            if flip.names(report):
                continue
            if flip.allowed is not None:
                tally.allowed[flip.allowed] += 1
            elif report.ok:
                tally.survivors.append(flip.place)
            else:
                tally.unnamed.append(f"{flip.place}: {report.first}")


def _tile(path: Path) -> tuple[str, int]:
    """`tile/0/x001/002.p/3` → ("0", 1002)."""
    numbered = path.parent.with_suffix("") if path.parent.suffix else path
    _, level, *groups = numbered.parts
    return level, int("".join(group.removeprefix("x") for group in groups))


def _names_checkpoint(report: Report) -> bool:
    return report.first is not None and report.first.where == "checkpoint"


def _cosigned(checkpoint: Path) -> int:
    """Put a line of somebody nobody knows below a checkpoint; the offset where it begins."""
    note = checkpoint.read_bytes()
    checkpoint.write_bytes(note + _line(STRANGER, note))
    return len(note)


def _line(signer: Signer, note: bytes) -> bytes:
    text = note[: note.rfind(b"\n\n") + 1]
    return signer.line(text, b"cosignature/v1\ntime 1767225600\n", (1_767_225_600).to_bytes(8, "big"))


def main(flips: int = 1000) -> int:
    """Run the long form and print a line for each kind and size; the exit code is 1 when anything survived."""
    bad = 0
    for size, at_once in ((300, 1), (70_000, 40)):
        with tempfile.TemporaryDirectory(prefix="damage-") as place:
            damaged = Damaged(Path(place), size, seed=size)
            for kind in KINDS:
                begun = time.monotonic()
                tally = damaged.campaign(kind, flips, 1 if kind == "checkpoint" else at_once)
                sys.stdout.write(f"{tally} ({time.monotonic() - begun:.0f} s)\n")
                sys.stdout.flush()
                for place_ in (tally.survivors + tally.unnamed)[:20]:
                    sys.stdout.write(f"    {place_}\n")
                bad += len(tally.survivors) + len(tally.unnamed)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:2])))
