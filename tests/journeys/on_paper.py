"""What a page says, read from its PDF as by a reader without fonts: by the table that each font carries."""

from __future__ import annotations

import re
import zlib

OBJECT = re.compile(rb"(\d+) 0 obj\s(.*?)\sendobj", re.DOTALL)
STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
PAGE = re.compile(rb"/Type/Page/.*?/Contents (\d+) 0 R", re.DOTALL)
MARKED = re.compile(rb"BDC(.*?)EMC", re.DOTALL)
SHOWN = re.compile(rb"/(\w+) [\d.]+ Tf|(\((?:\\.|[^\\()]|\([^()]*\))*\))", re.DOTALL)
ESCAPED = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
LETTERS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def words(pdf: bytes) -> list[str]:
    """Each piece of text, in the order of the pages, without its blanks: where a line breaks says nothing."""
    objects = {int(number): content for number, content in OBJECT.findall(pdf)}
    said = list[str]()
    for page in objects.values():
        if (found := PAGE.search(page)) is None:
            continue
        resources = re.search(rb"/Resources (\d+) 0 R", page)
        named = re.search(rb"/Font<<(.*?)>>", objects[int(resources[1])] if resources else page)
        pairs = re.findall(rb"/(\w+) (\d+) 0 R", named[1] if named else b"")
        fonts = {name: _table(objects, int(number)) for name, number in pairs}
        said += [_read(piece, fonts) for piece in MARKED.findall(_stream(objects[int(found[1])]))]
    return ["".join(piece.split()) for piece in said]


def _table(objects: dict[int, bytes], number: int) -> dict[bytes, str]:
    """By glyph what it stands for."""
    found = re.search(rb"/ToUnicode (\d+) 0 R", objects[number])
    table = _stream(objects[int(found[1])]) if found else b""
    pairs = re.findall(rb"<([0-9A-F]{4})> <([0-9A-F]+)>\n", table)
    return {bytes.fromhex(glyph.decode()): bytes.fromhex(text.decode()).decode("utf-16-be") for glyph, text in pairs}


def _stream(content: bytes) -> bytes:
    found = STREAM.search(content)
    if found is None:
        return b""
    try:
        return zlib.decompress(found[1])
    except zlib.error:
        return found[1]


def _read(piece: bytes, fonts: dict[bytes, dict[bytes, str]]) -> str:
    said, table = "", dict[bytes, str]()
    for name, string in SHOWN.findall(piece):
        if name:
            table = fonts[name]
            continue
        glyphs = ESCAPED.sub(_unescaped, string[1:-1])
        said += "".join(table.get(glyphs[at : at + 2], "?") for at in range(0, len(glyphs), 2))
    return said


def _unescaped(found: re.Match[bytes]) -> bytes:
    one = found[1]
    return bytes([int(one, 8)]) if one[:1].isdigit() else LETTERS.get(one, one)
