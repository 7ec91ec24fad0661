"""Going to look: the checkpoint that a log shows to all must continue the one that was cosigned last."""

from __future__ import annotations

from collections.abc import Callable

from crisisconnect.witness.memory import BEHIND, FORK, UNPROVEN, Memory, Seen
from services.reader.checkpoint import Checkpoint
from services.reader.tree import complete_root, node_hash, verify_consistency

WIDTH, HASH = 256, 32

Tile = Callable[[int, int, int], bytes | None]
"""(level, n, width) → the tile's hashes; None where the log has none."""


class Incomplete(Exception):
    """The log does not show a tile that its own checkpoint implies."""


def compare(memory: Memory, seen: Checkpoint, tile: Tile) -> str | None:
    """None when the log shows what continues the memory; else the kind of trouble, with evidence kept and alarm raised.

    `seen` carries the log's verified signature. Raises Incomplete.
    """
    with memory.alone():
        known = memory.read()
    trouble = _trouble(known, seen, tile)
    if trouble is not None:
        with memory.alone():
            memory.suspect(trouble, known, seen)
    return trouble


def _trouble(known: Seen, seen: Checkpoint, tile: Tile) -> str | None:
    if seen.size < known.size:
        return BEHIND
    if seen.size == known.size:
        return FORK if seen.root != known.root else None
    path = proof(known.size, seen.size, tile) if known.size else []
    return None if verify_consistency(known.size, seen.size, known.root, seen.root, path) else UNPROVEN


def proof(old: int, new: int, tile: Tile) -> list[bytes]:
    """The consistency proof from `old` to `new` (RFC 6962 2.1.2), out of the log's tiles. Raises Incomplete."""

    def over(low: int, high: int) -> bytes:
        count = high - low
        if count & (count - 1):
            middle = low + _split(count)
            return node_hash(over(low, middle), over(middle, high))
        level, inside = divmod(count.bit_length() - 1, 8)
        n, at = divmod(low >> 8 * level, WIDTH)
        width = min(WIDTH, (new >> 8 * level) - n * WIDTH)
        hashes = tile(level, n, width)
        if hashes is None or len(hashes) != width * HASH:
            raise Incomplete(f"tile {level}/{n} is not there")
        row = [hashes[i * HASH : (i + 1) * HASH] for i in range(at, at + (1 << inside))]
        return complete_root(row)

    found: list[bytes] = []
    low, high = 0, new
    while high != old:
        middle = low + _split(high - low)
        if old <= middle:
            found.append(over(middle, high))
            high = middle
        else:
            found.append(over(low, middle))
            low = middle
    if low:
        found.append(over(low, high))
    return found[::-1]


def _split(count: int) -> int:
    """The greatest power of two below `count`."""
    return 1 << (count - 1).bit_length() - 1
