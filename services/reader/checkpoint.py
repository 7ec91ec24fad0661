"""A checkpoint says how long the log is and what its root is (C2SP tlog-checkpoint)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from services.reader.note import Malformed, Note, VerifierKey, parse, strict_base64, verified

_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A log's origin, its size in entries and its 32-byte root; `note` still carries every signature."""

    origin: str
    size: int
    root: bytes
    note: Note

    def signed_by(self, key: VerifierKey) -> None:
        """Raises Untrusted unless the log's key signed this, and Malformed when another log is meant."""
        if self.origin != key.name:
            raise Malformed(f"the checkpoint is of {self.origin}, not of {key.name}")
        verified(self.note, [key])


def parse_checkpoint(note: bytes | str) -> Checkpoint:
    """Read a checkpoint with its signatures, none of them verified. Raises Malformed."""
    opened = parse(note.encode() if isinstance(note, str) else note)
    lines = opened.text.decode()[:-1].split("\n")
    if len(lines) < 3 or not all(lines):
        raise Malformed("a checkpoint is origin, size and root, one to a line")
    root = strict_base64(lines[2])
    if len(root) != 32:
        raise Malformed("a root is 32 bytes")
    return Checkpoint(lines[0], decimal(lines[1]), root, opened)


def decimal(text: str) -> int:
    """A number without sign, space or leading zero. Raises Malformed."""
    if not _DECIMAL.fullmatch(text) or int(text) >= 1 << 63:
        raise Malformed("not a decimal number below 2**63 without leading zeros")
    return int(text)
