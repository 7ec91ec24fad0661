"""What stands beside a log that has let go of its beginning, in its one spelling. Nothing of it is proved."""

from __future__ import annotations

from typing import NamedTuple

from services.reader.checkpoint import decimal
from services.reader.note import Malformed, strict_base64
from services.reader.rows import Columns

FORMAT = "crisisconnect-log-pruned@v1"


class Left(NamedTuple):
    """An entry from below the minimum that stayed, its index, and what a database's columns say of it."""

    place: int
    note: bytes
    columns: Columns | None = None


class Stated(NamedTuple):
    """The first index that is left, the entry that says so, and what stayed below."""

    minimum: int
    entry: int
    left: tuple[Left, ...]


def parse_stated(raw: bytes) -> Stated:
    """Lines: the format, `minimum <index>`, `entry <index>`, `key <index> <note in base64>` by rising index.

    Raises Malformed.
    """
    try:
        lines = raw.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise Malformed("what says where the log begins is not text") from error
    if len(lines) < 4 or lines[0] != FORMAT or lines[-1]:
        raise Malformed(f"what says where the log begins is not {FORMAT}")
    minimum, entry = _number(lines[1], "minimum"), _number(lines[2], "entry")
    left = []
    for line in lines[3:-1]:
        name, index, note = [*line.split(" "), "", ""][:3]
        left.append(Left(_number(f"{name} {index}", "key"), strict_base64(note)))
        if line != f"key {index} {note}":
            raise Malformed("a line about a key is an index and a note")
    places = [one.place for one in left]
    if places != sorted(set(places)) or any(place >= minimum for place in places):
        raise Malformed("the keys' entries rise, and lie below the minimum")
    return Stated(minimum, entry, tuple(left))


def _number(line: str, name: str) -> int:
    said, _, number = line.partition(" ")
    if said != name:
        raise Malformed(f"a line about {name} is missing")
    return decimal(number)
