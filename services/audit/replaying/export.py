"""An export is a function of log and selection: no clock and no id of the asker in it, so anybody can make it again."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator

import orjson

from services.audit.replaying.selection import Selection
from services.audit.replaying.timeline import Found

FORMAT = "crisisconnect-replay/1"
PROGRAM = "0.1.0"
"""The program's version; another one may select or order differently, so it stands in every export."""


def lines(
    origin: str, size: int, root: bytes, selection: Selection, found: Iterable[Found], first: int = 0
) -> Iterator[bytes]:
    """JSON Lines: what was asked of which tree, each entry verbatim, and how many there were with their SHA-256.

    `size` and `root` are of the log as far as the replay looks (RFC 6962), so they hold wherever a copy of it lies;
    `first` is the lowest index that this copy still has.
    """
    head: dict[str, object] = {
        "format": FORMAT,
        "program": PROGRAM,
        "selection": selection.shown(),
        "log": {"origin": origin, "first": first, "size": size, "root": base64.b64encode(root).decode()},
    }
    digest, count = hashlib.sha256(), 0
    opening = _line(head)
    digest.update(opening)
    yield opening
    for one in found:
        text = _line({"index": one.index, "depth": one.depth, "entry": one.note.decode()})
        digest.update(text)
        count += 1
        yield text
    yield _line({"count": count, "sha256": digest.hexdigest()})


def _line(value: dict[str, object]) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE)
