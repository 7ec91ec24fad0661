"""Where a log's tiles and entry bundles lie, and what they hold (C2SP tlog-tiles, height 8)."""

from __future__ import annotations

from collections.abc import Iterator

WIDTH = 256
HASH_BYTES = 32
MAX_ENTRY_BYTES = 65_535


def tile_path(level: int, n: int, width: int = WIDTH) -> str:
    """The path of hash tile `n` of a level, below the log's prefix; a width under 256 is a partial tile."""
    return f"tile/{level}/{_number(n)}{_partial(width)}"


def entries_path(n: int, width: int = WIDTH) -> str:
    """The path of entry bundle `n`, below the log's prefix."""
    return f"tile/entries/{_number(n)}{_partial(width)}"


def blocks(size: int) -> Iterator[tuple[int, int]]:
    """The bundles of a log of this size, each as its number and how many entries it holds (1..256)."""
    full, rest = divmod(size, WIDTH)
    for n in range(full):
        yield n, WIDTH
    if rest:
        yield full, rest


def split_bundle(bundle: bytes, width: int) -> tuple[list[bytes], int]:
    """The first `width` entries of a bundle, fewer if it ends early, and the offset after them."""
    entries: list[bytes] = []
    at = 0
    while len(entries) < width and at + 2 <= len(bundle):
        end = at + 2 + int.from_bytes(bundle[at : at + 2], "big")
        if end > len(bundle):
            break
        entries.append(bundle[at + 2 : end])
        at = end
    return entries, at


def split_hashes(tile: bytes) -> list[bytes]:
    """The whole hashes of a tile, in order."""
    return [tile[at : at + HASH_BYTES] for at in range(0, len(tile) - HASH_BYTES + 1, HASH_BYTES)]


def _number(n: int) -> str:
    groups = [f"{n % 1000:03}"]
    while n := n // 1000:
        groups.append(f"x{n % 1000:03}")
    return "/".join(reversed(groups))


def _partial(width: int) -> str:
    if not 1 <= width <= WIDTH:
        raise ValueError("a tile holds 1 to 256 hashes")
    return "" if width == WIDTH else f".p/{width}"
