"""What was cosigned is on the disk before it is said, and nothing is ever cosigned that does not continue it."""

from __future__ import annotations

import base64
import fcntl
import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from crisisconnect.witness.key import CosignerKey
from services.reader.checkpoint import Checkpoint, parse_checkpoint
from services.reader.note import Malformed, Untrusted, VerifierKey, parse_vkey, verified
from services.reader.tree import EMPTY

CHECKPOINT, VKEY = "checkpoint", "log.vkey"
MOST_EVIDENCE = 100
"""How many suspicions are kept; of forks, which are proven, every one."""

FORK, UNPROVEN, BEHIND = "fork", "unproven", "behind"
_WORDS = {
    FORK: "the log signed two different trees of one size",
    UNPROVEN: "the log signed a tree that was not shown to continue the one cosigned before",
    BEHIND: "the log signed a tree smaller than the one cosigned before",
}


class Damaged(Exception):
    """What this witness remembers cannot be read or was changed; it says no more until a person has looked."""


@dataclass(frozen=True)
class Seen:
    """The checkpoint cosigned last, with the log's signature and the witness's own; of a new log, nothing."""

    size: int = 0
    root: bytes = EMPTY
    note: bytes = b""


class Memory:
    """What one witness knows of one log. Safe for any number of threads and processes at once."""

    def __init__(self, directory: Path, key: CosignerKey, log: VerifierKey, alarm: Callable[[str], None]) -> None:
        """`directory` is the witness's own; `alarm` is told, in one line, what a person has to look at."""
        self.origin = log.name
        self.log = log
        self._key = key
        self._alarm = alarm
        self._place = place(directory, log.name)

    def prepare(self) -> None:
        """Make room for a log. Raises Damaged when it is known under another key, or its memory is not sound."""
        self._place.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self.alone():
            kept = self._place / VKEY
            if kept.exists() and parse_vkey(kept.read_text()) != self.log:
                raise Damaged(f"{self.origin} is known here under another key")
            if not kept.exists():
                self._write(kept, vkey_of(self.log).encode() + b"\n")
            self.read()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else looks and cosigns meanwhile. A lock of its own per call: threads exclude each other as well."""
        handle = os.open(self._place / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def read(self) -> Seen:
        """What was cosigned last. Raises Damaged."""
        try:
            note = (self._place / CHECKPOINT).read_bytes()
        except FileNotFoundError:
            return Seen()
        try:
            found = parse_checkpoint(note)
            signed = verified(found.note, [self.log, self._key.verifier])
        except (Malformed, Untrusted) as error:
            raise Damaged(f"the memory of {self.origin} is damaged: {error}") from error
        if len(signed) != 2 or found.origin != self.origin:
            raise Damaged(f"the memory of {self.origin} is of something else")
        return Seen(found.size, found.root, note)

    def cosign(self, new: Checkpoint, at: int) -> bytes:
        """Remember a checkpoint that continues the last one, then give its cosignature. Call it `alone`."""
        line = self._key.line(new.note.text, at)
        self._write(self._place / CHECKPOINT, self.signed_text(new) + line)
        return line

    def signed_text(self, checkpoint: Checkpoint) -> bytes:
        """A checkpoint with the log's own signature and nobody else's."""
        own = [s for s in checkpoint.note.signatures if (s.name, s.key_id) == (self.log.name, self.log.key_id)]
        line = f"— {own[0].name} ".encode() + base64.b64encode(own[0].key_id + own[0].blob) + b"\n"
        return checkpoint.note.text + b"\n" + line

    def suspect(self, kind: str, known: Seen, new: Checkpoint, proof: Sequence[bytes] = ()) -> None:
        """Keep both checkpoints as evidence, and raise the alarm; once for each."""
        evidence = self._place / "evidence"
        evidence.mkdir(exist_ok=True, mode=0o700)
        case = evidence / f"{kind}-{new.size}-{new.root.hex()[:16]}"
        if case.exists() or (kind != FORK and len(list(evidence.iterdir())) >= MOST_EVIDENCE):
            return
        case.mkdir(mode=0o700)
        self._write(case / "known", known.note)
        self._write(case / "seen", self.signed_text(new))
        if proof:
            self._write(case / "proof", b"".join(base64.b64encode(node) + b"\n" for node in proof))
        self._alarm(f"ALARM {self.origin}: {_WORDS[kind]} (known {known.size}, seen {new.size}); evidence in {case}")

    def _write(self, path: Path, content: bytes) -> None:
        """All of the new content or all of the old, and durable when this returns."""
        draft = path.with_name(f".{path.name}.draft")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        directory = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)


def identity(origin: str) -> str:
    """The name of a log in paths: SHA-256 of its origin, in hex (C2SP tlog-witness)."""
    return hashlib.sha256(origin.encode()).hexdigest()


def place(directory: Path, origin: str) -> Path:
    return directory / "logs" / identity(origin)


def known_logs(directory: Path) -> list[VerifierKey]:
    """The logs that this witness was ever started for."""
    return [parse_vkey(path.read_text()) for path in sorted(directory.glob(f"logs/*/{VKEY}"))]


def vkey_of(key: VerifierKey) -> str:
    encoded = base64.b64encode(bytes([key.algorithm]) + key.public_key).decode()
    return f"{key.name}+{key.key_id.hex()}+{encoded}"
