"""What the writer knows at its start is read from the database and believed only as far as it proves itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import orjson
from sqlalchemy import Connection, exists, func, select

from services.audit.ledger import checkpoint, pruned, reading, tree
from services.audit.ledger.checkpoint import Head
from services.audit.ledger.pruned import Floor
from services.audit.ledger.tables import entries, keys, pending, sources, tiles
from services.audit.ledger.tree import Edge
from services.kernel.signing.note import NoteInvalid, PreparedVerifier, signer_of
from services.kernel.signing.succession import Succession, type_of
from services.kernel.store.database import is_sqlite

TAIL = 1000
_MARKS = select(
    sources.c.source, sources.c.vkey, sources.c.high_water, exists(select(pending.c.source)).label("waiting")
).order_by(sources.c.source)


class Untrustworthy(Exception):
    """The log in the database is not the log that was signed. Nothing is written until a person has looked."""


@dataclass
class State:
    """The tree's edge as committed, the newest checkpoint, how far each source has come, and who signs for it."""

    edge: Edge = field(default_factory=Edge)
    head: Head | None = None
    high_water: dict[str, int] = field(default_factory=dict)
    registered: set[str] = field(default_factory=set)
    successions: dict[str, Succession] = field(default_factory=dict)


def marks(session: Connection) -> tuple[dict[str, int], set[str], bool]:
    """Every source's high-water mark, the registered ones, and whether anything waits in `pending`.

    Holds off every other writer until the transaction ends.
    """
    rows = session.execute(_MARKS if is_sqlite(session) else _MARKS.with_for_update()).all()
    registered = {row.source for row in rows if row.vkey is not None}
    return {row.source: row.high_water for row in rows}, registered, any(row.waiting for row in rows)


def load(session: Connection, verifier: PreparedVerifier, pins: Mapping[str, str], remembered: Head | None) -> State:
    """The state as it is committed. Raises Untrustworthy, with what is wrong.

    `pins`: source (`/auth`) → the verifier key pinned at installation.
    `remembered` must have been read before the transaction began: a head signed by another writer meanwhile is
    then never mistaken for a rollback.
    """
    high_water, registered, _ = marks(session)
    size = session.execute(select(func.max(entries.c.idx))).scalar()
    size = 0 if size is None else size + 1
    head = reading.head(session)
    floor = pruned.floor(session)
    _check_marks(session, high_water, size, floor)
    successions = _successions(session, pins)
    _check_floor(session, floor, successions)
    for source, succession in successions.items():
        _check_newest(session, succession, high_water.get(source, 0))
    _check_tiles(session, size)

    def read(level: int, n: int) -> bytes | None:
        return reading.stored_tile(session, level, n)

    try:
        edge = tree.edge_at(size, read)
        signed = tree.edge_at(head.size, read) if head else Edge()
        if head is not None:
            _check_head(head, signed, verifier)
        if remembered is not None:
            if head is None or remembered.size > head.size:
                behind = f"{head.size if head else 0} entries, but {remembered.size} were signed"
                raise Untrustworthy(f"the database is an older copy: it has a checkpoint of {behind}")
            if tree.edge_at(remembered.size, read).root() != remembered.root:
                raise Untrustworthy("the log is not a continuation of the one that was signed last")
    except tree.TileMissing as missing:
        raise Untrustworthy(str(missing)) from missing
    if _rehashed(session, signed, size) != edge:
        raise Untrustworthy("the entries above the newest checkpoint do not give their tiles")
    return State(edge, head, high_water, registered, successions)


def _check_head(head: Head, signed: Edge, verifier: PreparedVerifier) -> None:
    try:
        stated = checkpoint.read(verifier, head.note)
    except NoteInvalid as error:
        raise Untrustworthy("the stored checkpoint is not signed with this log's key") from error
    if (stated.size, stated.root) != (head.size, head.root):
        raise Untrustworthy("the stored checkpoint says something else than its row")
    if signed.root() != head.root:
        raise Untrustworthy(f"the tiles do not give the root that was signed at {head.size}")


def _check_floor(session: Connection, floor: Floor, successions: Mapping[str, Succession]) -> None:
    """Whatever is missing at the front is missing because an entry that audit signed says so."""
    if not floor.minimum:
        return
    row = session.execute(select(entries.c.sequence, entries.c.note).where(entries.c.idx == floor.index)).first()
    try:
        if row is None or floor.minimum > floor.index:
            raise NoteInvalid("no such entry")
        key = successions["/audit"].holder(row.sequence).verifier.prepared()
        said = orjson.loads(key.text(bytes(row.note)))
        if (said["type"], said["data"]["minimum"], said["data"]["numbers"]) != (
            pruned.PRUNED,
            floor.minimum,
            floor.numbers,
        ):
            raise NoteInvalid("it says something else")
    except (NoteInvalid, KeyError, TypeError, ValueError) as error:
        raise Untrustworthy(f"no entry says that the log begins at {floor.minimum}") from error


def _check_marks(session: Connection, high_water: dict[str, int], size: int, floor: Floor) -> None:
    if sum(high_water.values()) != size:
        raise Untrustworthy(f"the sources count {sum(high_water.values())} entries, the log has {size}")
    for source, mark in high_water.items():
        newest = select(func.max(entries.c.sequence)).where(entries.c.source == source)
        if max(session.execute(newest).scalar() or 0, floor.numbers.get(source, 0)) != mark:
            raise Untrustworthy(f"the log does not end where the mark of {source} says")


def _successions(session: Connection, pins: Mapping[str, str]) -> dict[str, Succession]:
    """Who signs for each source, every hand-over proved again by the entry that it is."""
    found = {source: Succession.begun(source, vkey) for source, vkey in pins.items()}
    rows = session.execute(
        select(keys.c.source, keys.c.since, keys.c.vkey, entries.c.note)
        .outerjoin(entries, entries.c.idx == keys.c.idx)
        .order_by(keys.c.source, keys.c.since)
    )
    for row in rows:
        try:
            found[row.source] = found[row.source].after(bytes(row.note or b""))
        except (NoteInvalid, KeyError) as error:
            raise Untrustworthy(f"no entry hands the key of {row.source} over from {row.since} on") from error
        if found[row.source].newest[:2] != (row.since, row.vkey):
            raise Untrustworthy(f"the key of {row.source} from {row.since} on is not the one it was handed over to")
    return found


def _check_newest(session: Connection, succession: Succession, mark: int) -> None:
    """A hand-over that was forgotten shows in what followed it, or is the newest entry itself."""
    newest = (entries.c.source == succession.source, entries.c.sequence == mark)
    row = session.execute(select(entries.c.type, entries.c.note).where(*newest)).first()
    if row is None:
        return
    hands_over = row.type == type_of(succession.source)
    if signer_of(bytes(row.note)) != succession.holder(mark).id or hands_over != (succession.newest.since == mark + 1):
        raise Untrustworthy(f"{succession.source} has handed its key over, and which key holds now is not known")


def _check_tiles(session: Connection, size: int) -> None:
    rows = session.execute(select(tiles.c.level, func.count()).group_by(tiles.c.level)).all()
    there, level = {row[0]: row[1] for row in rows}, 0
    while size >> 8 * level:
        implied = -(-(size >> 8 * level) // tree.WIDTH)
        if there.get(level, 0) != implied:
            raise Untrustworthy(f"level {level} has {there.get(level, 0)} tiles, the log's size implies {implied}")
        level += 1


def _rehashed(session: Connection, signed: Edge, size: int) -> Edge:
    """What the entries above the newest checkpoint make of its edge."""
    edge = signed
    while edge.size < size:
        rows = session.execute(
            select(entries.c.idx, entries.c.note).where(entries.c.idx >= edge.size).order_by(entries.c.idx).limit(TAIL)
        ).all()
        if not rows or [row.idx for row in rows] != list(range(edge.size, edge.size + len(rows))):
            raise Untrustworthy(f"an entry is missing at or after {edge.size}")
        edge, _ = tree.grow(edge, [tree.leaf_hash(bytes(row.note)) for row in rows])
    return edge
