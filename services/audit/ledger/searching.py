"""Find entries by what their envelope says, a page at a time, and never by looking at all that came before."""

from __future__ import annotations

from typing import Any, NamedTuple

import orjson
from sqlalchemy import ColumnElement, Connection, select, text, true

from services.audit.ledger import pruned, reading
from services.audit.ledger.tables import entries
from services.kernel.event import CATALOGUE

TYPES = text(
    "with recursive known(type) as (select min(type) from log_entries union all"
    " select (select min(type) from log_entries where type > known.type) from known where known.type is not null)"
    " select type from known where type is not null"
)
"""Each type that the log has: from one to the next, not through its entries."""


class Found(NamedTuple):
    """Index and note of each entry, and behind which index there may be more; None where there is no more."""

    entries: list[tuple[int, bytes]]
    next: int | None


def search(
    session: Connection,
    after: int,
    limit: int,
    *,
    type_: str | None = None,
    organisation: str | None = None,
    correlation: str | None = None,
    case: str | None = None,
) -> Found:
    """The entries above `after` that fit all that is given, oldest first, `limit` of them at most.

    `type_` is a whole type or the bare name of an event; `case` is the id of an erasure, a request, a disclosure:
    whatever has a stream of its own. Where two filters narrow together what either of them has much of, so many entries
    of the first are looked through at once: there may be fewer than `limit`, or none, and still a `next`.
    """
    after, last = max(after, pruned.minimum(session) - 1), reading.size(session) - 1
    found: list[tuple[int, bytes]] = []
    by, also = _ways(session, type_, organisation, correlation, case)
    for way in by:
        looked = (_looked(session, way, after) if also else None) or last
        fits = select(entries.c.idx, entries.c.note).where(way, entries.c.idx > after, entries.c.idx <= looked, *also)
        rows = session.execute(fits.order_by(entries.c.idx).limit(limit))
        found += [(row.idx, bytes(row.note)) for row in rows]
        last = min(last, looked)
    under = sorted(one for one in found if one[0] <= last)[:limit]
    if len(under) == limit:
        return Found(under, under[-1][0])
    return Found(under, last if last < reading.size(session) - 1 else None)


def _ways(
    session: Connection, type_: str | None, organisation: str | None, correlation: str | None, case: str | None
) -> tuple[list[ColumnElement[bool]], list[ColumnElement[bool]]]:
    """What one index finds, each in the log's order, and what is held against that, by no index."""
    e = entries.c
    ways: list[tuple[list[ColumnElement[bool]], ColumnElement[bool]]] = []
    held: ColumnElement[bool] | None = None
    if case is not None:
        streams = [f"{kind}/{case}" for kind in sorted({event.kind for event in CATALOGUE.values()})]
        # An index of streams, which come in no order, would cost every entry a quarter of its way into the log.
        held = e.subject.in_(streams)
    if correlation is not None:
        ways.append(([e.correlation == correlation], e.correlation.concat("") == correlation))
    if type_ is not None:
        types = [type_] if "." in type_ else _versions(session, type_)
        ways.append(([e.type == one for one in types], e.type.concat("").in_(types)))
    if organisation is not None:
        ways.append(([e.organisation == organisation], e.organisation.concat("") == organisation))
    by: list[ColumnElement[bool]] = ways[0][0] if ways else [true()]
    return by, [*([] if held is None else [held]), *(narrows for _, narrows in ways[1:])]


def _versions(session: Connection, name: str) -> list[str]:
    return [one for one in session.execute(TYPES).scalars() if f".{name}.v" in one]


def _looked(session: Connection, way: ColumnElement[bool], after: int) -> int | None:
    """The last of so many entries that are looked through; None where there are not as many."""
    some = select(entries.c.idx).where(way, entries.c.idx > after).order_by(entries.c.idx)
    return session.execute(some.offset(reading.SCAN - 1).limit(1)).scalar()


def shown(index: int, note: bytes) -> dict[str, Any]:
    """One entry for a reader: its index, the event as JSON with its values sealed, and the note verbatim."""
    return {"index": index, "event": orjson.loads(note.split(b"\n", 1)[0]), "entry": note.decode()}
