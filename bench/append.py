"""What one command costs that writes one event, against the database's own limit: a raw insert of the same bytes.

A command loads its stream, decides, appends, remembers its idempotency key and wakes the relay, all in one
transaction; the other side is one autocommitted insert by the driver. 32 clients (threads) on PostgreSQL, one on
SQLite. In turn, several rounds, medians. `python -m bench.append`
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import Engine, text

from bench.relay import table
from crisisconnect.postgres import Cluster
from services.kernel import eventstore, keyring
from services.kernel.context import Context
from services.kernel.database import ensure, is_sqlite, open_engine, sqlite
from services.kernel.decider import Decider
from services.kernel.event import Event
from services.kernel.keyproviders import FileKeys
from services.kernel.keyring import Keyring
from services.kernel.unit import Store, Unit
from services.kernel.wake import Waiter, Wake

CLIENTS = 32
SECONDS = 1.0
ROUNDS = 9
GOAL = 0.38


@dataclass(frozen=True, kw_only=True)
class Measured(Event, kind="bench"):
    """Something was measured."""

    organisation: str
    what: str
    at: datetime


def _decide(_: int, what: str) -> list[Measured]:
    return [Measured(organisation="o1", what=what, at=datetime.now(UTC))]


DECIDER: Decider[int, str, Measured] = Decider(0, _decide, lambda count, _: count + 1)


def commands(store: Store) -> Callable[[], Any]:
    def once() -> None:
        context = Context(
            actor="account/a", organisation="o1", correlation="c", idempotency=str(uuid4()), digest="d" * 64
        )
        stream = f"bench/{uuid4()}"

        def work(unit: Unit) -> dict[str, Any]:
            unit.do(stream, DECIDER, "x" * 400)
            return {}

        store.perform(context, work)

    return once


def inserts(engine: Engine) -> Callable[[], Any]:
    """As bare as it gets: the driver's own connection, one prepared statement, autocommit."""
    local = threading.local()
    lite = is_sqlite(engine)
    mark = "?" if lite else "%s"
    statement = f"insert into events (id, stream, version, type, line) values ({', '.join([mark] * 5)})"
    line = b"x" * 900

    def once() -> None:
        if not hasattr(local, "connection"):
            local.holder = engine.raw_connection()
            local.connection = local.holder.driver_connection
            if not lite:
                local.connection.set_autocommit(True)
        local.connection.execute(statement, (str(uuid4()), f"bench/{uuid4()}", 1, Measured.type, line))

    return once


def rate(once: Callable[[], Any], clients: int) -> float:
    """Calls a second, by `clients` threads for some seconds, once each has its connection."""
    counts = [0] * clients
    ready = threading.Barrier(clients + 1)
    until = 0.0

    def work(me: int) -> None:
        once()
        ready.wait()
        while time.perf_counter() < until:
            once()
            counts[me] += 1

    threads = [threading.Thread(target=work, args=(me,)) for me in range(clients)]
    for thread in threads:
        thread.start()
    began = time.perf_counter()
    until = began + SECONDS + 60
    ready.wait()
    began = time.perf_counter()
    until = began + SECONDS
    for thread in threads:
        thread.join()
    return sum(counts) / (time.perf_counter() - began)


def measure(engine: Engine, directory: Path, name: str, clients: int, goal: float | None) -> dict[str, Any]:
    eventstore.tables.create_all(engine)
    keys = sqlite(directory / f"keys-{name}.sqlite3")
    keyring.tables.create_all(keys)
    ring = Keyring(keys, FileKeys(directory / "kek"), "/bench")
    ours, theirs = [], []
    with Waiter(engine, directory, "bench-relay"):
        store = Store(engine, ring, "bench", (), Wake(engine, directory, "bench-relay"), maker="m")
        for _ in range(ROUNDS):
            ours.append(rate(commands(store), clients))
            engine.dispose()
            theirs.append(rate(inserts(engine), clients))
            engine.dispose()
            with engine.begin() as session:
                session.execute(text("delete from events"))
    a, b = statistics.median(ours), statistics.median(theirs)
    return {"what": f"append on {name}", "ours": a, "theirs": b, "ratio": a / b, "goal": goal}


def run() -> list[dict[str, Any]]:
    """One row per database: commands a second, raw inserts a second, their ratio, and the goal."""
    with tempfile.TemporaryDirectory() as place:
        directory = Path(place)
        lite = open_engine(None, "bench", directory, pool=CLIENTS)
        rows = [measure(lite, directory, "SQLite", 1, None)]
        lite.dispose()
        cluster = Cluster(directory / "postgres")
        cluster.start()
        try:
            ensure(cluster.url, "bench")
            engine = open_engine(cluster.url, "bench", directory, pool=CLIENTS)
            rows.append(measure(engine, directory, "PostgreSQL", CLIENTS, GOAL))
            engine.dispose()
        finally:
            cluster.stop()
    return rows


if __name__ == "__main__":
    sys.stdout.write(table(run()) + "\n")
