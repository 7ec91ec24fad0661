"""A log that has let go of its oldest entries begins where an entry of its own says, and not one entry later.

Beside it stands where that is, by which entry, and the entries by which keys were registered and handed over before.
None of this is believed: the keys' entries are held against the hash tiles, which stay, and that entry is read in its
place, signed and in the tree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from services.reader import rows
from services.reader.entry import Statement, read
from services.reader.note import Malformed
from services.reader.report import Damage, Findings
from services.reader.shelf import Shelf
from services.reader.sources import PRUNED, REGISTRAR, REGISTRATION, Sources, Unregistered
from services.reader.stated import Left, Stated
from services.reader.succession import hands_over
from services.reader.tiles import HASH_BYTES, WIDTH
from services.reader.tree import leaf_hash


class LetGo(NamedTuple):
    """What one LogPruned says: the first index that is left, and the last number of each source below it."""

    minimum: int
    numbers: Mapping[str, int]


@dataclass
class Beginning:
    """Where a log begins: `minimum` is 0, and `entry` None, for one that has let go of nothing.

    `heard` are the events in the tree that let something go, by index, as they are read.
    """

    minimum: int = 0
    entry: int | None = None
    heard: dict[int, LetGo] = field(default_factory=dict)
    _said: LetGo | None = None

    def find(self, shelf: Shelf, size: int, sources: Sources, findings: Findings) -> None:
        """Read what stands beside the log, and what it rests on. Where that does not hold, the log begins at 0."""
        try:
            stated = shelf.pruned() if shelf.holds_entries else None
            if stated is None:
                return
            said = _said(shelf, stated, size)
        except Malformed as error:
            findings.add(Damage.PRUNING_INVALID, None, "pruned", str(error))
            return
        _take_keys(shelf, stated, said, sources, findings)
        sources.begin(said.numbers)
        self.minimum, self.entry, self._said = stated.minimum, stated.entry, said

    def hear(self, index: int, statement: Statement) -> None:
        """Take an entry that lets something go. Raises Malformed for one that cannot be so."""
        said = _read(statement)
        if not 0 < said.minimum <= index:
            raise Malformed("it lets go of itself, or of nothing")
        before = next(reversed(self.heard.values()), LetGo(0, {}))
        if said.minimum < before.minimum or any(said.numbers.get(of, 0) < n for of, n in before.numbers.items()):
            raise Malformed("it lets go of less than one before it")
        self.heard[index] = said

    def confirm(self, findings: Findings) -> None:
        """Once everything was read: the entry that was relied on must be among those heard."""
        if self.entry is not None and self.heard.get(self.entry) != self._said:
            detail = f"no entry that {REGISTRAR} signed says that the log begins at {self.minimum}"
            findings.add(Damage.PRUNING_INVALID, self.entry, f"entry {self.entry}", detail, REGISTRAR)


def _said(shelf: Shelf, stated: Stated, size: int) -> LetGo:
    """What the entry says that is named; its signature is judged in its place. Raises Malformed."""
    if not 0 < stated.minimum <= stated.entry < size or stated.minimum % WIDTH:
        raise Malformed(f"a log of {size} entries cannot begin at {stated.minimum} by its entry {stated.entry}")
    n, offset = divmod(stated.entry, WIDTH)
    entry = shelf.bundle(n, min(WIDTH, size - n * WIDTH)).entries[offset]
    if entry is None:
        raise Malformed(f"entry {stated.entry}, which is to say where the log begins, is not there")
    said = _read(read(entry))
    if said.minimum != stated.minimum:
        raise Malformed(f"the log begins at {stated.minimum}, and entry {stated.entry} says {said.minimum}")
    return said


def _read(statement: Statement) -> LetGo:
    data = statement.event.get("data")
    said = data if isinstance(data, dict) else {}
    minimum, numbers = said.get("minimum"), said.get("numbers")
    if (statement.source, statement.type) != (REGISTRAR, PRUNED) or not isinstance(numbers, dict):
        raise Malformed("it is no event by which the log lets go of anything")
    counts = list(numbers.values())
    if type(minimum) is not int or not all(type(count) is int and count >= 0 for count in counts):
        raise Malformed("its numbers are no numbers")
    if minimum % WIDTH or sum(counts) != minimum:
        raise Malformed("its numbers do not count whole bundles of entries")
    return LetGo(minimum, numbers)


def _take_keys(shelf: Shelf, stated: Stated, said: LetGo, sources: Sources, findings: Findings) -> None:
    """The entries that stayed below the minimum: in the tree, signed, and of keys alone."""
    last: dict[str, int] = {}
    tile: tuple[int, bytes] = (-1, b"")
    for left in stated.left:
        where = f"entry {left.place}"
        n, offset = divmod(left.place, WIDTH)
        if tile[0] != n:
            tile = n, shelf.tile(0, n, WIDTH) or b""
        if tile[1][offset * HASH_BYTES : (offset + 1) * HASH_BYTES] != leaf_hash(left.note):
            findings.add(Damage.ENTRY_CHANGED, left.place, where, "not the entry that the tree holds")
            continue
        wrong = _wrong(left, said, last, sources)
        if wrong is not None:
            findings.add(wrong[0], left.place, where, wrong[1])


def _wrong(left: Left, said: LetGo, last: dict[str, int], sources: Sources) -> tuple[Damage, str] | None:
    try:
        statement = read(left.note)
    except Malformed as error:
        return Damage.ENTRY_UNREADABLE, str(error)
    registers = (statement.source, statement.type) == (REGISTRAR, REGISTRATION)
    if not registers and not hands_over(statement):
        return Damage.ENTRY_SURPLUS, "the log has let go of it, and it is still there"
    try:
        if registers:
            sources.register(statement)
        key = sources.key_of(statement)
    except Unregistered as error:
        return error.damage, str(error)
    if not key.verifies(statement.text, statement.signature.blob):
        return Damage.SIGNATURE_INVALID, f"not signed by the key of {statement.source}"
    before, last[statement.source] = last.get(statement.source, 0), statement.number
    if not before < statement.number <= said.numbers.get(statement.source, 0):
        return Damage.NUMBER_DOUBLED, f"number {statement.number} is not below those that are left"
    if left.columns is not None and (names := rows.mismatches(left.columns, statement)):
        return Damage.ROW_MISMATCH, f"columns {', '.join(names)} are not what was signed"
    return None
