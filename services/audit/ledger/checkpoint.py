"""A checkpoint says: this log, this many entries, this root (C2SP tlog-checkpoint). Its text is what the log signs."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from services.kernel.signing.note import NoteInvalid, PreparedVerifier, Signer

PROOF = b"c2sp.org/tlog-proof@v1\n"


@dataclass(frozen=True)
class Head:
    """One signed state of the log: `note` is the checkpoint as it is served."""

    size: int
    root: bytes
    note: bytes


def sign(signer: Signer, size: int, root: bytes) -> Head:
    """Sign under the log's own key, whose name is the log's origin."""
    text = f"{signer.verifier.name}\n{size}\n{base64.b64encode(root).decode()}\n"
    return Head(size, root, signer.sign(text.encode()))


def read(verifier: PreparedVerifier, note: bytes) -> Head:
    """Raises NoteInvalid when the note is no checkpoint of this log, or not signed with its key."""
    lines = verifier.text(note).split(b"\n")
    try:
        origin, size, root, rest = (
            lines[0].decode(),
            int(lines[1]),
            base64.b64decode(lines[2], validate=True),
            lines[3],
        )
    except (IndexError, ValueError, binascii.Error) as error:
        raise NoteInvalid("not a checkpoint") from error
    if origin != verifier.name or rest or len(lines) != 4 or str(size).encode() != lines[1] or len(root) != 32:
        raise NoteInvalid("not a checkpoint of this log")
    return Head(size, root, note)


def proof(index: int, path: list[bytes], checkpoint: bytes) -> bytes:
    """A receipt for one entry in C2SP tlog-proof form; the entry itself travels beside it."""
    lines = [
        PROOF,
        b"index %d\n" % index,
        *(base64.b64encode(node) + b"\n" for node in path),
        b"\n",
        checkpoint,
    ]
    return b"".join(lines)
