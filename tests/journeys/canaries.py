"""A value that was planted is found wherever it rests, in whatever spelling a program may have given it."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from urllib.parse import quote, quote_plus

_ZEROS = re.compile(rb"\0{64,}")
SQLITE = b"SQLite format 3\0"
_PART = 10


@dataclass(frozen=True, order=True)
class Sighting:
    """Which canary stands where; the value itself is not repeated."""

    canary: str
    spelling: str
    place: str


@dataclass(frozen=True)
class Needle:
    canary: str
    spelling: str
    looks: bytes


class Needles:
    """Every spelling of every value: what a byte-for-byte search asks for, and what it asks for in lower case."""

    def __init__(self, values: Mapping[str, str]) -> None:
        exact: dict[bytes, Needle] = {}
        folded: dict[bytes, Needle] = {}
        for canary, value in values.items():
            if len(value) < 6:
                raise ValueError(f"{canary} is too short to be told from chance")
            for spelling, looks in _exact(value):
                exact.setdefault(looks, Needle(canary, spelling, looks))
            for spelling, looks in _folded(value):
                looks = fold(looks)
                folded.setdefault(looks, Needle(canary, spelling, looks))
        self.exact, self.folded = _shared(exact.values()), _shared(folded.values())

    def within(self, data: bytes, place: str) -> set[Sighting]:
        """What of it stands in these bytes."""
        found = _seen(self.exact, data) + _seen(self.folded, fold(data))
        return {Sighting(one.canary, one.spelling, place) for one in found}


Shared = Mapping[bytes, list[Needle]]


def _shared(needles: Collection[Needle]) -> Shared:
    """The needles by a part of each that most others have too: where that part is not, none of them is.

    Canaries of one run hold the same mark, so some hundred parts are looked for instead of thousands of needles.
    """
    counted = Counter(part for needle in needles for part in _parts(needle.looks))
    shared: dict[bytes, list[Needle]] = {}
    for needle in needles:
        shared.setdefault(max(_parts(needle.looks), key=lambda part: (counted[part], part)), []).append(needle)
    return shared


def _parts(looks: bytes) -> set[bytes]:
    return {looks[start : start + _PART] for start in range(max(len(looks) - _PART, 0) + 1)}


def _seen(shared: Shared, data: bytes) -> list[Needle]:
    return [needle for part, several in shared.items() if part in data for needle in several if needle.looks in data]


def fold(data: bytes) -> bytes:
    """Lower case, and without zero bytes: so UTF-16 of either order looks like the code points' own bytes."""
    return data.replace(b"\0", b"").lower()


def _exact(value: str) -> Iterator[tuple[str, bytes]]:
    """Spellings in which case carries meaning: base64 of the value at each of the three places it may begin."""
    forms = {"": value.encode(), "of UTF-16LE": value.encode("utf-16-le"), "of UTF-16BE": value.encode("utf-16-be")}
    for of, raw in forms.items():
        for offset in range(3):
            # The first and last characters also carry bits of the neighbours; only those in between are the value's.
            text = base64.b64encode(b"\0" * offset + raw)
            inner = text[-(-offset * 8 // 6) : (offset + len(raw)) * 8 // 6]
            name = f"base64+{offset} {of}".strip()
            yield name, inner
            yield f"{name}, urlsafe", inner.translate(bytes.maketrans(b"+/", b"-_"))


def _folded(value: str) -> Iterator[tuple[str, bytes]]:
    """Spellings sought in lower case; capitals outside ASCII have a spelling of their own."""
    for text in {value, value.lower(), value.upper(), value.title()}:
        yield "UTF-8", text.encode()
        yield "UTF-16LE", text.encode("utf-16-le")
        yield "UTF-16BE", text.encode("utf-16-be")
        yield "Latin-1", text.encode("latin-1", "ignore")
        yield "JSON", json.dumps(text)[1:-1].encode()
        yield "JSON, solidus", json.dumps(text)[1:-1].replace("/", "\\/").encode()
        yield "every character \\u", "".join(f"\\u{ord(c):04x}" for c in text).encode()
        yield "URL", quote(text, safe="").encode()
        yield "URL, path", quote(text).encode()
        yield "form", quote_plus(text).encode()
        yield "every byte %", "".join(f"%{b:02x}" for b in text.encode()).encode()
        yield "Erlang list", ",".join(map(str, text.encode())).encode()
        yield "Python repr", repr(text.encode())[2:-1].encode()
        yield "hex", text.encode().hex().encode()
        yield "hex of UTF-16LE", text.encode("utf-16-le").hex().encode()
        yield "hex of UTF-16BE", text.encode("utf-16-be").hex().encode()


def files(roots: Iterable[Path]) -> Iterator[Path]:
    """Every regular file below; sockets and pipes hold nothing."""
    for root in roots:
        if root.is_file():
            yield root
        for directory, _, names in os.walk(root):
            yield from (p for name in names if (p := Path(directory, name)).is_file() and not p.is_symlink())


def contents(roots: Iterable[Path]) -> Iterator[tuple[str, bytes]]:
    """(place, bytes) of every file and every file's name, the same bytes once; and of every SQLite cell.

    A cell that spills over pages is torn in its file, so a database is also read as its own program reads it.
    """
    seen: set[bytes] = set()
    for path in files(roots):
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            continue  # a running broker removes its segments
        yield f"name of {path}", str(path).encode()
        digest = hashlib.sha256(data).digest()
        if digest in seen:
            continue
        seen.add(digest)
        # Preallocated logs are mostly zeros, and those are slow to look through.
        yield str(path), _ZEROS.sub(b"\0" * 64, data)
        if data.startswith(SQLITE):
            yield from cells(path)


def cells(path: Path) -> Iterator[tuple[str, bytes]]:
    """Each table of a SQLite file as (place, the bytes of its cells), with what its write-ahead log holds."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        database.text_factory = bytes
        tables = [row[0].decode() for row in database.execute("select name from sqlite_master where type = 'table'")]
        for table in tables:
            rows = database.execute(f'select * from "{table}"')
            yield f"{path}: {table}", b"\n".join(joined(row) for row in rows)


def joined(row: Iterable[object]) -> bytes:
    return b"\t".join(bytes(c) if isinstance(c, bytes | memoryview) else str(c).encode() for c in row)


def search(
    values: Mapping[str, str],
    roots: Iterable[Path],
    more: Iterable[tuple[str, bytes]] = (),
    clean: dict[bytes, set[str]] | None = None,
) -> list[Sighting]:
    """Where any of these values can be read, below `roots` and in `more` (place, bytes); sorted, each place once.

    `clean` remembers which bytes, by their digest, hold none of which canaries: most files stay as they are.
    """
    clean, needles = {} if clean is None else clean, dict[frozenset[str], Needles]()
    found: set[Sighting] = set()
    for place, data in chain(contents(roots), more):
        done = clean.setdefault(hashlib.sha256(data).digest(), set())
        wanted = frozenset(values.keys() - done)
        if wanted not in needles:
            needles[wanted] = Needles({name: values[name] for name in wanted})
        seen = needles[wanted].within(data, place)
        done |= wanted - {sighting.canary for sighting in seen}
        found |= seen
    return sorted(found)
