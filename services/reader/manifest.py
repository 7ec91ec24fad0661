"""A bundle's manifest names every file of it with its SHA-256, and has one spelling; it is read a line at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import orjson

from services.reader.note import Malformed

FORMAT = "crisisconnect-log-bundle@v1"
_OPENS = ("format", "origin", "organisation", "size", "checkpoint", "log.vkey", "entries")
_LONGEST = 4096
_HEX = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True)
class Opening:
    """Whose bundle this is, out of which log; `checkpoint` and `log_vkey` are the SHA-256 of those files, in hex."""

    origin: str
    organisation: str
    size: int
    checkpoint: str
    log_vkey: str


@dataclass(frozen=True, slots=True)
class Line:
    """One entry by its 0-based index, and the SHA-256 of its file and of its proof's, in hex."""

    index: int
    entry: str
    proof: str


class Manifest:
    """`opening` is read at once, the lines as they are asked for. A context: closes the file."""

    def __init__(self, path: Path) -> None:
        """Raises Malformed, and OSError where there is no such file."""
        self._file: IO[bytes] = path.open("rb")
        try:
            self.opening = self._open()
        except Malformed:
            self._file.close()
            raise

    def __enter__(self) -> Manifest:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def lines(self) -> Iterator[Line]:
        """Every line, by rising index. Raises Malformed at the first that is not as it has to be, or not there."""
        count, last, more = 0, -1, True
        while not (raw := self._file.readline(_LONGEST)).startswith(b"]"):
            if not more:
                raise Malformed("a line follows the one that ends the entries")
            more = raw.endswith(b",\n")
            line = _line(raw.removesuffix(b"\n").removesuffix(b","))
            if raw != _canonical(line) + (b",\n" if more else b"\n"):
                raise Malformed("a line has another spelling than its one")
            if line.index <= last:
                raise Malformed("the indices do not rise")
            count, last = count + 1, line.index
            yield line
        if (more and count) or raw != b'],"count":%d}\n' % count or self._file.read(1):
            raise Malformed("the end is not the count of the entries")

    def _open(self) -> Opening:
        raw = self._file.readline(_LONGEST)
        said = _json(raw.removesuffix(b"\n") + b"]}")
        texts = ("origin", "organisation", "checkpoint", "log.vkey")
        if tuple(said) != _OPENS or said["format"] != FORMAT or raw != orjson.dumps(said)[:-2] + b"\n":
            raise Malformed(f"the manifest does not open as {FORMAT}")
        if not all(isinstance(said[name], str) and said[name] for name in texts) or type(said["size"]) is not int:
            raise Malformed("the manifest's opening is of other types")
        return Opening(said["origin"], said["organisation"], said["size"], said["checkpoint"], said["log.vkey"])


def _line(raw: bytes) -> Line:
    said = _json(raw)
    if tuple(said) != ("index", "entry", "proof"):
        raise Malformed("a line is index, entry and proof")
    line = Line(**said)
    if (
        type(line.index) is not int
        or not 0 <= line.index < 1 << 63
        or not (_is_hash(line.entry) and _is_hash(line.proof))
    ):
        raise Malformed("a line is a number and two hashes")
    return line


def _canonical(line: Line) -> bytes:
    return b'{"index":%d,"entry":"%b","proof":"%b"}' % (line.index, line.entry.encode(), line.proof.encode())


def _is_hash(text: object) -> bool:
    return isinstance(text, str) and len(text) == 64 and _HEX.issuperset(text)


def _json(raw: bytes) -> dict[str, Any]:
    try:
        said = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise Malformed("not JSON, or cut short") from error
    if not isinstance(said, dict):
        raise Malformed("not a JSON object")
    return said
