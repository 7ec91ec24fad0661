"""The ingest as a process on a real broker: killed anywhere, cut off or stopped, it loses and doubles nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pika
import pytest

from crisisconnect.installation import Installation
from services.audit.ledger import reading
from services.kernel.database import reading as look
from services.kernel.database import sqlite
from tests.examples.log import SERVICES, Sources
from tests.integration.conftest import Vhost
from tests.integration.ingested import Log

ROOT = Path(__file__).parents[2]


class Ingest:
    """One installation with its broker and SQLite database, and the process when it runs."""

    def __init__(self, vhost: Vhost, installation: Installation, var: Path) -> None:
        self.vhost, self.var = vhost, var
        seeds = {n: installation.signing_key(n).private_bytes_raw() for n in (*SERVICES, "log")}
        self.sources = Sources.made(installation.origin, seeds)
        self.environment = os.environ | {
            "CRISISCONNECT_ENV": "development",
            "CRISISCONNECT_VAR": str(var),
            "CRISISCONNECT_SECRETS": str(installation.directory),
            "AMQP_URL": f"amqp://127.0.0.1:{vhost.node.ports.amqp}/{vhost.name}",
            "PYTHONPATH": str(ROOT),
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, fault: str = "") -> subprocess.Popen[bytes]:
        environment = self.environment | ({"CRISISCONNECT_FAULT": fault} if fault else {})
        with (self.var / "console").open("ab") as console:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "services.audit.ingest"], env=environment, stdout=console, stderr=console
            )
        return self.process

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
        path = self.var / "data" / "audit.sqlite3"
        if not path.exists():
            return 0
        engine = sqlite(path)
        try:
            with look(engine) as session:
                return reading.size(session)
        except Exception as error:
            if "no such table" in str(error):
                return 0
            raise
        finally:
            engine.dispose()

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
        engine = sqlite(self.var / "data" / "audit.sqlite3")
        log = Log.__new__(Log)
        log.engine = engine
        log.is_whole()
        assert log.refusals() == []
        engine.dispose()


@pytest.fixture
def ingest(make_vhost: Callable[[], Vhost], installation: Installation, tmp_path: Path) -> Iterator[Ingest]:
    made = Ingest(make_vhost(), installation, tmp_path)
    yield made
    if made.process is not None and made.process.poll() is None:
        made.process.kill()
        made.process.wait()
    made.vhost.node.drop_vhost(made.vhost.name)


def test_what_is_published_is_soon_under_a_checkpoint_and_announced(ingest: Ingest) -> None:
    ingest.start()
    ingest.publish("audit", ingest.sources.registrations())
    ingest.publish("auth", [ingest.sources.note("auth", n) for n in range(1, 1500)])
    ingest.reaches(1503)
    ingest.is_whole()
    with ingest.vhost.connect("org") as line:
        _, _, body = line.channel().basic_get("feed-org", auto_ack=True)
        assert body == b'{"size":1503}'
    begun = time.monotonic()
    ingest.publish("auth", [ingest.sources.note("auth", 1500)])
    ingest.reaches(1504)
    assert time.monotonic() - begun < 2
    assert ingest.stop() == 0
    assert ingest.vhost.waiting("audit.ingest") == 0


@pytest.mark.parametrize(
    "point", ["after_verify", "after_insert", "after_commit", "after_sign", "after_checkpoint", "before_ack"]
)
def test_killed_at_any_step_it_goes_on_without_loss(ingest: Ingest, point: str) -> None:
    ingest.publish("audit", ingest.sources.registrations())
    ingest.publish("org", [ingest.sources.note("org", n) for n in range(1, 700)])
    killed = ingest.start(f"{point}:1" if point == "after_sign" else f"{point}:2")
    ingest.publish("org", [ingest.sources.note("org", n) for n in range(700, 710)])
    for n in range(710, 740):
        if killed.poll() is None:
            time.sleep(0.1)
        ingest.publish("org", [ingest.sources.note("org", n)])
    assert killed.wait(20) == -signal.SIGKILL
    ingest.start()
    ingest.reaches(4 + 739)
    ingest.drained()
    assert ingest.stop() == 0
    ingest.is_whole()
    assert ingest.vhost.waiting("audit.ingest") == 0


def test_cut_off_from_the_broker_it_comes_back(ingest: Ingest) -> None:
    ingest.start()
    ingest.publish("audit", ingest.sources.registrations())
    ingest.reaches(4)
    ingest.vhost.node.evaluate('[rabbit_networking:close_connection(P, "cut") || P <- rabbit_networking:connections()]')
    ingest.publish("org", [ingest.sources.note("org", 1)])
    ingest.reaches(5)
    assert ingest.stop() == 0


def test_on_an_older_copy_it_refuses_and_says_why(ingest: Ingest) -> None:
    ingest.start()
    ingest.publish("audit", ingest.sources.registrations())
    ingest.reaches(4)
    assert ingest.stop() == 0
    for path in (ingest.var / "data").glob("audit.sqlite3*"):
        path.unlink()
    assert ingest.start().wait(20) == 3
    assert "older copy" in (ingest.var / "console").read_text()
