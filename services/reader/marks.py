"""What the writer remembers of each source, its key and how far it has come, must be what the entries say."""

from __future__ import annotations

from collections.abc import Mapping

import orjson

from services.reader.database import Database
from services.reader.note import Malformed, parse_vkey
from services.reader.pruned import Beginning
from services.reader.report import Damage, Findings
from services.reader.sources import Sources
from services.reader.tiles import WIDTH
from services.reader.waiting import is_moment

_WHERE = "log_sources"


def compare(database: Database, size: int, sources: Sources, findings: Findings) -> None:
    """Hold `log_sources` against the first `size` entries, and the rows above them that the log has grown by.

    Entries that are lost might be any source's: what they explain is not told again.
    """
    known, last = sources.registered(), sources.last_numbers()
    missing = {*known, *last}
    for mark in database.marks(size):
        missing.discard(mark.source)
        where = f"{_WHERE} {mark.source}"
        said = last.get(mark.source, 0) + mark.above
        if not sources.expected(mark.source):
            findings.add(Damage.ROW_MISMATCH, None, where, "there is no such source", mark.source)
        if not isinstance(mark.high_water, int) or not said <= mark.high_water <= said + sources.lost:
            detail = f"the high-water mark is {mark.high_water}, the entries end at {said}"
            findings.add(Damage.ROW_MISMATCH, None, where, detail, mark.source)
        if not _same_key(mark.vkey, known.get(mark.source), mark.registering):
            findings.add(Damage.ROW_MISMATCH, None, where, "the key is not the registered one", mark.source)
    for source in sorted(missing):
        findings.add(Damage.ROW_MISMATCH, None, f"{_WHERE} {source}", "the source has entries and no row", source)
    _compare_keys(database, size, sources, findings)


def _compare_keys(database: Database, size: int, sources: Sources, findings: Findings) -> None:
    """`log_keys` repeats the hand-overs among the entries, each with its place."""
    rows = database.handed_over(size)
    for source, since, _ in sources.handed_over() ^ {(*row[:3],) for row in rows}:
        detail = f"the key from number {since} on is not what was handed over"
        findings.add(Damage.ROW_MISMATCH, None, f"log_keys {source}", detail, str(source))
    for source, since, _, placed in rows:
        if not placed:
            detail = f"the entry for number {since} is not that hand-over"
            findings.add(Damage.ROW_MISMATCH, None, f"log_keys {source}", detail, str(source))


def compare_prunings(database: Database, size: int, begun: Beginning, findings: Findings) -> None:
    """`log_prunings` repeats the entries that let something go; `log_recorded` holds moments, which nobody signed."""
    said = {(index, one.minimum, _spelt(one.numbers)) for index, one in begun.heard.items()}
    kept = {tuple(row) for row in database.lettings(size)}
    for row in sorted(said ^ kept, key=str):
        detail = f"it is not what entry {row[0]} says" if row in kept else f"entry {row[0]} is not among them"
        findings.add(Damage.ROW_MISMATCH, None, f"log_prunings {row[0]}", detail)
    for n, at in database.recorded():
        if not isinstance(n, int) or not begun.minimum // WIDTH <= n or not is_moment(at):
            findings.add(Damage.ROW_MISMATCH, None, f"log_recorded {n}", "it is no bundle's, or at is no moment")


def _spelt(numbers: Mapping[str, int]) -> str:
    return orjson.dumps(numbers, option=orjson.OPT_SORT_KEYS).decode()


def _same_key(vkey: str | None, registered: object, registering: bool) -> bool:
    if registered is None:
        # A registration above the checkpoint is not read yet; that it is one, the next verification sees.
        return vkey is None or registering
    try:
        return vkey is not None and parse_vkey(vkey) == registered
    except Malformed:
        return False
