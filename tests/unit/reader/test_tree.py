"""The tree is RFC 6962's: known answers, and every proof of every small size."""

from __future__ import annotations

from hashlib import sha256

import pytest

from services.reader.levels import Levels
from services.reader.report import Findings
from services.reader.shelf import Bundle, Shelf
from services.reader.tiles import blocks
from services.reader.tree import (
    EMPTY,
    Frontier,
    complete_root,
    leaf_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from tests.unit.reader.tinylog import consistency, inclusion, mth

# The leaves and roots of the certificate-transparency reference tests for RFC 6962.
LEAVES = [bytes.fromhex(leaf) for leaf in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
)]  # fmt: skip
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
HASHES = [sha256(bytes([n])).digest() for n in range(33)]


@pytest.mark.parametrize("size", range(9))
def test_the_root_is_the_known_answer(size):
    assert root_of(leaf_hash(leaf) for leaf in LEAVES[:size]).hex() == ROOTS[size]


def test_the_empty_tree_hashes_nothing():
    assert Frontier().root() == EMPTY == bytes.fromhex(ROOTS[0])


def test_a_frontier_fed_with_subtrees_is_the_same_tree():
    frontier = Frontier()
    frontier.push(complete_root(HASHES[:16]), 4)
    for leaf in HASHES[16:21]:
        frontier.push(leaf)
    assert (frontier.size, frontier.root()) == (21, mth(HASHES[:21]))


def test_a_subtree_begins_only_at_a_multiple_of_its_size():
    frontier = Frontier()
    frontier.push(HASHES[0])
    with pytest.raises(ValueError, match="height"):
        frontier.push(HASHES[1], 3)


@pytest.mark.parametrize("size", range(1, 33))
def test_every_leaf_is_proved_at_its_own_index_alone(size):
    leaves, root = HASHES[:size], mth(HASHES[:size])
    for index in range(size):
        path = inclusion(index, leaves)
        assert verify_inclusion(index, size, leaves[index], path, root)
        assert not any(verify_inclusion(i, size, leaves[index], path, root) for i in range(size) if i != index)
        assert not verify_inclusion(index, size, leaves[index], [*path, EMPTY], root)
        assert not path or not verify_inclusion(index, size, leaves[index], path[:-1], root)


@pytest.mark.parametrize("new", range(1, 33))
def test_every_tree_is_consistent_with_its_beginnings_and_no_others(new):
    root = mth(HASHES[:new])
    for old in range(1, new + 1):
        proof, old_root = consistency(old, HASHES[:new]), mth(HASHES[:old])
        assert verify_consistency(old, new, old_root, root, proof)
        assert not verify_consistency(old, new, EMPTY, root, proof)
        assert not verify_consistency(old, new, old_root, EMPTY, proof)
        assert not verify_consistency(old, new, old_root, root, [*proof, EMPTY])


def test_anything_is_consistent_with_the_empty_tree():
    assert verify_consistency(0, 5, EMPTY, mth(HASHES[:5]), [])
    assert verify_consistency(0, 0, EMPTY, EMPTY, [])
    assert not verify_consistency(0, 5, HASHES[0], mth(HASHES[:5]), [])
    assert not verify_consistency(0, 5, EMPTY, mth(HASHES[:5]), [EMPTY])
    assert not verify_consistency(6, 5, EMPTY, mth(HASHES[:5]), [])


class Held(Shelf):
    """Tiles in memory."""

    def __init__(self, held: dict[tuple[int, int], bytes]) -> None:
        self.held = held

    def bundle(self, n: int, width: int) -> Bundle:
        raise NotImplementedError

    def tile(self, level: int, n: int, width: int) -> bytes | None:
        return self.held.get((level, n))

    def tile_name(self, level: int, n: int, width: int) -> str:
        return f"{level}/{n}/{width}"


@pytest.mark.searching
def test_every_tile_of_three_levels_is_recomputed():
    leaves = [sha256(b"%d" % n).digest() for n in range(70_000)]
    made: dict[tuple[int, int], bytes] = {}
    hashes, level = leaves, 0
    while hashes:
        parts = [hashes[at : at + 256] for at in range(0, len(hashes), 256)]
        made.update({(level, n): b"".join(part) for n, part in enumerate(parts)})
        hashes, level = [mth(part) for part in parts if len(part) == 256], level + 1
    assert len(made) == 277

    def read(changed: tuple[int, int] | None) -> list[tuple[int | None, str]]:
        held = {**made, changed: bytes(32) + made[changed][32:]} if changed else made
        findings = Findings()
        levels = Levels(Held(held), findings)
        for n, width in blocks(70_000):
            part = leaves[n * 256 : n * 256 + width]
            levels.leaves(n, part, part)
        levels.finish()
        assert levels.computed.root() == mth(leaves)
        return [(finding.index, finding.where) for finding in findings.ordered()]

    assert read(None) == []
    assert read((1, 0)) == [(0, "1/0/256")]
    assert read((1, 1)) == [(65_536, "1/1/17")]
    assert read((2, 0)) == [(0, "2/0/1")]
