"""Where a log's bytes are taken from: a directory of tiles, or the tables of a running installation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from services.reader.report import Damage
from services.reader.rows import Columns
from services.reader.stated import Stated


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something wrong with a bundle itself, at an offset in entries from its start."""

    offset: int
    damage: Damage
    detail: str


@dataclass(frozen=True, slots=True)
class Bundle:
    """Up to 256 consecutive entries, None where one is missing, and what a database's columns say of each."""

    entries: Sequence[bytes | None]
    where: str
    columns: Sequence[Columns | None] | None = None
    flaws: Sequence[Flaw] = ()


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier checkpoint as it was kept: the size it is filed under, its note, its place."""

    size: int
    note: bytes
    where: str


class Shelf(Protocol):
    """What the examination asks of a log's storage. It only reads."""

    holds_entries: bool = True
    """False where entries are not for the asker: then `bundle` is never asked."""

    def bundle(self, n: int, width: int) -> Bundle:
        """The first `width` entries of bundle `n`."""
        ...

    def tile(self, level: int, n: int, width: int) -> bytes | None:
        """The stored bytes of a hash tile, of one that has grown on only the first `width` hashes."""
        ...

    def old_partials(
        self,
        level: int,
        n: int,
        width: int,
    ) -> Iterator[tuple[int, bytes]]:
        """Smaller partial tiles still kept of this tile: their widths and bytes."""
        return iter(())

    def tile_name(self, level: int, n: int, width: int) -> str:
        """How a person finds the tile."""
        ...

    def pruned(self) -> Stated | None:
        """Where the log is said to begin, None where it is said to be whole. Raises Malformed."""
        return None

    def earlier(self, size: int) -> Iterator[Earlier]:
        """Earlier checkpoints up to this size, by size."""
        return iter(())
