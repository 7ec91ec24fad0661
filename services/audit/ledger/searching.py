"""Find entries by what their envelope says, a page at a time."""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import Connection, select

from services.audit.ledger import pruned, reading
from services.audit.ledger.tables import entries


def search(
    session: Connection,
    after: int,
    limit: int,
    *,
    type_: str | None = None,
    organisation: str | None = None,
    correlation: str | None = None,
    case: str | None = None,
) -> list[tuple[int, bytes]]:
    """Index and signed note of the entries above `after` that fit all that is given, oldest first.

    `type_` is a whole type or the bare name of an event; `case` is the id of an erasure, a request, a disclosure:
    whatever has a stream of its own.
    """
    after = max(after, pruned.minimum(session) - 1)
    where: list[Any] = [entries.c.idx > after, entries.c.idx < reading.size(session)]
    if type_ is not None:
        exact = entries.c.type == type_
        where.append(exact if "." in type_ else entries.c.type.like(f"%.{_literal(type_)}.v%", escape="\\"))
    if organisation is not None:
        where.append(entries.c.organisation == organisation)
    if correlation is not None:
        where.append(entries.c.correlation == correlation)
    if case is not None:
        where.append(entries.c.subject.like(f"%/{_literal(case)}", escape="\\"))
    found = select(entries.c.idx, entries.c.note).where(*where).order_by(entries.c.idx).limit(limit)
    return [(row.idx, bytes(row.note)) for row in session.execute(found)]


def shown(index: int, note: bytes) -> dict[str, Any]:
    """One entry for a reader: its index, the event as JSON with its values sealed, and the note verbatim."""
    return {"index": index, "event": orjson.loads(note.split(b"\n", 1)[0]), "entry": note.decode()}


def _literal(name: str) -> str:
    return name.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
