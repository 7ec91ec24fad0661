"""The Merkle tree of RFC 6962 (2.1), computed from leaf hashes as they pass, in O(log n) memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256

EMPTY = sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """The hash of one entry as a leaf: SHA-256 of 0x00 and the entry."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees: SHA-256 of 0x01, the left and the right hash."""
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """The right edge of a growing tree: the roots of its complete subtrees, highest first."""

    def __init__(self) -> None:
        self._edge: list[tuple[int, bytes]] = []
        self.size = 0

    def push(self, subtree: bytes, height: int = 0) -> None:
        """Append a complete subtree of 2**height leaves; the size so far must be a multiple of that."""
        if self.size & ((1 << height) - 1):
            raise ValueError("a subtree is appended only where one of its height begins")
        self.size += 1 << height
        while self._edge and self._edge[-1][0] == height:
            subtree = node_hash(self._edge.pop()[1], subtree)
            height += 1
        self._edge.append((height, subtree))

    def root(self) -> bytes:
        """The root of the tree so far; of the empty tree, the hash of nothing."""
        if not self._edge:
            return EMPTY
        root = self._edge[-1][1]
        for _, left in reversed(self._edge[:-1]):
            root = node_hash(left, root)
        return root

    def copy(self) -> Frontier:
        """The same edge, to grow on its own."""
        other = Frontier()
        other._edge = list(self._edge)
        other.size = self.size
        return other


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root over leaf hashes, in order."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.push(leaf)
    return frontier.root()


def complete_root(hashes: Sequence[bytes]) -> bytes:
    """The root over a power of two of equal subtrees, as one full tile holds them."""
    row = list(hashes)
    while len(row) > 1:
        row = [sha256(b"\x01" + row[i] + row[i + 1]).digest() for i in range(0, len(row), 2)]
    return row[0]


def verify_inclusion(index: int, size: int, leaf: bytes, path: Sequence[bytes], root: bytes) -> bool:
    """Whether `path`, the leaf's sibling first, proves the leaf at `index` of the tree (RFC 9162 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    position, last, computed = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if position & 1 or position == last:
            computed = node_hash(sibling, computed)
            while not position & 1 and position:
                position >>= 1
                last >>= 1
        else:
            computed = node_hash(computed, sibling)
        position >>= 1
        last >>= 1
    return last == 0 and computed == root


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the tree of size `new` begins with the one of size `old` (RFC 9162 2.1.4.2).

    Every tree begins with the empty one, whose root must be right and whose proof is empty.
    """
    if not 0 <= old <= new:
        return False
    if old == new or old == 0:
        return not proof and (old_root == new_root if old == new else old_root == EMPTY)
    nodes = list(proof)
    if old & (old - 1) == 0:
        nodes.insert(0, old_root)
    if not nodes:
        return False
    position, last = old - 1, new - 1
    while position & 1:
        position >>= 1
        last >>= 1
    earlier = later = nodes[0]
    for node in nodes[1:]:
        if last == 0:
            return False
        if position & 1 or position == last:
            earlier = node_hash(node, earlier)
            later = node_hash(node, later)
            while not position & 1 and position:
                position >>= 1
                last >>= 1
        else:
            later = node_hash(later, node)
        position >>= 1
        last >>= 1
    return last == 0 and earlier == old_root and later == new_root
