"""An installation whose log is old: its first entries were recorded ten years and more ago, by the test's clock."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, func, select

from crisisconnect.postgres import Cluster
from services.audit.app import Audit
from services.audit.ingest.letting_go import LettingGo
from services.audit.ledger import reading, tables
from services.kernel.calls.rpc import Unavailable
from services.kernel.codec import instant
from services.kernel.configuration import Configuration
from services.kernel.hosting.migrating import migrate
from services.kernel.signing.note import Signer
from services.kernel.signing.succession import agreement
from services.kernel.store import eventstore
from services.kernel.store.database import reading as look
from services.reader import Report, verify_database
from services.reader.verify import Demands
from tests.examples.log import Sources
from tests.integration.installed import Log

LONG_AGO = datetime(2010, 5, 1, 9, tzinfo=UTC)
SOURCES = ("audit", "auth", "org", "retention")
MARK = "marked-for-the-search"


class Others:
    """The other services: each says how far it has read the log, unless it is away."""

    def __init__(self) -> None:
        self.read: dict[str, int | None] = {"auth": 10**9, "org": 10**9, "retention": 10**9}

    def call(self, service: str, method: str, *_: Any) -> Any:
        if method == "followed":
            found = self.read[service]
            if found is None:
                raise Unavailable(service)
            return {"next": found}
        return None


class Old:
    """Its audit service, its log, the log's one writer, and the clock of all three."""

    def __init__(self, home: Configuration) -> None:
        self.home, self.now, self.others = home, LONG_AGO, Others()
        migrate("audit", home)
        self.audit = Audit(home, self.others)
        self.audit.pruning._now = lambda: self.now
        self.log = Log(home, self.audit.engine)
        self.log.writer._now = lambda: instant(self.now)
        self.letting_go = LettingGo(self.audit.engine, self.log.writer, now=lambda: self.now)
        self.said = {"audit": 4, "auth": 0, "org": 0, "retention": 0}
        self.relayed = 0
        self.log.write(*(self._registration(n, of) for n, of in enumerate(SOURCES, start=1)))

    def _registration(self, number: int, of: str) -> bytes:
        data = {"source": f"/{of}", "vkey": self.log.sources.pins[of], "at": instant(self.now)}
        return self.log.sources.note("audit", number, "KeyRegistered", data=data, time=instant(self.now))

    def close(self) -> None:
        self.audit.stop()
        time.sleep(0.2)  # a wake-up may be under way, on a connection of its own
        self.audit.engine.dispose()
        self.audit.keyring._engine.dispose()

    def grow(self, by: int, services: tuple[str, ...] = ("auth", "org"), **differing: Any) -> None:
        """So many entries, now, by these services in turn."""
        notes = []
        for turn in range(by):
            service = services[turn % len(services)]
            self.said[service] += 1
            told = {"time": instant(self.now), **differing}
            notes.append(self.log.sources.note(service, self.said[service], **told))
        self.log.write(*notes)

    def hand_over(self, service: str, seed: bytes) -> None:
        """A service signs with another key from its next entry on."""
        self.said[service] += 1
        old = self.log.sources.signers[service]
        new = Signer(old.verifier.name, seed)
        proof = agreement(f"/{service}", old.verifier, new)
        data = {"old": old.verifier.vkey, "vkey": new.verifier.vkey, "proof": proof, "at": instant(self.now)}
        told = {"subject": f"signing/{service}", "organisation": None, "time": instant(self.now), "data": data}
        self.log.write(self.log.sources.note(service, self.said[service], "SigningKeyHandedOver", **told))
        self.log.sources = Sources({**self.log.sources.signers, service: new}, self.log.sources.log)

    def relay(self) -> None:
        """Audit's own events become entries, as its relay would have it; no checkpoint is signed over them."""
        with self.audit.store.reading() as session:
            events = eventstore.events.c
            rows = session.execute(select(events.line).order_by(events.position)).all()
        for row in rows[self.relayed :]:
            self.tell(bytes(row.line))
        self.relayed = len(rows)

    def tell(self, line: bytes) -> None:
        """One event of audit's, numbered and signed."""
        self.said["audit"] += 1
        number = self.said["audit"]
        note = self.log.sources.signers["audit"].sign(eventstore.numbered(line, number) + b"\n")
        self.log.writer.write([note])

    def read(self) -> None:
        """Audit itself takes in what there is."""
        while self.audit.feed.step():
            pass
        self.audit.feed.step()

    def prune(self) -> int:
        """All of it: read, decide, integrate, take away. Where the log begins from then on, 0 where nothing went."""
        self.read()
        self.audit.pruning.turn()
        self.relay()
        self.log.writer.checkpoint()
        gone = self.letting_go.turn()
        return gone.minimum if gone is not None else 0

    def below(self, minimum: int) -> int:
        """How many entries are left below an index."""
        with look(self.audit.engine) as session:
            counted = select(func.count()).select_from(tables.entries).where(tables.entries.c.idx < minimum)
            return session.execute(counted).scalar_one()

    @property
    def size(self) -> int:
        with look(self.audit.engine) as session:
            return reading.size(session)

    @property
    def place(self) -> str:
        return self.audit.engine.url.render_as_string(hide_password=False)

    def verify(self) -> Report:
        demands = Demands(pins=self.home.installation["pins"])
        return verify_database(self.place, log_vkey=self.home.installation["log"], **demands)


@contextmanager
def old(home: Configuration, cluster: Cluster | None) -> Iterator[Old]:
    """On SQLite, or in databases of a server that are gone afterwards."""
    if cluster is None:
        made = Old(home)
        try:
            yield made
        finally:
            made.close()
        return
    made = Old(replace(home, database_url=cluster.url, keyring_url=cluster.url))
    try:
        yield made
    finally:
        made.close()
        server = create_engine(cluster.url, isolation_level="AUTOCOMMIT")
        with server.connect() as session:
            for name in ("crisisconnect_audit", "crisisconnect_keys_audit"):
                session.exec_driver_sql(f"drop database {name} with (force)")
        server.dispose()


def years(count: float) -> timedelta:
    return timedelta(days=365.25 * count)


def files(directory: Path) -> bytes:
    """Every byte of every file of the data."""
    return b"".join(path.read_bytes() for path in sorted(directory.rglob("*")) if path.is_file())
