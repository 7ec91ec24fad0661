"""Which processes a run consists of, and in which order they stop."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from crisisconnect.topology import PROCESSES, RELAYS, SERVICES

METRICS = "CRISISCONNECT_METRICS_PORT"
MARK = "CRISISCONNECT_SUPERVISED"
"""In every process's environment: the directory of the run's state, to tell what an ended run left behind."""


@dataclass(frozen=True)
class Command:
    """One process by its one name. Lower stages stop first; a stage stops together."""

    name: str
    arguments: tuple[str, ...]
    stage: int

    def environment(self, shared: Mapping[str, str]) -> dict[str, str]:
        """What this process finds: what all do, and a port for metrics of its own, counted on from the one set."""
        first = int(shared.get(METRICS, "0"))
        return {**shared, METRICS: str(first + PROCESSES.index(self.name) if first else 0)}


def commands() -> list[Command]:
    """The door stops first, then who answers, who tells, who listens; the broker after all of them."""

    def python(name: str, stage: int, *arguments: str) -> Command:
        return Command(name, (sys.executable, "-m", *arguments), stage)

    return [
        python("gateway", 0, "gateway"),
        *(python(service, 1, "services.kernel.hosting.host", f"services.{service}.service") for service in SERVICES),
        *(python(relay, 2, "services.kernel.relaying.relay", relay.removesuffix("-relay")) for relay in RELAYS),
        python("audit-ingest", 3, "services.audit.ingest"),
    ]


def environment(var: Path, secrets: Path, amqp_url: str, port: int) -> dict[str, str]:
    """What every process of a run finds in its environment; secrets stay in their files."""
    return {
        **os.environ,
        "AMQP_URL": amqp_url,
        "CRISISCONNECT_VAR": str(var),
        "CRISISCONNECT_SECRETS": str(secrets),
        "PORT": str(port),
        "PYTHONUNBUFFERED": "1",
        # The memory of a password's hash goes back to the system, and threads do not each keep a heap of their own.
        "MALLOC_ARENA_MAX": "2",
        "MALLOC_MMAP_THRESHOLD_": "1048576",
        MARK: str(var),
    }


def left_behind(var: Path) -> list[int]:
    """Processes of an earlier run on this state whose supervisor was killed; never another state's."""
    mark = f"{MARK}={var}".encode()
    found = []
    for entry in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark in entry.read_bytes().split(b"\0") and int(entry.parent.name) != os.getpid():
                found.append(int(entry.parent.name))
        except OSError:
            continue  # Ended meanwhile, or somebody else's.
    return found
