"""Every hash tile of every level is recomputed as the leaves pass, and compared with the stored bytes."""

from __future__ import annotations

from collections.abc import Sequence

from services.reader.report import Damage, Findings
from services.reader.shelf import Shelf
from services.reader.tiles import HASH_BYTES, WIDTH, split_hashes
from services.reader.tree import Frontier, complete_root


class Levels:
    """Two trees grow side by side: one computed from the entries, one from the tiles as they are stored.

    While the log is sound they are the same. Where they part, which of the two leads to the signed root
    tells a changed entry from a changed tile, and a damage below is not told again of every tile above it.
    """

    def __init__(self, shelf: Shelf, findings: Findings) -> None:
        self._shelf = shelf
        self._findings = findings
        # The tile that is filling on each level above 0: hashes as computed, and as stored tiles give.
        self._pending: list[list[tuple[bytes, bytes]]] = []
        self.computed = Frontier()
        self.stored = Frontier()
        # Of level-0 tiles that differ from their entries: whether the tile above vouches for them.
        self.tile_intact: dict[int, bool] = {}

    def leaves(
        self, n: int, stored: Sequence[bytes | None], computed: Sequence[bytes], root: bytes | None = None
    ) -> None:
        """Take the leaf hashes of block `n` (all 256, or the last of the log); `root` is theirs, where it is known."""
        self._old_partials(0, n, computed, stored)
        as_stored = [kept if kept is not None else leaf for kept, leaf in zip(stored, computed, strict=True)]
        if len(computed) < WIDTH:
            for leaf, kept in zip(computed, as_stored, strict=True):
                self.computed.push(leaf)
                self.stored.push(kept)
            return
        if root is None:
            root = complete_root(computed)
        stored_root = root if as_stored == computed else complete_root(as_stored)
        self.computed.push(root, 8)
        self.stored.push(stored_root, 8)
        self._raise(1, n, root, stored_root)

    def finish(self) -> None:
        """Compare what waits in partial tiles above level 0."""
        for level in range(1, len(self._pending) + 1):
            waiting = self._pending[level - 1]
            if waiting:
                size = self.computed.size // WIDTH**level
                self._compare(level, size // WIDTH, waiting)

    def _raise(self, level: int, position: int, root: bytes, stored_root: bytes) -> None:
        """Append the root of a full tile to the level above, and go on upward where that is full."""
        if len(self._pending) < level:
            self._pending.append([])
        waiting = self._pending[level - 1]
        waiting.append((root, stored_root))
        if len(waiting) < WIDTH:
            return
        n = position // WIDTH
        kept = self._compare(level, n, waiting)
        computed = [one for one, _ in waiting]
        waiting.clear()
        above = complete_root(computed)
        self._raise(level + 1, n, above, above if kept == computed else complete_root(kept))

    def _compare(self, level: int, n: int, waiting: Sequence[tuple[bytes, bytes]]) -> list[bytes]:
        """Compare one tile above level 0; its hashes as stored, the computed one where one is absent."""
        width = len(waiting)
        name = self._shelf.tile_name(level, n, width)
        span = WIDTH**level
        raw = self._shelf.tile(level, n, width)
        computed = [root for root, _ in waiting]
        if raw is None:
            self._findings.add(Damage.TILE_MISSING, n * WIDTH * span, name, "the tile is not there")
            return computed
        stored: list[bytes | None] = [*split_hashes(raw)[:width]]
        if len(raw) != width * HASH_BYTES:
            self._findings.add(Damage.TILE_CHANGED, n * WIDTH * span, name, f"{len(raw)} bytes for {width} hashes")
        stored += [None] * (width - len(stored))
        for offset, (root, beneath) in enumerate(waiting):
            kept = stored[offset]
            if level == 1 and root != beneath:
                self.tile_intact[n * WIDTH + offset] = kept == beneath
            if kept is not None and kept not in (root, beneath):
                index = (n * WIDTH + offset) * span
                self._findings.add(Damage.TILE_CHANGED, index, name, f"hash {offset} is not the one computed")
        self._old_partials(level, n, computed, stored)
        return [kept if kept is not None else root for kept, root in zip(stored, computed, strict=True)]

    def _old_partials(self, level: int, n: int, computed: Sequence[bytes], stored: Sequence[bytes | None]) -> None:
        for width, raw in self._shelf.old_partials(level, n, len(computed)):
            if raw in (b"".join(computed[:width]), b"".join(kept or b"" for kept in stored[:width])):
                continue
            hashes = split_hashes(raw)
            offset = next((i for i in range(width) if i >= len(hashes) or hashes[i] != computed[i]), 0)
            name = self._shelf.tile_name(level, n, width)
            index = (n * WIDTH + offset) * WIDTH**level
            self._findings.add(Damage.TILE_CHANGED, index, name, f"hash {offset} is not the one computed")
