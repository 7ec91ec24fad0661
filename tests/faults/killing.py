"""kill -9 at seeded random moments, and a broker that forgets; only ever what this system itself started."""

from __future__ import annotations

import logging
import os
import random
import signal
import threading
import time
from collections import Counter
from pathlib import Path

import pika
from pika.exceptions import AMQPError

from crisisconnect.fleet import MARK
from crisisconnect.installation import Installation
from crisisconnect.topology import AUDIT_INGEST, PROCESSES
from tests.journeys.running import System

# A killed broker is meant; pika would tell it with tracebacks.
logging.getLogger("pika").setLevel(logging.CRITICAL)
BROKER = "broker"
ALIVE_SECONDS = 45.0
BETWEEN = 0.2, 2.2
"""Seconds from one kill to the next."""
LONGEST_THEFT = 10.0
GROWN = 3.0
"""Seconds that a process mostly lives before it is killed: long enough to be at work, seldom less."""


def plan(seed: str, times: int, broker: int) -> list[str]:
    """Who is killed, in which order: `times` rounds through all processes, the broker's turns spread over them."""
    chance = random.Random(f"{seed}/plan")
    rounds = []
    for number in range(times):
        names = list(PROCESSES)
        if number * broker // times != (number + 1) * broker // times:
            names.append(BROKER)
        chance.shuffle(names)
        rounds += names
    return rounds


class Killer:
    """Works through a plan; `kills` says what has been done so far."""

    def __init__(self, system: System, seed: str) -> None:
        self.kills: Counter[str] = Counter()
        self._system = system
        self._random = random.Random(f"{seed}/killer")
        self._last: dict[str, int] = {}

    def carry_out(self, names: list[str], stop: threading.Event) -> None:
        for name in names:
            if stop.wait(self._random.uniform(*BETWEEN)):
                return
            age = self._random.uniform(0, GROWN) if self._random.random() < 0.2 else GROWN
            self.kill(name, age=age)

    def kill(self, name: str, *, age: float = 0.0) -> None:
        """Kill it once it has lived for `age` seconds. Raises TimeoutError when it does not come back to be killed."""
        until = time.monotonic() + ALIVE_SECONDS
        while True:
            found = self._pid(name)
            if found is not None and found != self._last.get(name) and _lived(found) >= age:
                break
            if time.monotonic() > until:
                raise TimeoutError(f"{name} did not come back")
            time.sleep(0.02)
        os.kill(found, signal.SIGKILL)
        self._last[name] = found
        self.kills[name] += 1

    def _pid(self, name: str) -> int | None:
        try:
            found = self._system.pid(name)
            marks = Path(f"/proc/{found}/environ").read_bytes().split(b"\0")
        except (OSError, ValueError):
            return None
        # The broker's environment is its own; its command line names its directory, which is this system's.
        if name == BROKER:
            line = Path(f"/proc/{found}/cmdline").read_bytes()
            return found if str(self._system.var).encode() in line else None
        return found if f"{MARK}={self._system.var}".encode() in marks else None


class Thief:
    """A broker that loses what it had confirmed: whatever the ingest would have got next goes nowhere."""

    def __init__(self, system: System) -> None:
        password = Installation.load(system.secrets).password("audit-ingest")
        url = (system.var / "run" / "broker.url").read_text()
        self._parameters = pika.URLParameters(url.replace("amqp://", f"amqp://audit-ingest:{password}@"))
        self.stolen = 0

    def steal(self, killer: Killer, most: int) -> int:
        """Stand in line behind the ingest, kill it, and take the next `most` messages. How many it got."""
        before, connection = self.stolen, self._connected()
        try:
            channel = connection.channel()
            channel.basic_qos(prefetch_count=100)
            channel.basic_consume(AUDIT_INGEST, self._take)
            killer.kill("audit-ingest", age=GROWN)
            until = time.monotonic() + LONGEST_THEFT
            while time.monotonic() < until and self.stolen - before < most:
                connection.process_data_events(0.05)
        except (AMQPError, OSError):
            pass  # the broker was killed meanwhile: then what was not acknowledged is not lost
        finally:
            if connection.is_open:
                connection.close()
        return self.stolen - before

    def _connected(self) -> pika.BlockingConnection:
        until = time.monotonic() + ALIVE_SECONDS
        while True:
            try:
                return pika.BlockingConnection(self._parameters)
            except (AMQPError, OSError):
                if time.monotonic() > until:
                    raise
                time.sleep(0.2)

    def _take(self, channel: object, method: object, _: object, __: bytes) -> None:
        channel.basic_ack(method.delivery_tag)  # type: ignore[attr-defined]
        self.stolen += 1


def _lived(pid: int) -> float:
    """Seconds since a process started, 0 when it has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    uptime = float(Path("/proc/uptime").read_text().split()[0])
    return uptime - int(fields[19]) / os.sysconf("SC_CLK_TCK")
