"""The whole system on a PostgreSQL that syncs, with people signed in, for the benchmarks that go through the door."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from crisisconnect.fleet import environment
from crisisconnect.postgres import Cluster
from crisisconnect.running import BROKER_FILE
from services.kernel.store import eventstore
from services.kernel.store.database import open_engine, reading
from tests.journeys.people import Cast, Person
from tests.journeys.running import System

SETTLING = 60.0


@dataclass
class Whole:
    system: System
    cluster: Cluster
    cast: Cast
    people: list[Person]

    @property
    def tokens(self) -> list[str]:
        return [person.http.headers["Authorization"].removeprefix("Bearer ") for person in self.people]

    def settle(self) -> None:
        """Wait until the log has every event of auth: what is still on its way would cost the next round."""
        engine = open_engine(self.cluster.url, "auth", self.system.var, pool=1)
        until = time.monotonic() + SETTLING
        try:
            while time.monotonic() < until:
                with reading(engine) as session:
                    if not eventstore.unintegrated(session):
                        break
                time.sleep(0.05)
        finally:
            engine.dispose()
        time.sleep(0.5)

    @contextmanager
    def another(self, service: str) -> Iterator[None]:
        """A second process of a service beside the first, on the same queue."""
        broker = (self.system.var / BROKER_FILE).read_text()
        variables = environment(self.system.var, self.system.secrets, broker, self.system.port)
        command = [sys.executable, "-m", "services.kernel.hosting.host", f"services.{service}.service"]
        with started(command, {**variables, **self.system.environment, "AMQP_URL": broker}):
            time.sleep(4)
            yield


@contextmanager
def started(command: list[str], variables: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A process that ends with the block."""
    process = subprocess.Popen(command, env={**os.environ, **variables}, stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def standing(members: int) -> Iterator[Whole]:
    """A system with one organisation under an agreement and `members` people of it signed in."""
    with tempfile.TemporaryDirectory(prefix="bench-") as place:
        directory = Path(place)
        cluster = Cluster(directory / "postgres")
        cluster.start()
        system = System(directory, {"DATABASE_URL": cluster.url, "KEYRING_URL": cluster.url})
        try:
            system.start()
            cast = Cast(system.url)
            cast.assemble()

            def come(number: int) -> Person:
                return cast.member(f"p{number}@voorbeeld.example", f"person.{number}", "Ada", "Voorbeeld")

            with ThreadPoolExecutor(4) as pool:
                people = list(pool.map(come, range(members)))
            yield Whole(system, cluster, cast, people)
        finally:
            system.stop()
            cluster.remove()
