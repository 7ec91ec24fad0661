"""The Merkle tree of RFC 6962 (2.1) in tiles of 256 hashes (C2SP tlog-tiles): to append costs the same at any size."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

HASH = 32
WIDTH = 256
FULL = HASH * WIDTH
EMPTY = sha256(b"").digest()

ReadTile = Callable[[int, int], bytes | None]
"""(level, n) → the tile's hashes, at least as many as the tree asked about has there; None where there is none."""


class TileMissing(Exception):
    """A tile that the tree's size implies is not there, or is too short."""


class Tile(NamedTuple):
    level: int
    n: int
    hashes: bytes


@dataclass(frozen=True)
class Edge:
    """The right edge of a tree: `rows[level]` holds the hashes of that level's unfinished tile."""

    size: int = 0
    rows: tuple[bytes, ...] = ()

    def root(self) -> bytes:
        """The Merkle tree hash of all leaves; of no leaf, the hash of nothing."""
        root = b""
        for row in self.rows:
            for subtree in reversed(list(_complete_parts(row))):
                root = node_hash(subtree, root) if root else subtree
        return root or EMPTY


def leaf_hash(entry: bytes) -> bytes:
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def complete_root(row: bytes) -> bytes:
    """The root over a power of two of concatenated hashes."""
    while len(row) > HASH:
        row = b"".join([sha256(b"\x01" + row[at : at + 64]).digest() for at in range(0, len(row), 64)])
    return row


def grow(edge: Edge, leaves: Sequence[bytes]) -> tuple[Edge, list[Tile]]:
    """Append leaf hashes. Returns the new edge and every tile that is new or longer than before."""
    rows, changed = list(edge.rows), list[Tile]()
    level, before, new = 0, edge.size, list(leaves)
    while new:
        if level == len(rows):
            rows.append(b"")
        row = rows[level] + b"".join(new)
        first, new = before // WIDTH, []
        for at in range(0, len(row), FULL):
            hashes = row[at : at + FULL]
            changed.append(Tile(level, first + at // FULL, hashes))
            if len(hashes) == FULL:
                new.append(complete_root(hashes))
        rows[level] = row[len(row) - len(row) % FULL :]
        level, before = level + 1, before // WIDTH
    return Edge(edge.size + len(leaves), tuple(rows)), changed


def edge_at(size: int, read: ReadTile) -> Edge:
    """The edge of the tree when it had `size` leaves. Raises TileMissing."""
    rows, count, level = [], size, 0
    while count:
        width = count % WIDTH
        rows.append(_read(read, level, count // WIDTH, width) if width else b"")
        count, level = count // WIDTH, level + 1
    return Edge(size, tuple(rows))


def inclusion(index: int, size: int, read: ReadTile) -> list[bytes]:
    """The path of the leaf at `index` in the tree of `size`, the leaf's sibling first (RFC 6962 2.1.1)."""
    if not 0 <= index < size:
        raise ValueError("no such leaf")
    hashes, path, low, high = _Hashes(read), list[bytes](), 0, size
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            path.append(hashes.over(middle, high))
            high = middle
        else:
            path.append(hashes.over(low, middle))
            low = middle
    return path[::-1]


def consistency(old: int, new: int, read: ReadTile) -> list[bytes]:
    """The proof that the tree of size `new` begins with the one of size `old` (RFC 6962 2.1.2); empty for old 0."""
    if not 0 <= old <= new:
        raise ValueError("the newer tree is the larger one")
    if old in (0, new):
        return []
    hashes, proof, low, high = _Hashes(read), list[bytes](), 0, new
    while high != old:
        middle = low + _split(high - low)
        if old <= middle:
            proof.append(hashes.over(middle, high))
            high = middle
        else:
            proof.append(hashes.over(low, middle))
            low = middle
    if low:
        proof.append(hashes.over(low, high))
    return proof[::-1]


class _Hashes:
    """Roots of ranges of leaves; each tile is read once."""

    def __init__(self, read: ReadTile) -> None:
        self._source = read
        self._kept: dict[tuple[int, int], bytes | None] = {}

    def over(self, low: int, high: int) -> bytes:
        """The root over the leaves low..high-1; `low` is where a subtree that large begins."""
        count = high - low
        if count & (count - 1):
            middle = low + _split(count)
            return node_hash(self.over(low, middle), self.over(middle, high))
        level, inside = divmod(count.bit_length() - 1, 8)
        at, width = (low >> 8 * level) % WIDTH, 1 << inside
        tile = _read(self._keep, level, low >> 8 * (level + 1), at + width)
        return complete_root(tile[at * HASH :])

    def _keep(self, level: int, n: int) -> bytes | None:
        if (level, n) not in self._kept:
            self._kept[level, n] = self._source(level, n)
        return self._kept[level, n]


def _read(read: ReadTile, level: int, n: int, width: int) -> bytes:
    hashes = read(level, n)
    if hashes is None or len(hashes) < width * HASH:
        raise TileMissing(f"tile {level}/{n} lacks hashes")
    return hashes[: width * HASH]


def _split(count: int) -> int:
    """The greatest power of two below `count`."""
    return 1 << (count - 1).bit_length() - 1


def _complete_parts(row: bytes) -> Iterator[bytes]:
    """The roots of the complete subtrees that a row of fewer than 256 hashes falls into, largest first."""
    at, count = 0, len(row) // HASH
    for part in (128, 64, 32, 16, 8, 4, 2, 1):
        if count & part:
            yield complete_root(row[at : at + part * HASH])
            at += part * HASH
