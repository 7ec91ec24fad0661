"""Two ingests on one queue, everything tripled, shuffled, lost and killed: the log never forks, gaps or doubles."""

from __future__ import annotations

import os
import random
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path

from crisisconnect.installation import Installation
from crisisconnect.postgres import Cluster
from crisisconnect.rabbitmq import Node
from crisisconnect.topology import VHOST
from tests.faults.log_judging import judge
from tests.faults.log_messages import drain, heal, send, windows
from tests.faults.log_outcome import Outcome, Size
from tests.faults.log_rivals import Rivals
from tests.faults.log_watching import Cosigning, Watcher
from tests.faults.wiring import unbound
from tests.integration.conftest import Vhost
from tests.integration.ingest_process import ROOT, Ingest

SPEAKERS = ("auth", "org", "retention")
SHORT = Size(numbers=420, unbound=2, held=1)
LONG = Size(numbers=6000, unbound=12, held=8)


def run(seed: str, size: Size, directory: Path, database: str = "sqlite", code: Path = ROOT) -> Outcome:
    """One broker and one database in `directory`, which is made; all processes end with it.

    `database` is sqlite or postgresql; `code` is where the ingests' own code lies.
    """
    outcome, began = Outcome(seed, database), time.monotonic()
    installation = Installation.mint(directory / "secrets")
    var = directory / "var"
    node = Node(var / "rabbitmq", installation)
    with _database(database, directory) as url:
        ingest = Ingest(Vhost(node, VHOST), installation, var, url)
        # Safe path: `python -m` would put the directory that we stand in before the code that is meant.
        ingest.environment |= {"PYTHONPATH": f"{code}{os.pathsep}{ROOT}", "PYTHONSAFEPATH": "1"}
        node.start()
        try:
            _trouble(ingest, random.Random(seed), size, outcome)
        finally:
            if ingest.process is not None and ingest.process.poll() is None:
                ingest.process.kill()
                ingest.process.wait()
            node.stop()
    outcome.seconds = time.monotonic() - began
    return outcome


@contextmanager
def _database(kind: str, directory: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield ""
        return
    cluster = Cluster(directory / uuid.uuid4().hex, durable=False)
    cluster.start()
    try:
        yield cluster.url
    finally:
        cluster.remove()


def _trouble(ingest: Ingest, chance: random.Random, size: Size, outcome: Outcome) -> None:
    notes = {s: [ingest.sources.note(s, n) for n in range(1, size.numbers + 1)] for s in SPEAKERS}
    notes["audit"] = ingest.sources.registrations()
    ingest.environment["AMQP_URL"] = f"amqp://127.0.0.1:{ingest.vhost.node.ports.amqp}/{VHOST}"
    with closing(Cosigning(ingest, ingest.var / "witness")) as cosigning:
        watcher = Watcher(ingest)
        rivals = Rivals(ingest, random.Random(chance.random()), outcome)
        for one in (watcher, cosigning, rivals):
            one.start()
        try:
            _send_all(ingest, notes, rivals, chance, size, outcome)
        finally:
            rivals.end()
        ingest.start()
        if heal(ingest, notes, outcome):
            drain(ingest)
        if ingest.stop() != 0:
            outcome.findings.append("the last ingest did not end with grace")
        judge(ingest, notes, watcher.end(), outcome)
        cosigning.end(outcome)


def _send_all(
    ingest: Ingest, notes: dict[str, list[bytes]], rivals: Rivals, chance: random.Random, size: Size, outcome: Outcome
) -> None:
    coming = list(windows(notes, chance))
    moments = chance.sample(range(len(coming) // 4, len(coming)), size.unbound + size.held)
    without, still = set(moments[: size.unbound]), set(moments[size.unbound :])
    for turn, (service, window) in enumerate(coming):
        sending = threading.Thread(target=send, args=(ingest, service, window, outcome))
        with unbound(ingest, service) if turn in without else nullcontext():
            sending.start()
            if turn in still:
                rivals.hold_still()
            sending.join()
        time.sleep(chance.uniform(0.0, 0.3))
