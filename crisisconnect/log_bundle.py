"""One organisation's entries with their proofs, as files that need nothing else: whoever has them can check them.

Beside the organisation's own entries they hold how the sources' keys were registered and handed over, which belongs to
the maker. Of others they tell the size of the log and the hashes that a proof is made of. The same log under the same
checkpoint gives the same bytes, as long as it lets go of nothing: what its own term is over for is in no bundle.
"""

from __future__ import annotations

import heapq
import shutil
import tempfile
from collections.abc import Iterator
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

import orjson
from sqlalchemy import Engine

from services.audit.ledger import reading, tree
from services.audit.ledger.checkpoint import proof
from services.audit.ledger.reading import Entry
from services.kernel.store.database import reading as look
from services.reader.manifest import FORMAT

PAGE = 200
TILES = 64
"""How many tiles are kept in memory: neighbouring entries share nearly all of theirs."""


class Occupied(Exception):
    """Something stands where the bundle was to be written; it was left as it is."""


def write(engine: Engine, vkey: str, organisation: str, directory: Path) -> tuple[int, int]:
    """How many entries of the organisation the bundle holds, and under a checkpoint of which size.

    `vkey` is the log's verifier key. The directory appears whole, or not at all. Raises Occupied, KeyError where no
    entry under the newest checkpoint names the organisation, and LookupError where the log has no checkpoint yet.
    """
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise Occupied("there is something here already")
    with look(engine) as session:
        head = reading.head(session)
        if head is None:
            raise LookupError("the log has no checkpoint yet")
        note = head.note + reading.cosignatures_of(session, head.size)
        if not reading.of_organisation(session, organisation, limit=1):
            raise KeyError("no entry under the newest checkpoint names this organisation")
    directory.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{directory.name}.", dir=directory.parent))
    try:
        count = _fill(draft, engine, vkey, organisation, head.size, note)
        draft.chmod(0o755)
        draft.replace(directory)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return count, head.size


def _fill(draft: Path, engine: Engine, vkey: str, organisation: str, size: int, note: bytes) -> int:
    key = vkey.encode() + b"\n"
    (draft / "checkpoint").write_bytes(note)
    (draft / "log.vkey").write_bytes(key)
    for folder in ("entries", "proofs"):
        (draft / folder).mkdir()
    opening = {
        "format": FORMAT,
        "origin": note.split(b"\n", 1)[0].decode(),
        "organisation": organisation,
        "size": size,
        "checkpoint": _hash(note),
        "log.vkey": _hash(key),
        "entries": [],
    }
    own = total = 0
    with (draft / "manifest.json").open("wb") as manifest:
        manifest.write(orjson.dumps(opening)[:-2])
        for entry, receipt, is_own in _proved(engine, organisation, size, note):
            (draft / f"entries/{entry.index}").write_bytes(entry.note)
            (draft / f"proofs/{entry.index}.tlog-proof").write_bytes(receipt)
            line = {"index": entry.index, "entry": _hash(entry.note), "proof": _hash(receipt)}
            manifest.write((b",\n" if total else b"\n") + orjson.dumps(line))
            own, total = own + is_own, total + 1
        manifest.write(b'\n],"count":%d}\n' % total)
    return own


def _proved(engine: Engine, organisation: str, size: int, note: bytes) -> Iterator[tuple[Entry, bytes, bool]]:
    """Every entry of the bundle by rising index, with its proof, and whether it is the organisation's own."""

    @lru_cache(maxsize=TILES)
    def tile(level: int, n: int) -> bytes | None:
        with look(engine) as session:
            return reading.stored_tile(session, level, n)

    of_keys = _of_keys(engine, size)
    known = {entry.index for entry in of_keys}
    # Such an entry may name the organisation too, where that is the maker's: it stands here once.
    own = (entry for entry in _of(engine, organisation, size) if entry.index not in known)
    for entry in heapq.merge(of_keys, own, key=lambda entry: entry.index):
        path = tree.inclusion(entry.index, size, tile)
        yield entry, proof(entry.index, path, note), entry.index not in known


def _of(engine: Engine, organisation: str, size: int) -> Iterator[Entry]:
    after = -1
    while True:
        with look(engine) as session:
            page = reading.of_organisation(session, organisation, after, limit=PAGE)
        # The log goes on growing; the checkpoint that was taken first does not.
        yield from (entry for entry in page if entry.index < size)
        if len(page) < PAGE or page[-1].index >= size:
            return
        after = page[-1].index


def _of_keys(engine: Engine, size: int) -> list[Entry]:
    """The registrations and hand-overs of every source, a handful."""
    with look(engine) as session:
        of_keys = [*reading.registrations(session, size), *reading.handovers(session, size)]
    return sorted(of_keys, key=lambda entry: entry.index)


def _hash(content: bytes) -> str:
    return sha256(content).hexdigest()
