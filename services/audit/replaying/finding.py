"""Find what a selection takes, a stretch of the log at a time, so that neither memory nor anybody else waits for it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import ColumnElement, Connection, Engine, Row, or_, select

from services.audit.ledger import pruned, reading, tree
from services.audit.ledger.tables import checkpoints, entries
from services.audit.replaying.selection import Selection
from services.audit.replaying.timeline import Cause, Depths, Found, attributes
from services.kernel.store.database import reading as look

EVERYTHING = Selection()
STRETCH = 500
"""Entries that one look goes through, however few of them fit."""


@dataclass(frozen=True)
class Stretch:
    """`scanned` is the last index looked at: the next `after`."""

    found: list[Found]
    scanned: int


def stretch(session: Connection, chosen: Selection, after: int, last: int, limit: int, depths: Depths) -> Stretch:
    """At most `limit` fitting entries with an index above `after` and up to `last`, oldest first."""
    upto = min(last, after + STRETCH)
    found = list(islice(_fitting(_rows(session, chosen, after, upto), chosen, depths), limit))
    return Stretch(found, found[-1].index if len(found) == limit else max(upto, after))


def depths(session: Connection, last: int, known: OrderedDict[str, int]) -> Depths:
    """Depths over the log up to `last`, looked up by `session`; `known` goes from one stretch to the next."""
    return Depths(lambda event: _cause(session, event, last), known)


def everything(engine: Engine, chosen: Selection, last: int) -> Iterator[Found]:
    """All that fits, streamed; each look ends before anything of it is handed out, and what it sees never changes."""

    def cause(event: str) -> Cause | None:
        with look(engine) as session:
            return _cause(session, event, last)

    depths = Depths(cause)
    for after in range(-1, last, STRETCH):
        with look(engine) as session:
            rows = _rows(session, chosen, after, min(last, after + STRETCH))
        # Read one by one, since what is read of an entry takes more memory than the entry.
        yield from _fitting(rows, chosen, depths)


def of_types(session: Connection, types: Sequence[str], after: int, last: int, limit: int) -> Stretch:
    """All of some types (`….*` for every version, or for all of a service) up to `last`: what views are made from."""
    page = reading.entries_after(session, after, types, limit)
    found = [Found(entry.index, entry.note, {}) for entry in page.entries if entry.index <= last]
    return Stretch(found, min(page.scanned, last))


def last_before(session: Connection, moment: str) -> int:
    """The index up to which the log says nothing later than `moment`; one below its first where that is later."""
    left = entries.c.idx >= pruned.minimum(session)
    later = select(entries.c.idx).where(left, entries.c.time > moment).order_by(entries.c.idx).limit(1)
    found = session.execute(later).scalar()
    return reading.size(session) - 1 if found is None else found - 1


def root(session: Connection, size: int) -> bytes:
    """The root of the log when it had `size` entries (RFC 6962)."""
    return tree.edge_at(size, lambda level, n: reading.stored_tile(session, level, n)).root()


def checkpoint_over(session: Connection, size: int) -> bytes | None:
    """The first signed checkpoint that covers `size` entries."""
    first = select(checkpoints.c.note).where(checkpoints.c.size >= size).order_by(checkpoints.c.size).limit(1)
    note = session.execute(first).scalar()
    return bytes(note) if note is not None else None


def _rows(session: Connection, chosen: Selection, after: int, upto: int) -> Sequence[Row[int, bytes]]:
    after = max(after, pruned.minimum(session) - 1)
    rows = select(entries.c.idx, entries.c.note).where(entries.c.idx > after, entries.c.idx <= upto, *_narrow(chosen))
    return session.execute(rows.order_by(entries.c.idx)).all()


def _fitting(rows: Iterable[Row[int, bytes]], chosen: Selection, depths: Depths) -> Iterator[Found]:
    takes = None if chosen == EVERYTHING else chosen.takes
    for index, note in rows:
        said = attributes(note)
        if takes is None or takes(note, said):
            yield Found(index, note, said, depths.of(said["id"], said.get("causationid")))


def _cause(session: Connection, event: str, last: int) -> Cause | None:
    row = session.execute(select(entries.c.note).where(entries.c.event_id == event, entries.c.idx <= last)).first()
    if row is None:
        return None
    return Cause(attributes(row.note).get("causationid"))


def _narrow(chosen: Selection) -> list[ColumnElement[bool]]:
    """What the database can leave out by itself; `Selection.takes` decides."""
    where: list[ColumnElement[bool]] = []
    if chosen.organisation is not None:
        where.append(entries.c.organisation == chosen.organisation)
    if chosen.correlation is not None:
        where.append(entries.c.correlation == chosen.correlation)
    if chosen.types:
        bare = [entries.c.type.contains(f".{name}.v", autoescape=True) for name in chosen.types if "." not in name]
        where.append(or_(entries.c.type.in_([name for name in chosen.types if "." in name]), *bare))
    return where
