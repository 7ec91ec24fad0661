"""What waits to become an entry is whole: signed by its source, not an entry yet, and filed under what it says."""

from __future__ import annotations

import re
from contextlib import suppress

from services.reader.database import Database, Waiting
from services.reader.entry import Statement, read
from services.reader.note import Malformed
from services.reader.report import Damage, Findings
from services.reader.sources import Sources, Unregistered

_MOMENT = re.compile(r"\d{4}-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\d\.\d{6}Z", re.ASCII)


def examine(database: Database, size: int, sources: Sources, findings: Findings) -> None:
    """Go through `log_pending`. When a note came (`at`) nothing else tells: it must only be a moment.

    A key that was handed over to above the first `size` entries may have signed what waits; that hand-over proves
    itself here, and is judged like any entry by who reads on. A source whose registration is itself still waited for
    is held against its pin; without pins it is not judged.
    """
    for note in database.coming_hand_overs(size):
        with suppress(Malformed, Unregistered):
            sources.key_of(read(note))
    for row in database.waiting():
        where = f"log_pending {row.source} {row.sequence}"
        wrong = _wrong(row, sources)
        if wrong is not None:
            findings.add(wrong[0], None, where, wrong[1], str(row.source))


def _wrong(row: Waiting, sources: Sources) -> tuple[Damage, str] | None:
    try:
        statement = read(row.note)
    except Malformed as error:
        return Damage.ENTRY_UNREADABLE, str(error)
    if (row.source, row.sequence) != (statement.source, statement.number):
        return Damage.ROW_MISMATCH, "source or sequence is not what was signed"
    try:
        vouched = _vouched(statement, sources)
    except Unregistered as error:
        return error.damage, str(error)
    if not vouched:
        return Damage.SIGNATURE_INVALID, f"not signed by the key of {statement.source}"
    if row.high_water is not None and row.sequence <= row.high_water:
        return Damage.NUMBER_DOUBLED, f"it waits, and {row.high_water} is an entry already"
    if not is_moment(row.at):
        return Damage.ROW_MISMATCH, "at is no moment"
    return None


def _vouched(statement: Statement, sources: Sources) -> bool:
    """Raises Unregistered when no key could vouch for it."""
    try:
        key = sources.key_of(statement)
    except Unregistered:
        pinned = sources.pinned(statement)
        if pinned is None:
            return True
        key = pinned
    return key.verifies(statement.text, statement.signature.blob)


def is_moment(at: object) -> bool:
    """Whether it is written as the log's moments are: UTC, to the microsecond."""
    return isinstance(at, str) and _MOMENT.fullmatch(at) is not None
