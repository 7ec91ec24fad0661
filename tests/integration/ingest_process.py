"""The ingest as a process, on a real broker and a real database, and what a test sees of it from outside."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pika
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from crisisconnect.installation import Installation
from services.audit.ledger import reading
from services.kernel.store.database import open_engine, reading as look
from tests.examples.log import SERVICES, Sources
from tests.integration.conftest import Vhost
from tests.integration.ingested import Log

ROOT = Path(__file__).parents[2]


class Ingest:
    """One installation with its broker and database, SQLite or PostgreSQL at `url`, and the process when it runs."""

    def __init__(self, vhost: Vhost, installation: Installation, var: Path, url: str = "") -> None:
        self.vhost, self.var, self.url = vhost, var, url
        seeds = {n: installation.signing_key(n).private_bytes_raw() for n in (*SERVICES, "log")}
        self.sources = Sources.made(installation.origin, seeds)
        self.environment = os.environ | {
            "CRISISCONNECT_ENV": "development",
            "CRISISCONNECT_VAR": str(var),
            "CRISISCONNECT_SECRETS": str(installation.directory),
            "AMQP_URL": f"amqp://127.0.0.1:{vhost.node.ports.amqp}/{vhost.name}",
            "DATABASE_URL": url,
            "PYTHONPATH": str(ROOT),
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, fault: str = "", through: Sequence[str] = ()) -> subprocess.Popen[bytes]:
        """`through`: a module, with arguments, that runs the one named after it."""
        environment = self.environment | ({"CRISISCONNECT_FAULT": fault} if fault else {})
        line = [sys.executable, "-m", *through, "services.audit.ingest"]
        with (self.var / "console").open("ab") as console:
            self.process = subprocess.Popen(line, env=environment, stdout=console, stderr=console)
        return self.process

    @property
    def database(self) -> str:
        """Where an independent reader finds the log."""
        return f"{self.url.rpartition('/')[0]}/crisisconnect_audit" if self.url else str(self._path)

    @property
    def _path(self) -> Path:
        return self.var / "data" / "audit.sqlite3"

    @contextmanager
    def engine(self) -> Iterator[Engine]:
        made = open_engine(self.url or None, "audit", self.var / "data", pool=2)
        try:
            yield made
        finally:
            made.dispose()

    def stop(self) -> int:
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)

    def publish(self, service: str, notes: list[bytes]) -> None:
        with self.vhost.connect(f"{service}-relay") as line:
            channel = line.channel()
            channel.confirm_delivery()
            for note in notes:
                channel.basic_publish(
                    f"{service}.events",
                    f"nl.crisisconnect.{service}.Any.v1",
                    note,
                    pika.BasicProperties(delivery_mode=2),
                    mandatory=True,
                )

    def size(self) -> int:
        if not self.url and not self._path.exists():
            return 0
        with self.engine() as engine:
            try:
                with look(engine) as session:
                    return reading.size(session)
            except DBAPIError as error:
                if any(missing in str(error) for missing in ("no such table", "does not exist")):
                    return 0
                raise

    def reaches(self, size: int, within: float = 30) -> None:
        until = time.monotonic() + within
        while self.size() < size:
            assert time.monotonic() < until, (self.size(), (self.var / "console").read_text()[-3000:])
            time.sleep(0.02)

    def drained(self) -> None:
        """What was committed but not acknowledged comes again, and is dropped."""
        until = time.monotonic() + 30
        while self.vhost.waiting("audit.ingest"):
            assert time.monotonic() < until
            time.sleep(0.1)

    def is_whole(self) -> None:
        with self.engine() as engine:
            log = Log.__new__(Log)
            log.engine = engine
            log.is_whole()
            assert log.refusals() == []
