"""What an append costs, and a whole command, against the database's own limit: a raw insert of the same bytes.

An append is a transaction that keeps one event, its place in the outbox with it, and wakes the relay. A command also
loads its stream, decides, and remembers its idempotency key. The other side is one autocommitted insert by the driver.
One client on SQLite; on PostgreSQL 32, threads, and greenlets in a process hosted as a service is. In turn, several
rounds, medians. `python -m bench.append`
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import Engine, text
from uuid_utils.compat import uuid7

from bench.report import Row, against, table
from crisisconnect.postgres import Cluster
from services.contracts.grounds import GROUNDS
from services.kernel.commands.unit import Store, Unit
from services.kernel.context import Context
from services.kernel.decider import Decider
from services.kernel.envelope import Envelope, Recorded
from services.kernel.event import Event
from services.kernel.keys import keyring
from services.kernel.keys.keyring import Keyring
from services.kernel.keys.providers import FileKeys
from services.kernel.store import eventstore
from services.kernel.store.database import ensure, is_sqlite, open_engine, sqlite, writing
from services.kernel.store.wake import Waiter, Wake

CLIENTS = 32
SECONDS = 1.0
ROUNDS = 9
GOAL = 0.38
SIDES = ("append", "command", "insert")


@dataclass(frozen=True, kw_only=True)
class Measured(Event, kind="bench"):
    """Something was measured."""

    organisation: str
    what: str
    at: datetime


def _decide(_: int, what: str) -> list[Measured]:
    return [Measured(organisation="o1", what=what, at=datetime.now(UTC))]


DECIDER: Decider[int, str, Measured] = Decider(0, _decide, lambda count, _: count + 1)


def appends(store: Store, keys: Wake) -> Callable[[], Any]:
    """An event and, as the same row without a number, its place in the outbox: one transaction, the relay woken."""

    def once() -> None:
        at = datetime.now(UTC)
        event = Measured(organisation="o1", what="x" * 400, at=at)
        stream = f"bench/{uuid4()}"
        envelope = Envelope(
            id=str(uuid7()), source="/bench", type=Measured.type, subject=stream, time=at, actor="account/a",
            correlationid="c", organisation="o1", role="processor",
        )  # fmt: skip
        record = Recorded(envelope=envelope, event=event, sealed={}, index={}, stream=stream, version=1)
        with writing(store.engine) as session:
            eventstore.append(session, 0, [record], last=True)
        keys.up()

    return once


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


@dataclass
class Bed:
    """Tables and keys on one database, and both sides on them."""

    engine: Engine
    directory: Path
    name: str

    def rates(self, wanted: Iterable[str], clients: int) -> Iterator[float]:
        """Events a second of each side asked for, `append`, `command` or `insert`, in that order."""
        eventstore.tables.create_all(self.engine)
        keys = sqlite(self.directory / f"keys-{self.name}.sqlite3")
        keyring.tables.create_all(keys)
        ring = Keyring(keys, FileKeys(self.directory / "kek"), "/bench")
        relay = f"bench-{self.name}"
        with Waiter(self.engine, self.directory, relay):
            wake = Wake(self.engine, self.directory, relay)
            store = Store(self.engine, ring, "bench", (), wake, maker="m", grounds=GROUNDS)
            sides = {"append": appends(store, wake), "command": commands(store), "insert": inserts(self.engine)}
            for side in wanted:
                yield rate(sides[side], clients)
                self.engine.dispose()
                with self.engine.begin() as session:
                    session.execute(text("delete from events"))


@contextmanager
def hosted(url: str, directory: Path) -> Iterator[Callable[[str], float]]:
    """One side's rate in a process of its own that waits for its database as a hosted service does."""
    command = [sys.executable, "-m", "services.kernel.hosting.host", "bench.append"]
    variables = {**os.environ, "BENCH_URL": url, "BENCH_DIRECTORY": str(directory)}
    with subprocess.Popen(command, env=variables, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        into, out = process.stdin, process.stdout
        assert into is not None
        assert out is not None

        def ask(side: str) -> float:
            into.write(side + "\n")
            into.flush()
            return float(out.readline())

        yield ask
        into.close()


def main() -> None:
    """The hosted process: answers each line, the name of a side, with a rate."""
    engine = open_engine(os.environ["BENCH_URL"], "bench", Path(), pool=CLIENTS)
    bed = Bed(engine, Path(os.environ["BENCH_DIRECTORY"]), "hosted")
    for measured in bed.rates(map(str.strip, iter(sys.stdin.readline, "")), CLIENTS):
        sys.stdout.write(f"{measured}\n")
        sys.stdout.flush()


def run() -> list[Row]:
    """Rows for SQLite and for PostgreSQL, in threads and as hosted, each against inserts made in the same way."""
    with tempfile.TemporaryDirectory() as place:
        directory = Path(place)
        lite = open_engine(None, "bench", directory, pool=1)
        alone = Bed(lite, directory, "sqlite").rates(cycle(SIDES), 1)
        cluster = Cluster(directory / "postgres")
        cluster.start()
        try:
            ensure(cluster.url, "bench")
            engine = open_engine(cluster.url, "bench", directory, pool=CLIENTS)
            threads = Bed(engine, directory, "threads").rates(cycle(SIDES), CLIENTS)
            seen: dict[tuple[str, str], list[float]] = defaultdict(list)
            with hosted(cluster.url, directory) as ask:
                for side in SIDES * ROUNDS:
                    seen["sqlite", side].append(next(alone))
                    seen["threads", side].append(next(threads))
                    seen["hosted", side].append(ask(side))
            engine.dispose()
        finally:
            cluster.stop()
            lite.dispose()
    return [
        against(f"{side}, {where}", seen[where, side], seen[where, "insert"], goal=goals.get(where))
        for side, goals in (("append", {"threads": GOAL, "hosted": GOAL}), ("command", {}))
        for where in ("sqlite", "threads", "hosted")
    ]


if __name__ == "__main__":
    sys.stdout.write(table(run()) + "\n")
