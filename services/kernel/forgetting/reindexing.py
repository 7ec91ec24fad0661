"""A rotation gives every blind index another key, while people work; then the old key goes (I6, 0025)."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Table, bindparam, or_, select, update

from services.kernel.commands.unit import EVERYWHERE, Store
from services.kernel.keys.blinding import IndexKey
from services.kernel.keys.epochs import Rotation
from services.kernel.store import cursor, eventstore
from services.kernel.store.database import scrub, writing
from services.kernel.store.lease import Busy, lease

CURSOR = "index-version"
"""Which version every index in the views has; none means the first."""
BATCH = 500


@dataclass(frozen=True)
class Indexed:
    """Where a view keeps blind indexes: by index column the sealed field that it is of.

    The sealed value stands in the row's column of that name, or, where `stream` says so, in an event of the stream
    `<stream>/<primary key>`. The table has a column `organisation`.
    """

    table: Table
    columns: Mapping[str, str]
    stream: str = ""


def rotate(store: Store, batch: int = BATCH) -> Rotation:
    """Re-key the blind indexes, then retire the key epoch, in which the old index keys lay wrapped.

    Killed at any step, the next one does it all: it begins with a version of its own. Raises Busy while another
    process rotates.
    """
    return store.keyring.rotate(first=lambda: rekey(store, batch))


def rekey(store: Store, batch: int = BATCH) -> None:
    """A new index key, every index anew with it, every older key destroyed; nothing where nobody was ever indexed.

    A version of an unfinished rotation goes too: somebody may have been erased while it was in use.
    """
    index = store.keyring.index
    old = index.existing()
    if not old:
        return
    new = index.mint()
    with writing(store.engine) as session:
        # Waits for every writer of an older version; whoever comes later is told to write with the new one.
        eventstore.bury(session, [key.owner for key in old])
    index.spend(key.owner for key in old)
    move(store, new, batch)
    store.keyring.destroy_index([key.id for key in old])
    scrub(store.engine)


def settle(store: Store) -> None:
    """At the start: where the views are of another time than the keyring (a restored copy), make their indexes anew."""
    living = store.keyring.index.existing()
    with store.reading() as session:
        version = cursor.position(session, CURSOR, 1)
    if not living or version in {key.version for key in living}:
        return
    try:
        with lease(store.keyring.engine, "rotation"):
            move(store, store.keyring.index.writing())
    except Busy:
        return  # whoever rotates makes all of them anew


def move(store: Store, key: IndexKey, batch: int = BATCH) -> int:
    """Make every index of every view anew with `key`. Returns how many rows were looked at."""
    count = 0
    for view in store.views:
        for indexed in getattr(view, "INDEXED", ()):
            count += _move(store, indexed, key, batch)
    with writing(store.engine) as session:
        cursor.put(session, CURSOR, key.version)
    return count


def _move(store: Store, indexed: Indexed, key: IndexKey, batch: int) -> int:
    [identity] = indexed.table.primary_key.columns
    some = or_(*(indexed.table.c[column].is_not(None) for column in indexed.columns))
    after, count = "", 0
    while True:
        with store.reading() as session:
            chosen = select(indexed.table).where(some, identity > after).order_by(identity).limit(batch)
            rows = session.execute(chosen).all()
            sealed = _sealed(session, indexed, rows)
        changes = _changes(store, indexed, key, rows, sealed)
        with writing(store.engine) as session:
            for column, changed in changes.items():
                target = indexed.table.c[column]
                # Who changed it since then wrote it with the new key, or took it away.
                same = (identity == bindparam("which")) & (target == bindparam("old"))
                if changed:
                    session.execute(update(indexed.table).where(same).values({column: bindparam("new")}), changed)
        count += len(rows)
        if len(rows) < batch:
            return count
        after = str(getattr(rows[-1], identity.name))
        time.sleep(0)  # where one thread serves many, it is the others' turn


def _changes(
    store: Store, indexed: Indexed, key: IndexKey, rows: Sequence[Row[Any]], sealed: Mapping[tuple[str, str], str]
) -> dict[str, list[dict[str, str | None]]]:
    [identity] = indexed.table.primary_key.columns
    places = [
        (row, column, name)
        for row in rows
        for column, name in indexed.columns.items()
        if getattr(row, column) is not None
    ]
    which = [str(getattr(row, identity.name)) for row, _, _ in places]
    values = store.keyring.open_many(
        [(sealed.get((one, name)), name) for one, (_, _, name) in zip(which, places, strict=True)]
    )
    changes: dict[str, list[dict[str, str | None]]] = {column: [] for column in indexed.columns}
    for one, (row, column, name), value in zip(which, places, values, strict=True):
        scope = "" if name in EVERYWHERE else str(row.organisation)
        # None where the value's key is gone: so a replay has it, too.
        new = None if value is None else key.blind(name, value, scope)
        if new != getattr(row, column):
            changes[column].append({"which": one, "old": getattr(row, column), "new": new})
    return changes


def _sealed(session: Connection, indexed: Indexed, rows: Sequence[Row[Any]]) -> dict[tuple[str, str], str]:
    """The sealed value by primary key and field."""
    [identity] = indexed.table.primary_key.columns
    names = set(indexed.columns.values())
    if not indexed.stream:
        return {(str(getattr(row, identity.name)), name): getattr(row, name) for row in rows for name in names}
    streams = [f"{indexed.stream}/{getattr(row, identity.name)}" for row in rows]
    found: dict[tuple[str, str], str] = {}
    for record in eventstore.of_streams(session, streams):
        one = record.stream.partition("/")[2]
        found.update({(one, name): value for name, value in record.sealed.items() if name in names})
    return found
