"""A log as files: `checkpoint`, `tile/…` and `tile/entries/…`, uncompressed (C2SP tlog-tiles)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from services.reader import tiles
from services.reader.report import Damage, Unusable
from services.reader.shelf import Bundle, Flaw, Shelf
from services.reader.stated import Stated, parse_stated


class Directory(Shelf):
    """Reads a log's directory; a missing file is an answer, an unreadable one an OSError."""

    def __init__(self, root: Path) -> None:
        if not root.is_dir():
            raise Unusable("there is no such directory")
        self._root = root

    def checkpoint(self) -> bytes:
        """The signed checkpoint. Raises Unusable when there is none."""
        found = self._read("checkpoint")
        if found is None:
            raise Unusable("the directory has no file named checkpoint")
        return found

    def log_vkey(self) -> str:
        """The verifier key kept beside the log. Raises Unusable when there is none."""
        found = self._read("log.vkey")
        if found is None:
            raise Unusable("no verifier key was given, and the directory has no file named log.vkey")
        return found.decode("utf-8", "replace").strip()

    def bundle(self, n: int, width: int) -> Bundle:
        where = tiles.entries_path(n, width)
        exact = self._read(where)
        raw = exact if exact is not None else self._read(tiles.entries_path(n))
        if raw is None:
            return Bundle([None] * width, where)
        entries, end = tiles.split_bundle(raw, width)
        flaws = []
        if len(entries) == width and exact is not None and end != len(raw):
            flaws.append(Flaw(width - 1, Damage.ENTRY_SURPLUS, f"{len(raw) - end} bytes after the last entry"))
        for old, held in self._partials(tiles.entries_path(n), width):
            _, end = tiles.split_bundle(raw, old)
            if held != raw[:end]:
                changed = next(
                    (
                        i
                        for i, entry in enumerate(tiles.split_bundle(held, old)[0])
                        if i >= len(entries) or entry != entries[i]
                    ),
                    old - 1,
                )
                name = tiles.entries_path(n, old)
                flaws.append(Flaw(changed, Damage.ENTRY_CHANGED, f"{name} differs from the bundle it became"))
        return Bundle([*entries, *[None] * (width - len(entries))], where, flaws=flaws)

    def tile(self, level: int, n: int, width: int) -> bytes | None:
        exact = self._read(tiles.tile_path(level, n, width))
        if exact is not None or width == tiles.WIDTH:
            return exact
        full = self._read(tiles.tile_path(level, n))
        return None if full is None else full[: width * tiles.HASH_BYTES]

    def pruned(self) -> Stated | None:
        raw = self._read("pruned")
        return None if raw is None else parse_stated(raw)

    def old_partials(self, level: int, n: int, width: int) -> Iterator[tuple[int, bytes]]:
        return self._partials(tiles.tile_path(level, n), width)

    def tile_name(self, level: int, n: int, width: int) -> str:
        return tiles.tile_path(level, n, width)

    def _partials(self, full: str, width: int) -> Iterator[tuple[int, bytes]]:
        folder = self._root / f"{full}.p"
        if not folder.is_dir():
            return
        for old in sorted(int(path.name) for path in folder.iterdir() if path.name.isdigit()):
            if 0 < old < width:
                yield old, (folder / str(old)).read_bytes()

    def _read(self, path: str) -> bytes | None:
        try:
            return (self._root / path).read_bytes()
        except FileNotFoundError:
            return None
