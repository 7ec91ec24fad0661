"""One word in every spelling that a program may have given it: what a byte-for-byte search asks for (P18)."""

from __future__ import annotations

import base64


class Spelled:
    """A word of lower-case letters and digits. It is in memory alone, and in nothing that this class answers."""

    def __init__(self, word: str) -> None:
        raw = word.encode()
        # Without its last zero byte it is the same in UTF-16 of either order.
        wide = word.encode("utf-16-le")[:-1]
        escaped = "".join(f"\\u{ord(one):04x}" for one in word).encode()
        self._folded = (raw, wide, escaped, *(one.hex().encode() for one in (raw, wide)))
        self._exact = tuple({spelling for one in (raw, wide) for spelling in _base64(one)})

    @property
    def longest(self) -> int:
        """Bytes of the longest spelling."""
        return max(map(len, (*self._folded, *self._exact)))

    def within(self, data: bytes) -> bool:
        """Whether the word stands in these bytes, as it is, or as JSON, hex or base64, from UTF-8 or UTF-16."""
        lower = data.lower()
        return any(one in lower for one in self._folded) or any(one in data for one in self._exact)


def _base64(raw: bytes) -> list[bytes]:
    """At each of the three places it may begin; the outermost characters also carry bits of what stands beside it."""
    found = []
    for offset in range(3):
        text = base64.b64encode(b"\0" * offset + raw)
        inner = text[-(-offset * 8 // 6) : (offset + len(raw)) * 8 // 6]
        found += [inner, inner.translate(bytes.maketrans(b"+/", b"-_"))]
    return found
