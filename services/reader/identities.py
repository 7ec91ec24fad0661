"""No event id stands in the log twice: checked over any number of ids in bounded memory.

Each id is reduced to 16 bytes of BLAKE2b and goes, with its index, to one of 256 buckets by the first of
these bytes; a bucket over 256 KiB continues in a temporary file. At the end one bucket at a time is sorted.
So at most 64 MiB wait in memory, and a log of n entries uses 24n bytes of temporary space.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from hashlib import blake2b
from itertools import pairwise
from types import TracebackType

_DIGEST = 16
_RECORD = 24
_SPILL_BYTES = 256 * 1024


def digest(event_id: str) -> bytes:
    """The 16 bytes by which an id is remembered."""
    return blake2b(event_id.encode(), digest_size=_DIGEST).digest()


class Identities:
    """Remembers the ids of a log; a context manager, since it holds temporary files."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._buckets = [self._stack.enter_context(_bucket()) for _ in range(256)]

    def __enter__(self) -> Identities:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def add(self, event_id: str, index: int) -> None:
        """Remember that the entry at `index` has this id."""
        self.add_all(digest(event_id), index)

    def add_all(self, digests: bytes, first: int) -> None:
        """Remember the ids of consecutive entries, from the one at `first` on; their digests one after another."""
        for at in range(0, len(digests), _DIGEST):
            record = digests[at : at + _DIGEST] + (first + at // _DIGEST).to_bytes(8, "big")
            self._buckets[record[0]].write(record)

    def doubled(self) -> Iterator[tuple[int, int]]:
        """Each later index whose id was there before, with the index just before it that has the same id."""
        for bucket in self._buckets:
            bucket.seek(0)
            held = bucket.read()
            records = sorted(held[at : at + _RECORD] for at in range(0, len(held), _RECORD))
            for one, next_one in pairwise(records):
                if one[:_DIGEST] == next_one[:_DIGEST]:
                    yield int.from_bytes(next_one[_DIGEST:], "big"), int.from_bytes(one[_DIGEST:], "big")


def _bucket() -> tempfile.SpooledTemporaryFile[bytes]:
    return tempfile.SpooledTemporaryFile(max_size=_SPILL_BYTES)
