"""How much of a plain batch consumer's speed the log's writer keeps: `python -m bench.ingest`.

The same signed notes wait in the same queue. The plain consumer copies their bytes into a staging table, inserts them
with ON CONFLICT, commits, acknowledges. The ingest verifies, orders, hashes, appends, signs. Rounds take turns.
"""

from __future__ import annotations

import tempfile
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import pika
import psycopg

from bench.report import Row, against
from crisisconnect.installation import Installation
from crisisconnect.postgres import Cluster
from crisisconnect.rabbitmq import Node
from services.audit.ingest.checking import Checking
from services.audit.ingest.process import Process
from services.audit.ingest.writer import Writer
from services.audit.ledger import tables
from services.kernel.signing.note import Signer
from services.kernel.store.database import ensure, open_engine
from services.kernel.store.eventstore import cursors
from tests.examples.log import SERVICES, Sources, event_id

ENTRIES = 20_000
ROUNDS = 5
BATCH = 500
QUEUE = "audit.ingest"


def run(entries: int = ENTRIES, rounds: int = ROUNDS) -> list[Row]:
    """One row: both medians in entries a second, and their ratio."""
    with tempfile.TemporaryDirectory(prefix="bench-ingest-") as place:
        directory = Path(place)
        installation = Installation.mint(directory / "secrets")
        node, cluster = Node(directory / "rabbitmq", installation), Cluster(directory / "postgres")
        try:
            node.start()
            cluster.start()
            bench = Bench(directory, installation, node, cluster, entries)
            speeds = [(bench.round(bench.plain), bench.round(bench.ingest)) for _ in range(rounds)]
        finally:
            cluster.stop()
            node.stop()
    plain, ingest = zip(*speeds, strict=True)
    return [against("log ingest, against a plain batch consumer", ingest, plain, unit="entries/s", goal=0.5)]


class Bench:
    """One broker, one PostgreSQL that syncs, one load of notes; a fresh database for every round."""

    def __init__(self, directory: Path, installation: Installation, node: Node, cluster: Cluster, entries: int) -> None:
        self.directory, self.node, self.cluster = directory, node, cluster
        seeds = {name: installation.signing_key(name).private_bytes_raw() for name in (*SERVICES, "log")}
        self.sources = Sources.made(installation.origin, seeds)
        self.log: Signer = self.sources.log
        self.notes = [("audit", note) for note in self.sources.registrations()]
        self.notes += [("auth", self.sources.note("auth", n)) for n in range(1, entries + 1)]
        self.url = node.url("audit-ingest")

    def round(self, consume: Callable[[str], float]) -> float:
        """Fill the queue, then time how long it takes until everything is committed (and signed)."""
        self._fill()
        name = f"bench_{uuid.uuid4().hex[:8]}"
        ensure(self.cluster.url, name)
        return len(self.notes) / consume(name)

    def ingest(self, database: str) -> float:
        engine = open_engine(self.cluster.url, database, self.directory)
        tables.create(engine)
        cursors.create(engine, checkfirst=True)
        writer = Writer(engine, self.sources.pins, self.log, self.directory / database)
        checking = Checking(self.sources.pins)
        checking.start(patience=10)
        process = Process(writer, checking, engine, self.url)
        watching = threading.Thread(target=self._stop_when_done, args=(writer, process))
        begun = time.perf_counter()
        watching.start()
        process.run()
        watching.join()
        took = time.perf_counter() - begun
        engine.dispose()
        return took

    def plain(self, database: str) -> float:
        address = self.cluster.url.replace("+psycopg", "").replace("/postgres", f"/crisisconnect_{database}")
        waiting: list[tuple[int, str, bytes]] = []
        with psycopg.connect(address) as session, pika.BlockingConnection(pika.URLParameters(self.url)) as line:
            session.execute("create table copied (id text primary key, note bytea not null)")
            session.execute("create temp table staged (id text, note bytea) on commit delete rows")
            session.commit()
            channel = line.channel()
            begun = time.perf_counter()
            channel.basic_qos(prefetch_count=1000)
            channel.basic_consume(QUEUE, lambda _c, m, p, body: waiting.append((m.delivery_tag, p.message_id, body)))
            done = 0
            while done < len(self.notes):
                line.process_data_events(0.25)
                had = -1
                while had < len(waiting) < BATCH:
                    had = len(waiting)
                    line.process_data_events(0)
                while waiting:
                    batch, waiting[:BATCH] = waiting[:BATCH], []
                    with session.cursor() as cursor:
                        with cursor.copy("copy staged from stdin (format binary)") as copy:
                            copy.set_types(["text", "bytea"])
                            for _, name, body in batch:
                                copy.write_row((name, body))
                        cursor.execute("insert into copied select id, note from staged on conflict do nothing")
                    session.commit()
                    channel.basic_ack(batch[-1][0], multiple=True)
                    done += len(batch)
            return time.perf_counter() - begun

    def _stop_when_done(self, writer: Writer, process: Process) -> None:
        while (head := writer.state.head) is None or head.size < len(self.notes):
            time.sleep(0.005)
        process.stop()

    def _fill(self) -> None:
        for service in ("audit", "auth"):
            with pika.BlockingConnection(pika.URLParameters(self.node.url(f"{service}-relay"))) as line:
                channel = line.channel()
                for number, (source, note) in enumerate(self.notes):
                    if source == service:
                        properties = pika.BasicProperties(delivery_mode=2, message_id=event_id("message", number))
                        channel.basic_publish(
                            f"{service}.events", f"nl.crisisconnect.{service}.UserRegistered.v1", note, properties
                        )
        time.sleep(1.0)  # the broker's own work on what it was given is none of the consumer's


if __name__ == "__main__":
    for row in run():
        print(row)
