"""Where the log begins, once its own term is over for what came first: below that only hashes are left, and keys.

The entries by which keys were registered and handed over stay where they are: they say of nobody anything, and without
them no signature of what is left could be checked.
"""

from __future__ import annotations

from base64 import b64encode
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import orjson
from sqlalchemy import ColumnElement, Connection, delete, func, or_, select, update

from services.audit.domain.pruning import BUNDLE, Bundle
from services.audit.ledger import tree
from services.audit.ledger.tables import entries, head, keys, prunings, recorded, tiles
from services.kernel.codec import moment

REGISTERED = "nl.crisisconnect.audit.KeyRegistered.v1"
PRUNED = "nl.crisisconnect.audit.LogPruned.v1"
FORMAT = "crisisconnect-log-pruned@v1"


@dataclass(frozen=True)
class Floor:
    """`minimum` is the first index that is left, `index` the entry that says so, `numbers` each source's last before.

    Nothing is pruned where `minimum` is 0.
    """

    minimum: int = 0
    index: int = -1
    numbers: Mapping[str, int] = field(default_factory=dict)


def floor(session: Connection) -> Floor:
    """As far as the bytes are gone."""
    return _newest(session, prunings.c.gone) or Floor()


def minimum(session: Connection) -> int:
    return session.execute(select(func.max(prunings.c.minimum)).where(prunings.c.gone)).scalar() or 0


def announced(session: Connection) -> Floor | None:
    """The newest LogPruned under a signed checkpoint, if its bytes are still there."""
    below = select(head.c.size).scalar_subquery()
    newest = _newest(session, prunings.c.idx < below)
    return newest if newest is not None and newest.minimum > minimum(session) else None


def of_keys() -> ColumnElement[bool]:
    """The entries that say whose key signed what."""
    return or_(entries.c.type == REGISTERED, entries.c.idx.in_(select(keys.c.idx)))


def kept(session: Connection) -> list[tuple[int, bytes]]:
    """Index and note of each entry below the minimum that stays, oldest first."""
    below = entries.c.idx < minimum(session)
    rows = session.execute(select(entries.c.idx, entries.c.note).where(below, of_keys()).order_by(entries.c.idx))
    return [(row.idx, bytes(row.note)) for row in rows]


def bundles(session: Connection, first: int, count: int) -> list[Bundle]:
    """At most `count` full bundles from number `first` on, under a signed checkpoint, as they are seen to be."""
    size = session.execute(select(head.c.size)).scalar() or 0
    last = min(first + count, size // BUNDLE)
    if last <= first:
        return []
    n = (entries.c.idx // BUNDLE).label("n")
    of = select(n, entries.c.source, func.max(entries.c.sequence).label("last"), func.max(entries.c.time).label("time"))
    within = (entries.c.idx >= first * BUNDLE, entries.c.idx < last * BUNDLE)
    numbers: dict[int, dict[str, int]] = defaultdict(dict)
    times: dict[int, str] = defaultdict(str)
    for row in session.execute(of.where(*within).group_by(n, entries.c.source)):
        numbers[row.n][row.source] = row.last
        times[row.n] = max(times[row.n], row.time)
    full = select(recorded).where(recorded.c.n >= first, recorded.c.n < last)
    at = {row.n: row.at for row in session.execute(full)}
    return [Bundle(n=n, last=numbers[n], recorded=_later(at.get(n), times[n])) for n in range(first, last)]


def let_go(session: Connection, going: Floor) -> int:
    """Delete the entries below its minimum but those of keys. Returns how many; the caller is the log's one writer."""
    gone = session.execute(delete(entries).where(entries.c.idx < going.minimum, ~of_keys())).rowcount
    session.execute(delete(recorded).where(recorded.c.n < going.minimum // BUNDLE))
    session.execute(delete(prunings).where(prunings.c.idx < going.minimum))
    session.execute(update(prunings).where(prunings.c.idx == going.index).values(gone=True))
    return gone


def stood(session: Connection, number: tuple[str, int], note: bytes) -> bool:
    """Whether this note was an entry that the log has let go of: its hash still stands in the tree."""
    found = floor(session)
    if number[1] > found.numbers.get(number[0], 0):
        return False
    leaf, after = tree.leaf_hash(note), -1
    below = (tiles.c.level == 0, tiles.c.n < found.minimum // BUNDLE)
    while True:
        some = select(tiles.c.n, tiles.c.hashes).where(*below, tiles.c.n > after).order_by(tiles.c.n).limit(BUNDLE)
        rows = session.execute(some).all()
        if any(leaf == row.hashes[at : at + tree.HASH] for row in rows for at in range(0, tree.FULL, tree.HASH)):
            return True
        if len(rows) < BUNDLE:
            return False
        after = rows[-1].n


def statement(session: Connection) -> bytes | None:
    """What whoever verifies the log has to know of it first: where it begins, by which entry, and the keys from before.

    Lines, each ended by a newline: the format, `minimum`, `entry`, and `key <index> <note in base64>` for every entry
    below the minimum that stays. None where nothing is pruned.
    """
    found = floor(session)
    if not found.minimum:
        return None
    lines = [FORMAT, f"minimum {found.minimum}", f"entry {found.index}"]
    lines += [f"key {index} {b64encode(note).decode()}" for index, note in kept(session)]
    return "".join(f"{line}\n" for line in lines).encode()


def _newest(session: Connection, which: ColumnElement[bool]) -> Floor | None:
    row = session.execute(select(prunings).where(which).order_by(prunings.c.idx.desc()).limit(1)).first()
    return None if row is None else Floor(row.minimum, row.idx, orjson.loads(row.numbers))


def _later(full: str | None, time: str) -> datetime | None:
    """The later of two moments; None unless both are known."""
    try:
        return max(moment(full or ""), moment(time))
    except (ValueError, TypeError):
        return None
