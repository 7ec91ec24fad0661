"""A word is known by a number that only it gives, so that those who have no key to open it can hear it (P18).

Whatever in a line may be a word of that shape, in any of its spellings, is numbered, and compared.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator

LENGTH = 32
"""Characters of a word: hexadecimal digits, in lower case."""
_DIGITS = re.compile(rb"[0-9a-f]{%d,}" % LENGTH)
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{%d,}" % (LENGTH * 4 // 3))
_ESCAPED = re.compile(rb"\\u00([0-9a-f]{2})")
DEEP = 2
"""One spelling in another: base64 of UTF-16, say. What is hidden deeper is hidden from the whole search."""


def number_of(word: str) -> int:
    """63 bits of its hash: enough to know it by, and of no use to whoever looks for 128 bits by chance."""
    return int.from_bytes(hashlib.sha256(word.encode()).digest()[:8]) >> 1 or 1


class Numbered:
    """Words that are known by their numbers alone, in every spelling that `Spelled` knows."""

    def __init__(self, numbers: Iterable[int]) -> None:
        self._numbers = frozenset(one for one in numbers if one)

    def within(self, data: bytes) -> bool:
        return bool(self._numbers) and any(number_of(one) in self._numbers for one in _words(data, DEEP))


def _words(data: bytes, deep: int) -> Iterator[str]:
    lower = data.lower()
    for plain in {lower, lower.replace(b"\0", b""), _ESCAPED.sub(lambda one: bytes.fromhex(one[1].decode()), lower)}:
        for run in _DIGITS.findall(plain):
            for at in range(len(run) - LENGTH + 1):
                yield run[at : at + LENGTH].decode()
            if deep:
                for begin in (run, run[1:]):
                    yield from _words(bytes.fromhex(begin[: len(begin) // 2 * 2].decode()), deep - 1)
    for run in _BASE64.findall(data) if deep else ():
        for offset in range(4):
            yield from _words(_decoded(run[offset:]), deep - 1)


def _decoded(run: bytes) -> bytes:
    """Filled up with zeros, so that nothing at its end is lost."""
    text = run.translate(bytes.maketrans(b"-_", b"+/"))
    return base64.b64decode(text + b"A" * (-len(text) % 4))
