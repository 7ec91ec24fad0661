"""The log's checkpoint and tiles at the paths that C2SP tlog-tiles gives them, byte for byte."""

from __future__ import annotations

import re
from base64 import b64decode

from gateway.answer import Answer
from gateway.ask import Ask
from services.kernel.decider import Refused

_LEVEL = re.compile(r"(0|[1-9]\d?)/(.+)\Z", re.ASCII)
_TILE = re.compile(r"((?:x\d{3}/){0,5})(\d{3})(?:\.p/([1-9]\d{0,2}))?\Z", re.ASCII)
_BYTES = b"application/octet-stream"
_FOR_EVER = b"public, max-age=31536000, immutable"
_SECONDS = b"public, max-age=1"
FULL = 256


def place(text: str) -> tuple[int, int]:
    """`x001/x234/067.p/5` → (1234067, 5); the width of a full tile is 256. Raises Refused not_found."""
    found = _TILE.match(text)
    if found is None or text.startswith("x000/"):
        raise Refused("not_found")
    groups, last, width = found.groups()
    if width is not None and int(width) >= FULL:
        raise Refused("not_found")
    return int(groups.replace("x", "").replace("/", "") + last), int(width or FULL)


async def checkpoint(ask: Ask) -> Answer:
    """The newest checkpoint that is stored."""
    found = await ask.call("audit.checkpoint", {})
    return Answer(200, found["checkpoint"].encode(), media_type=b"text/plain; charset=utf-8", store=_SECONDS)


async def hashes(ask: Ask) -> Answer:
    """32-byte hashes, one after the other."""
    found = _LEVEL.match(ask.path["tile"])
    if found is None or int(found[1]) > 63:
        raise Refused("not_found")
    number, width = place(found[2])
    tile = await ask.call("audit.tile", {"level": int(found[1]), "n": number, "width": width})
    return Answer(200, b64decode(tile["tile"]), media_type=_BYTES, store=_FOR_EVER)


async def pruned(ask: Ask) -> Answer:
    """Where the log begins, by which entry, and the entries of keys from before; 404 while nothing has gone."""
    found = await ask.call("audit.pruned", {})
    return Answer(200, found["statement"].encode(), media_type=b"text/plain; charset=utf-8")


async def entries(ask: Ask) -> Answer:
    """`u16 length || signed note`, one after the other."""
    number, width = place(ask.path["tile"])
    bundle = await ask.call("audit.bundle", {"n": number, "width": width})
    return Answer(200, b64decode(bundle["tile"]), media_type=_BYTES)
