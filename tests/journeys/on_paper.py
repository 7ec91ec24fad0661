"""What a page says, read from its PDF as by a reader without fonts: by the table that each font carries."""

from __future__ import annotations

import re
import zlib

OBJECT = re.compile(rb"(\d+) 0 obj\s(.*?)\sendobj", re.DOTALL)
STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
PAGE = re.compile(rb"/Type/Page/.*?/Contents (\d+) 0 R", re.DOTALL)
MARKED = re.compile(rb"/MCID (\d+)>>BDC(.*?)EMC", re.DOTALL)
ELEMENT = re.compile(rb"/Type/StructElem.*/K\[([^\]]*)\].*/Pg (\d+) 0 R", re.DOTALL)
SHOWN = re.compile(rb"/(\w+) [\d.]+ Tf|(\()", re.DOTALL)
ESCAPED = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
WORD = re.compile(r"(?<![\w-])[^\W\d_]{3,}(?![\w-])")
HEX = re.compile(r"[a-f]+")
LETTERS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def elements(pdf: bytes) -> list[str]:
    """The text of each cell and paragraph, without its blanks: where a line breaks says nothing."""
    objects = _objects(pdf)
    lines = _drawn(objects)
    said = list[str]()
    for element in objects.values():
        if (found := ELEMENT.search(element)) is None:
            continue
        page = lines.get(int(found[2]), {})
        marks = re.findall(rb"\b\d+\b", re.sub(rb"\d+ 0 R", b"", found[1]))
        said.append("".join(page.pop(int(mark), "") for mark in marks))
    said += [line for page in lines.values() for line in page.values()]
    return [text for one in said if (text := "".join(one.split()))]


def vocabulary(pdf: bytes) -> list[str]:
    """The words that stand there, each once, without ids and numbers: wherever a page ends, it is the same."""
    lines = [line for page in _drawn(_objects(pdf)).values() for line in page.values()]
    return sorted({word for line in lines for word in WORD.findall(line) if not HEX.fullmatch(word)})


def _objects(pdf: bytes) -> dict[int, bytes]:
    return {int(number): content for number, content in OBJECT.findall(pdf)}


def _drawn(objects: dict[int, bytes]) -> dict[int, dict[int, str]]:
    return {number: _lines(objects, page) for number, page in objects.items() if PAGE.search(page)}


def _lines(objects: dict[int, bytes], page: bytes) -> dict[int, str]:
    """By its number every marked piece of text on a page."""
    content, resources = PAGE.search(page), re.search(rb"/Resources (\d+) 0 R", page)
    named = re.search(rb"/Font<<(.*?)>>", objects[int(resources[1])] if resources else page)
    pairs = re.findall(rb"/(\w+) (\d+) 0 R", named[1] if named else b"")
    fonts = {name: _table(objects, int(number)) for name, number in pairs}
    drawn = MARKED.findall(_stream(objects[int(content[1])])) if content else []
    return {int(mark): _read(piece, fonts) for mark, piece in drawn}


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
    # What follows the compressed bytes may look like the end of a line, and be their last one.
    return zlib.decompressobj().decompress(found[1]) if b"/FlateDecode" in content else found[1]


def _read(piece: bytes, fonts: dict[bytes, dict[bytes, str]]) -> str:
    said, table, at = "", dict[bytes, str](), 0
    while (found := SHOWN.search(piece, at)) is not None:
        at = found.end()
        if found[1]:
            table = fonts[found[1]]
            continue
        at = _end(piece, at)
        glyphs = ESCAPED.sub(_unescaped, piece[found.end() : at - 1])
        said += "".join(table.get(glyphs[one : one + 2], "?") for one in range(0, len(glyphs), 2))
    return said


def _end(piece: bytes, at: int) -> int:
    """Where a string is over: brackets in it stand in pairs, or behind a backslash."""
    depth = 1
    while depth:
        step = piece[at : at + 1]
        depth += (step == b"(") - (step == b")")
        at += 2 if step == b"\\" else 1
    return at


def _unescaped(found: re.Match[bytes]) -> bytes:
    one = found[1]
    return bytes([int(one, 8)]) if one[:1].isdigit() else LETTERS.get(one, one)
