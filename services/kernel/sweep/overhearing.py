"""A process that has no keys holds what it logs against a number that only a canary's word gives (P18).

It cannot open the word and does not have to: whatever in a line may be a word of that shape is numbered, and compared.
"""

from __future__ import annotations

import base64
import hashlib
import logging
import re
from collections.abc import Iterable, Iterator

from sqlalchemy import Connection, func, select

from services.kernel.store import cursor
from services.kernel.store.eventstore import cursors
from services.kernel.sweep.listening import Ear
from services.kernel.sweep.search import PREFIX

LENGTH = 32
"""Characters of a word: hexadecimal digits, in lower case."""
HEARD, WORD = "heard-", f"{PREFIX}word"
_DIGITS = re.compile(rb"[0-9a-f]{%d,}" % LENGTH)
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{%d,}" % (LENGTH * 4 // 3))
_ESCAPED = re.compile(rb"\\u00([0-9a-f]{2})")
DEEP = 2
"""One spelling in another: base64 of UTF-16, say. What is hidden deeper is hidden from the whole search."""


def number_of(word: str) -> int:
    """63 bits of its hash: enough to know it by, and of no use to whoever looks for 128 bits by chance."""
    return int.from_bytes(hashlib.sha256(word.encode()).digest()[:8]) >> 1 or 1


class Numbered:
    """Words that are known by their numbers alone, in every spelling that `Spelled` knows."""

    def __init__(self, numbers: Iterable[int]) -> None:
        self._numbers = frozenset(one for one in numbers if one)

    def within(self, data: bytes) -> bool:
        return bool(self._numbers) and any(number_of(one) in self._numbers for one in _words(data, DEEP))


def _words(data: bytes, deep: int) -> Iterator[str]:
    lower = data.lower()
    for plain in {lower, lower.replace(b"\0", b""), _ESCAPED.sub(lambda one: bytes.fromhex(one[1].decode()), lower)}:
        for run in _DIGITS.findall(plain):
            for at in range(len(run) - LENGTH + 1):
                yield run[at : at + LENGTH].decode()
            if deep:
                for begin in (run, run[1:]):
                    yield from _words(bytes.fromhex(begin[: len(begin) // 2 * 2].decode()), deep - 1)
    for run in _BASE64.findall(data) if deep else ():
        for offset in range(4):
            yield from _words(_decoded(run[offset:]), deep - 1)


def _decoded(run: bytes) -> bytes:
    """Filled up with zeros, so that nothing at its end is lost."""
    text = run.translate(bytes.maketrans(b"-_", b"+/"))
    return base64.b64decode(text + b"A" * (-len(text) % 4))


class Overhearing:
    """Of one process beside a service's database: it listens for the words that the database has the numbers of."""

    def __init__(self, name: str) -> None:
        self.name, self.ear = name, Ear()
        logging.getLogger().addHandler(self.ear)

    def turn(self, session: Connection) -> None:
        """With each beat: say how often one was heard since the last, and hear which are listened for now."""
        add(session, self.name, self.ear.taken())
        self.ear.listens_for = Numbered(numbers(session))

    def close(self) -> None:
        logging.getLogger().removeHandler(self.ear)


def add(session: Connection, name: str, heard: int) -> None:
    """A process of this name heard a word so many times more."""
    if heard:
        cursor.put(session, f"{HEARD}{name}", cursor.position(session, f"{HEARD}{name}", 0) + heard)


def total(session: Connection) -> int:
    """How often any of them ever did."""
    mine = cursors.c.name.startswith(HEARD, autoescape=True)
    return int(session.execute(select(func.coalesce(func.sum(cursors.c.after), 0)).where(mine)).scalar_one())


def numbers(session: Connection) -> list[int]:
    """Of this service's own word and of those of others that it was told."""
    mine = cursors.c.name.startswith(WORD, autoescape=True)
    return sorted(int(one) for one in session.execute(select(cursors.c.after).where(mine)).scalars())


def know(session: Connection, service: str, number: int) -> None:
    """Another service's word has this number now."""
    cursor.put(session, f"{WORD}-{service}", number)
