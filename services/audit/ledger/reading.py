"""What the log answers: only entries under a stored, signed checkpoint, and proofs of them in O(log n) reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, false, func, or_, select

from services.audit.ledger import pruned, tree
from services.audit.ledger.checkpoint import Head, proof
from services.audit.ledger.tables import (
    checkpoints,
    cosignatures,
    entries,
    head as heads,
    keys,
    pending,
    quarantine,
    sources,
    tiles,
)

SCAN = 5000
"""How many entries one question looks through, however few of them fit it."""


@dataclass(frozen=True)
class Entry:
    """`index` is 0-based; `note` is the signed note, byte for byte."""

    index: int
    note: bytes


@dataclass(frozen=True)
class Page:
    """`scanned` is the last index looked at: the next `after`. `size` is that of the newest checkpoint.

    `first` is the lowest index that is left: whoever has not come that far has missed something for good.
    """

    entries: list[Entry]
    scanned: int
    size: int
    first: int = 0


@dataclass(frozen=True)
class Waiting:
    """A source with a gap: its last number in the log, and how many later ones wait since when."""

    source: str
    registered: bool
    high_water: int
    waiting: int
    since: str


class SigningKey(NamedTuple):
    """From the number `since` on `vkey` signs for the source."""

    source: str
    since: int
    vkey: str


@dataclass(frozen=True)
class Refusal:
    id: int
    source: str | None
    reason: str
    digest: str
    at: str


def head(session: Connection) -> Head | None:
    """The newest checkpoint; None before the log was born."""
    row = session.execute(select(heads.c.size, heads.c.root, heads.c.note)).first()
    return Head(row.size, bytes(row.root), bytes(row.note)) if row else None


def size(session: Connection) -> int:
    return session.execute(select(heads.c.size)).scalar() or 0


def checkpoint(session: Connection) -> bytes | None:
    """The newest checkpoint as it is served: signed by the log, with whatever cosignatures it has by now."""
    found = head(session)
    return found.note + cosignatures_of(session, found.size) if found else None


def cosignatures_of(session: Connection, size: int) -> bytes:
    """The lines that witnesses put below the checkpoint of this size, maybe none."""
    of = cosignatures.c
    rows = session.execute(select(of.line).where(of.size == size).order_by(of.witness))
    return b"".join(bytes(row.line) for row in rows)


def checkpoint_of(session: Connection, size: int) -> bytes | None:
    """The checkpoint that was signed at exactly this size, if one was."""
    note = session.execute(select(checkpoints.c.note).where(checkpoints.c.size == size)).scalar()
    return bytes(note) if note is not None else None


def entries_after(session: Connection, after: int, types: Sequence[str] = (), limit: int = 500) -> Page:
    """Entries with an index above `after` (-1 at the start), oldest first.

    `types` are whole types, or end in `.*` for every version of one; none means all.
    """
    total, first = size(session), pruned.minimum(session)
    after = max(after, first - 1)
    last = min(total - 1, after + max(SCAN, limit))
    found = _entries(session, entries.c.idx > after, entries.c.idx <= last, _of(types), limit=limit)
    scanned = found[-1].index if len(found) == limit else max(last, after)
    return Page(found, scanned, total, first)


def of_organisation(
    session: Connection, organisation: str, after: int = -1, types: Sequence[str] = (), limit: int = 500
) -> list[Entry]:
    """One organisation's entries with an index above `after`, oldest first."""
    after = max(after, pruned.minimum(session) - 1)
    under = entries.c.idx < size(session)
    return _entries(
        session, entries.c.organisation == organisation, entries.c.idx > after, under, _of(types), limit=limit
    )


def of_source(session: Connection, source: str, after: int, limit: int = 500) -> list[Entry]:
    """The entries of a source with a number above `after`, in the order of their numbers, which is the log's."""
    left = entries.c.idx.between(pruned.minimum(session), size(session) - 1)
    mine = (entries.c.source == source, entries.c.sequence > after, left)
    found = select(entries.c.idx, entries.c.note).where(*mine).order_by(entries.c.sequence).limit(limit)
    return [Entry(row.idx, bytes(row.note)) for row in session.execute(found)]


def of_correlation(session: Connection, correlation: str, limit: int = 500) -> list[Entry]:
    """What followed from one request, in log order."""
    left = entries.c.idx.between(pruned.minimum(session), size(session) - 1)
    return _entries(session, entries.c.correlation == correlation, left, limit=limit)


def entry(session: Connection, index: int) -> Entry | None:
    found = _entries(session, entries.c.idx == index, entries.c.idx < size(session), limit=1)
    return found[0] if found else None


def by_event(session: Connection, event_id: str) -> Entry | None:
    found = _entries(session, entries.c.event_id == event_id, entries.c.idx < size(session), limit=1)
    return found[0] if found else None


def high_water(session: Connection, source: str) -> int:
    """The last number of `source` (`/auth`) that is integrated; 0 when none is."""
    newest = (
        select(entries.c.sequence)
        .where(entries.c.source == source, entries.c.idx < size(session))
        .order_by(entries.c.sequence.desc())
        .limit(1)
    )
    found: int = session.execute(newest).scalar() or 0
    return max(found, pruned.floor(session).numbers.get(source, 0))


def tile(session: Connection, level: int, n: int, width: int = tree.WIDTH) -> bytes | None:
    """`width` hashes of a tile; None unless the newest checkpoint implies them."""
    count = size(session) >> 8 * level if 0 <= level < 8 else 0
    if n < 0 or not 1 <= width <= tree.WIDTH or n * tree.WIDTH + width > count:
        return None
    hashes = stored_tile(session, level, n)
    return hashes[: width * tree.HASH] if hashes is not None else None


def bundle(session: Connection, n: int, width: int = tree.WIDTH) -> bytes | None:
    """`width` entries in C2SP's bundle form (two bytes of length, entry); None unless the checkpoint implies them.

    None as well for a bundle that the log has let go of.
    """
    first = n * tree.WIDTH
    if first < pruned.minimum(session) or not 1 <= width <= tree.WIDTH or first + width > size(session):
        return None
    found = _entries(session, entries.c.idx >= first, entries.c.idx < first + width, limit=width)
    return b"".join(len(e.note).to_bytes(2, "big") + e.note for e in found) if len(found) == width else None


def inclusion(session: Connection, index: int, size: int) -> list[bytes]:
    """The path of one entry to the root of the tree of `size`, the leaf's sibling first."""
    return tree.inclusion(index, size, lambda level, n: stored_tile(session, level, n))


def consistency(session: Connection, old: int, new: int) -> list[bytes]:
    """The proof that the log of size `new` begins with that of size `old`."""
    return tree.consistency(old, new, lambda level, n: stored_tile(session, level, n))


def tlog_proof(session: Connection, index: int, under: int | None = None) -> bytes | None:
    """The receipt of one entry under the newest checkpoint (C2SP tlog-proof), or under the one of size `under`.

    None while the entry is not integrated, or no such checkpoint was signed.
    """
    if under is None:
        newest = head(session)
        total, note = (newest.size, newest.note) if newest else (0, None)
    else:
        total, note = under, checkpoint_of(session, under)
    if note is None or not 0 <= index < total:
        return None
    return proof(index, inclusion(session, index, total), note + cosignatures_of(session, total))


def stored_tile(session: Connection, level: int, n: int) -> bytes | None:
    """A tile as it is kept, checkpointed or not; for the arithmetic, never for an answer."""
    hashes = session.execute(select(tiles.c.hashes).where(tiles.c.level == level, tiles.c.n == n)).scalar()
    return bytes(hashes) if hashes is not None else None


def gaps(session: Connection) -> list[Waiting]:
    """The sources that wait for a missing number, or for their registration."""
    rows = session.execute(
        select(
            sources.c.source,
            sources.c.vkey,
            sources.c.high_water,
            func.count().label("waiting"),
            func.min(pending.c.at).label("since"),
        )
        .join(pending, pending.c.source == sources.c.source)
        .group_by(sources.c.source, sources.c.vkey, sources.c.high_water)
        .order_by(sources.c.source)
    )
    return [Waiting(r.source, r.vkey is not None, r.high_water, r.waiting, r.since) for r in rows]


def marks(session: Connection) -> dict[str, int]:
    """Every source the log knows, and its last number that is an entry."""
    rows = session.execute(select(sources.c.source, sources.c.high_water).order_by(sources.c.source))
    return {row.source: row.high_water for row in rows}


def registrations(session: Connection, under: int = SCAN) -> list[Entry]:
    """The entries by which sources' keys were registered, oldest first; those with an index below `under`.

    They come first in a log, and stay when what stood around them is let go of.
    """
    below = min(under, size(session))
    return _entries(session, entries.c.type == pruned.REGISTERED, entries.c.idx < below, limit=SCAN)


def handovers(session: Connection, under: int | None = None) -> list[Entry]:
    """Every entry by which a source handed its key over, oldest first; those in the tree of size `under`."""
    size_of = size(session) if under is None else under
    found = select(entries.c.idx, entries.c.note).join(keys, keys.c.idx == entries.c.idx)
    rows = session.execute(found.where(entries.c.idx < size_of).order_by(entries.c.idx))
    return [Entry(row.idx, bytes(row.note)) for row in rows]


def handover_count(session: Connection) -> int:
    """How many `handovers` there are."""
    return session.execute(select(func.count()).where(keys.c.idx < size(session))).scalar_one()


def signing_keys(session: Connection) -> list[SigningKey]:
    """Every key there was and is, by source and number; the first of each is the one that was registered."""
    first = session.execute(select(sources.c.source, sources.c.vkey).where(sources.c.vkey.is_not(None)))
    later = session.execute(select(keys.c.source, keys.c.since, keys.c.vkey).where(keys.c.idx < size(session)))
    return sorted([*(SigningKey(row.source, 1, row.vkey) for row in first), *(SigningKey(*row) for row in later)])


def refusals(session: Connection, after: int = 0, limit: int = 100) -> list[Refusal]:
    """What was quarantined, oldest first; without the messages themselves."""
    q = quarantine.c
    rows = session.execute(
        select(q.id, q.source, q.reason, q.digest, q.at).where(q.id > after).order_by(q.id).limit(limit)
    )
    return [Refusal(*row) for row in rows]


def refused(session: Connection) -> int:
    """How many messages were quarantined, ever."""
    return session.execute(select(func.count()).select_from(quarantine)).scalar_one()


def _of(types: Sequence[str]) -> ColumnElement[bool]:
    """Never by the index of types: many of them in the log's order would all have to be sorted, notes and all."""
    if not types:
        return ~false()
    named = entries.c.type.concat("")
    exact = [name for name in types if not name.endswith(".*")]
    families = [named.startswith(name[:-1], autoescape=True) for name in types if name.endswith(".*")]
    return or_(named.in_(exact), *families)


def _entries(session: Connection, *where: ColumnElement[bool], limit: int) -> list[Entry]:
    rows = session.execute(
        select(entries.c.idx, entries.c.note).where(*where).order_by(entries.c.idx).limit(limit)
    ).all()
    return [Entry(row.idx, bytes(row.note)) for row in rows]
