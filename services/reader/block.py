"""A block of entries is judged by its own bytes, in any process: plainly sound, and what it says, or else nothing.

What a block cannot know by itself, whose turn a number is and whether a key speaks for a source there, whoever goes
through the log in order decides from the runs. A block that is not plainly sound is gone through there, entry by entry.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from services.reader import rows
from services.reader.entry import read
from services.reader.identities import digest
from services.reader.note import Malformed, ed25519_verifies
from services.reader.sources import in_log_order
from services.reader.tiles import WIDTH
from services.reader.tree import complete_root, leaf_hash

Signer = tuple[str, bytes]
"""The name and the key id that a signature line states."""
Keys = Mapping[Signer, bytes]
"""Public keys that have spoken in the log before."""


class Run(NamedTuple):
    """Consecutive numbers of one source, all signed by one key."""

    source: str
    first: int
    last: int
    signer: Signer


class Sound(NamedTuple):
    """What a sound block says: its leaf hashes, one after another, and their root if they are 256; its runs, in log
    order within each source; the digests of its event ids, one after another."""

    leaves: bytes
    root: bytes | None
    runs: tuple[Run, ...]
    ids: bytes


def judge(entries: Sequence[bytes | None], columns: Sequence[rows.Columns | None] | None, keys: Keys) -> Sound | None:
    """Check each entry's form, signature and columns; None at the first that is not plainly as it must be."""
    ids: list[bytes] = []
    runs: list[Run] = []
    last: dict[str, int] = {}
    for offset, entry in enumerate(entries):
        if entry is None:
            return None
        try:
            statement = read(entry)
        except Malformed:
            return None
        line, number = statement.signature, statement.number
        signer = (line.name, line.key_id)
        key = keys.get(signer)
        if key is None or in_log_order(statement.type):
            return None
        if columns is not None and (beside := columns[offset]) is not None and rows.mismatches(beside, statement):
            return None
        if not ed25519_verifies(key, statement.text, line.blob):
            return None
        at = last.get(statement.source)
        if at is not None and runs[at].signer == signer and runs[at].last + 1 == number:
            runs[at] = Run(statement.source, runs[at].first, number, signer)
        else:
            last[statement.source] = len(runs)
            runs.append(Run(statement.source, number, number, signer))
        ids.append(digest(statement.event_id))
    leaves = [leaf_hash(entry) for entry in entries if entry is not None]
    root = complete_root(leaves) if len(leaves) == WIDTH else None
    return Sound(b"".join(leaves), root, tuple(runs), b"".join(ids))
