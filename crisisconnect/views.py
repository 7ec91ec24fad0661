"""Every view of every service equals its replay from the events, on the installation as it runs (I5)."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, insert, select

from crisisconnect.topology import SERVICES
from services.audit.app import Audit
from services.audit.ledger import pruned, reading
from services.kernel.calls.rpc import Unavailable
from services.kernel.configuration import Configuration
from services.kernel.context import Context
from services.kernel.hosting.participant import Participant, pinned
from services.kernel.replaying import replay
from services.kernel.replaying.replay import Difference
from services.kernel.signing.entry import Reader
from services.kernel.store import eventstore
from services.kernel.store.database import plain, sqlite, writing

BATCH = 1000


class Nobody:
    """A replay asks nobody anything."""

    def call(self, service: str, method: str, args: Mapping[str, Any], context: Context, timeout: float = 4.0) -> Any:
        raise Unavailable(service)


def verify(configuration: Configuration, services: Iterable[str] = SERVICES) -> dict[str, list[Difference]]:
    """By service, where its views are not what the events say. Streams; the scratch databases go afterwards."""
    with tempfile.TemporaryDirectory() as scratch:
        return {name: _differences(name, configuration, Path(scratch)) for name in services}


def _differences(name: str, configuration: Configuration, scratch: Path) -> list[Difference]:
    kind: type[Participant] = getattr(import_module(f"services.{name}.app"), name.capitalize())
    service = kind(configuration, Nobody())
    into = sqlite(scratch / f"{name}.sqlite3")
    views = [*service.views, *service.log_views]
    for view in views:
        view.tables.create_all(into)
    try:
        tables = [table for view in service.views for table in view.tables.sorted_tables]
        found = replay.verify(service.store, into, tables)
        if isinstance(service, Audit):
            found += _from_the_log(service, configuration, scratch)
        return found
    finally:
        service.engine.dispose()
        into.dispose()


def _from_the_log(service: Audit, configuration: Configuration, scratch: Path) -> list[Difference]:
    """Audit's reports follow the log, so they are replayed from it, as far as audit has followed it.

    Where the log has let go of its beginning, what the views had of that is taken as it is, and followed on from there.
    """
    into = sqlite(scratch / "audit-log.sqlite3")
    for view in service.log_views:
        view.tables.create_all(into)
    types = [kind.type for kind in service.follows]
    with replay.moment(service.engine) as live:
        reader = Reader(pinned(configuration), lambda: [entry.note for entry in reading.handovers(live)])
        last, after = _cursor(live, service.feed.name), -1
        _begin(service, live, into, pruned.minimum(live))
        while after < last:
            page = reading.entries_after(live, after, types, BATCH)
            with writing(into) as session:
                for entry in page.entries:
                    if entry.index <= last:
                        for view in service.log_views:
                            view.follow(session, reader.read(entry.index, entry.note))
            after = page.scanned
        tables = [table for view in service.log_views for table in view.tables.sorted_tables]
        with replay.moment(into) as session:
            return replay.compare(live, session, tables)


def _begin(service: Audit, live: Connection, into: Engine, minimum: int) -> None:
    """What is kept of such rows is never taken as it is: it is made of them, and followed on."""
    for view in service.log_views:
        derived = getattr(view, "DERIVED", ())
        for table in view.tables.sorted_tables:
            if table in derived:
                continue
            before = select(table).where(table.c.idx < minimum)
            for rows in live.execution_options(yield_per=BATCH).execute(before).mappings().partitions():
                with writing(into) as session:
                    session.execute(insert(table), [plain(row) for row in rows])
        if derived:
            with writing(into) as session:
                view.derive(session)


def _cursor(session: Connection, feed: str) -> int:
    cursors = eventstore.cursors
    found = session.execute(select(cursors.c.after).where(cursors.c.name == feed)).scalar()
    return -1 if found is None else int(found)
