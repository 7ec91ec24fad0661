"""A service's store that only writes, the relay beside it, and what of that arrives at the log's queue."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Engine, insert, select

from crisisconnect.installation import Installation
from services.kernel.relaying.publisher import number_of
from services.kernel.signing.note import Verifier
from services.kernel.store.database import writing
from services.kernel.store.eventstore import events
from services.kernel.store.wake import Wake
from tests.integration.conftest import Vhost

TYPE = "nl.crisisconnect.org.OrganisationRegistered.v1"


class Source:
    """A service's store that only writes, and the relay process beside it."""

    def __init__(self, engine: Engine, directory: Path, vhost: Vhost, installation: Installation, url: str) -> None:
        self.engine, self.directory, self.vhost, self.installation = engine, directory, vhost, installation
        self.wake = Wake(engine, directory / "run", "org-relay")
        self.environment = {
            **os.environ,
            "CRISISCONNECT_ENV": "development",
            "CRISISCONNECT_VAR": str(directory),
            "CRISISCONNECT_SECRETS": str(installation.directory),
            "AMQP_URL": f"amqp://127.0.0.1:{vhost.node.ports.amqp}/{vhost.name}",
            "DATABASE_URL": url,
        }
        self.processes: list[subprocess.Popen[bytes]] = []

    def write(self, count: int) -> None:
        with writing(self.engine) as session:
            rows = []
            for _ in range(count):
                id_, stream = str(uuid4()), f"organisation/{uuid4()}"
                line = json.dumps({"specversion": "1.0", "id": id_, "type": TYPE, "source": "/org", "subject": stream})
                rows.append({"id": id_, "stream": stream, "version": 1, "type": TYPE, "line": line.encode()})
            session.execute(insert(events), rows)
        self.wake.up()

    def relay(self, fault: str = "") -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", "services.kernel.relaying.relay", "org"],
            env={**self.environment, "CRISISCONNECT_FAULT": fault},
        )
        self.processes.append(process)
        return process

    def stored(self) -> dict[int, bytes]:
        with self.engine.connect() as session:
            rows = session.execute(select(events.c.sequence, events.c.line).where(events.c.sequence.is_not(None)))
            return {number: bytes(line) for number, line in rows}

    def arrived(self, until: int, timeout: float = 40) -> list[bytes]:
        """What the queue of the log holds, once it holds every number up to `until`; doubles included."""
        connection = self.vhost.connect("audit-ingest")
        try:
            channel = connection.channel()
            found: list[bytes] = []
            numbers: set[int] = set()
            ends = time.monotonic() + timeout
            for method, _, body in channel.consume("audit.ingest", inactivity_timeout=0.2):
                if method is not None:
                    channel.basic_ack(method.delivery_tag)
                    found.append(body)
                    numbers.add(number_of(body))
                if numbers >= set(range(1, until + 1)):
                    return found
                if time.monotonic() > ends:
                    missing = sorted(set(range(1, until + 1)) - numbers)
                    raise AssertionError(f"{len(missing)} did not arrive, the first is {missing[0]}")
            return found
        finally:
            connection.close()

    def check(self, count: int) -> None:
        """All arrived, each as it is stored and signed, under numbers without a gap."""
        found = self.arrived(count)
        stored = self.stored()
        assert sorted(stored) == list(range(1, count + 1))
        pin = Verifier.parse(self.installation.pins["org"]).prepared()
        for note in found:
            assert note == stored[number_of(note)]
            pin.text(note)

    def stop(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.terminate()
        for process in self.processes:
            process.wait(10)
