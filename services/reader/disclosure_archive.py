"""A package's archive has one spelling: no compression, no paths that climb, nothing twice, not a byte beside it.

It is read by a description of its own, not by a ZIP library, so that nothing expands and nothing is passed over.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from zlib import crc32

LARGEST = 64 << 20
"""Bytes of an archive; one that is longer is not read."""
_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_NAME = re.compile(rb"(?:[a-z0-9][a-z0-9_-]*/)*[a-z0-9][a-z0-9_-]*(?:\.[a-z0-9]+)+")
_VERSION, _DAY, _MODE = 20, 0x21, 0o600 << 16
"""ZIP 2.0, 1 January 1980, and a file that its owner reads and writes."""


class Misshapen(ValueError):
    """The bytes are not an archive of this one spelling; says what is wrong first."""


def opened(raw: bytes) -> dict[str, bytes]:
    """The files by name, in the order of their names. Raises Misshapen."""
    files = dict(_files(raw))
    if _written(files) != raw:
        raise Misshapen("it holds something that is no part of any file")
    return files


def _files(raw: bytes) -> Iterator[tuple[str, bytes]]:
    at, before = 0, b""
    while raw[at : at + 4] == b"PK\x03\x04":
        if len(raw) < at + _LOCAL.size:
            raise Misshapen("it breaks off")
        _, _, _, method, _, _, _, packed, size, named, extra = _LOCAL.unpack_from(raw, at)
        start = at + _LOCAL.size
        name = raw[start : start + named]
        if method or packed != size or extra:
            raise Misshapen("a file in it is compressed, or has something beside it")
        if not _NAME.fullmatch(name):
            raise Misshapen("a file in it has a name that no file of a package has")
        if name <= before:
            raise Misshapen("a file in it stands there twice, or out of its order")
        body = raw[start + named : start + named + size]
        if len(body) != size:
            raise Misshapen("it breaks off")
        yield name.decode("ascii"), body
        at, before = start + named + size, name


def _written(files: dict[str, bytes]) -> bytes:
    """The one archive that holds exactly these files (APPNOTE 6.3.10, 4.3)."""
    local, central, at = [], [], 0
    for name, body in files.items():
        known = (0, 0, 0, _DAY, crc32(body), len(body), len(body), len(name))
        one = _LOCAL.pack(b"PK\x03\x04", _VERSION, *known, 0) + name.encode() + body
        said = (b"PK\x01\x02", 3 << 8 | _VERSION, _VERSION, *known, 0, 0, 0, 0, _MODE, at)
        local.append(one)
        central.append(_CENTRAL.pack(*said) + name.encode())
        at += len(one)
    listed = b"".join(central)
    end = _END.pack(b"PK\x05\x06", 0, 0, len(files), len(files), len(listed), at, 0)
    return b"".join((*local, listed, end))
