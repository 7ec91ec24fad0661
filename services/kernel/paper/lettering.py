"""Whatever somebody wrote can be printed: what our fonts have no letter for stands there by its number."""

from __future__ import annotations

import unicodedata

TEXT = 4000
"""Characters of one text on a page; whoever prints less than all says where all of it is."""
LETTERS = (
    (0x20, 0x7E),  # Latin
    (0xA1, 0x24F),
    (0x300, 0x36F),  # accents of their own
    (0x391, 0x3A1),  # Greek
    (0x3A3, 0x3FF),
    (0x400, 0x4FF),  # Cyrillic
    (0x5D0, 0x5EA),  # Hebrew
    (0x621, 0x63A),  # Arabic
    (0x641, 0x64A),
    (0x1E00, 0x1EFF),  # Latin, Vietnamese too
    (0x2010, 0x2015),  # dashes, quotation marks, the ellipsis
    (0x2018, 0x2022),
    (0x2026, 0x2026),
    (0x20AC, 0x20AC),  # the euro
)
"""What the fonts within the typesetter have letters for, first and last of each run; PDF/A refuses all else."""


def shown(text: str, most: int = TEXT) -> str:
    """As a page can show it: nothing in it is a command to who reads it, and 漢 is `[U+6F22]`.

    After `most` characters it breaks off with an ellipsis.
    """
    composed = unicodedata.normalize("NFC", text[:most])
    cut = composed if len(text) <= most else f"{composed} …"
    return "".join(one if _is_a_letter(one) or one == "\n" else f"[U+{ord(one):04X}]" for one in cut)


def _is_a_letter(one: str) -> bool:
    return one.isprintable() and any(first <= ord(one) <= last for first, last in LETTERS)
