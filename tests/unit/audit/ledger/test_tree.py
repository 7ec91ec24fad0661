"""The tree in tiles is the tree of RFC 6962, and its proofs convince a verifier that shares no code with it."""

from __future__ import annotations

import random
from hashlib import sha256

import pytest

from services.audit.ledger import tree
from services.audit.ledger.tree import Edge
from services.reader.tree import root_of, verify_consistency, verify_inclusion

ENTRIES = [bytes.fromhex(entry) for entry in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
)]  # fmt: skip
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
"""The vectors that Certificate Transparency's implementations share."""

LEAVES = [tree.leaf_hash(b"%d" % n) for n in range(70_000)]


class Tiles:
    """The tiles as a database would keep them."""

    def __init__(self) -> None:
        self.kept: dict[tuple[int, int], bytes] = {}
        self.edge = Edge()
        self.reads = 0

    def append(self, leaves: list[bytes]) -> None:
        self.edge, changed = tree.grow(self.edge, leaves)
        for tile in changed:
            self.kept[tile.level, tile.n] = tile.hashes

    def read(self, level: int, n: int) -> bytes | None:
        self.reads += 1
        return self.kept.get((level, n))


@pytest.fixture(scope="module")
def large() -> Tiles:
    tiles, chance, at = Tiles(), random.Random(7), 0
    while at < len(LEAVES):
        step = chance.choice((1, 3, 255, 256, 257, 500, 4000))
        tiles.append(LEAVES[at : at + step])
        at = tiles.edge.size
    return tiles


def test_the_empty_tree_has_the_hash_of_nothing() -> None:
    assert Edge().root() == sha256(b"").digest()


@pytest.mark.parametrize("size", range(1, 9))
def test_the_roots_are_those_of_the_shared_vectors(size: int) -> None:
    tiles = Tiles()
    tiles.append([tree.leaf_hash(entry) for entry in ENTRIES[:size]])
    assert tiles.edge.root().hex() == ROOTS[size - 1]


def test_it_makes_no_difference_in_which_batches_leaves_come() -> None:
    chance = random.Random(1)
    for _ in range(40):
        size = chance.randrange(1, 900)
        at_once, in_parts = Tiles(), Tiles()
        at_once.append(LEAVES[:size])
        while in_parts.edge.size < size:
            done = in_parts.edge.size
            in_parts.append(LEAVES[done : min(size, done + chance.randrange(1, 300))])
        assert (at_once.edge, at_once.kept) == (in_parts.edge, in_parts.kept)


def test_tiles_of_seventy_thousand_are_those_the_specification_counts(large: Tiles) -> None:
    widths = {key: len(hashes) // 32 for key, hashes in large.kept.items()}
    assert len(widths) == 277
    assert (widths[0, 273], widths[1, 0], widths[1, 1], widths[2, 0]) == (112, 256, 17, 1)


def test_an_edge_read_from_tiles_is_the_edge_that_grew(large: Tiles) -> None:
    assert tree.edge_at(large.edge.size, large.read) == large.edge
    for size in (0, 1, 255, 256, 257, 65_535, 65_536, 65_537, 70_000):
        assert tree.edge_at(size, large.read).root() == root_of(LEAVES[:size])


@pytest.mark.parametrize("size", [*range(1, 20), 63, 255, 256, 257, 300])
def test_every_entry_of_a_small_tree_is_provable(large: Tiles, size: int) -> None:
    root = root_of(LEAVES[:size])
    for index in range(size):
        path = tree.inclusion(index, size, large.read)
        assert verify_inclusion(index, size, LEAVES[index], path, root)


@pytest.mark.parametrize("new", [*range(20), 127, 128, 255, 256, 257, 300])
def test_every_earlier_small_tree_is_provably_a_beginning(large: Tiles, new: int) -> None:
    roots = [root_of(LEAVES[:size]) for size in range(new + 1)]
    for old in range(new + 1):
        proof = tree.consistency(old, new, large.read)
        assert verify_consistency(old, new, roots[old], roots[new], proof)


def test_proofs_of_a_large_tree_convince_and_take_few_reads(large: Tiles) -> None:
    chance = random.Random(3)
    for _ in range(60):
        size = chance.randrange(1, len(LEAVES) + 1)
        index, old = chance.randrange(size), chance.randrange(size + 1)
        root, before = tree.edge_at(size, large.read).root(), tree.edge_at(old, large.read).root()
        large.reads = 0
        path = tree.inclusion(index, size, large.read)
        assert large.reads <= 6
        assert verify_inclusion(index, size, LEAVES[index], path, root)
        assert verify_consistency(old, size, before, root, tree.consistency(old, size, large.read))


def test_to_append_one_leaf_touches_no_more_tiles_than_levels(large: Tiles) -> None:
    for size in (1, 255, 256, 65_535, 69_999):
        _, changed = tree.grow(tree.edge_at(size, large.read), [LEAVES[0]])
        assert len(changed) <= 3


def test_a_missing_or_short_tile_is_named() -> None:
    tiles = Tiles()
    tiles.append(LEAVES[:600])
    whole = tiles.kept[0, 2]
    tiles.kept[0, 2] = whole[:-32]
    with pytest.raises(tree.TileMissing, match="tile 0/2"):
        tree.edge_at(600, tiles.read)
    tiles.kept[0, 2] = whole
    del tiles.kept[0, 0]
    with pytest.raises(tree.TileMissing, match="tile 0/0"):
        tree.inclusion(5, 600, tiles.read)


def test_no_proof_of_what_is_not_there(large: Tiles) -> None:
    with pytest.raises(ValueError, match="no such leaf"):
        tree.inclusion(5, 5, large.read)
    with pytest.raises(ValueError, match="larger"):
        tree.consistency(6, 5, large.read)
