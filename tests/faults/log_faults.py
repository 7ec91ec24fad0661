"""Two ingests on one queue, everything tripled, shuffled, lost and killed: the log never forks, gaps or doubles."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations
from pathlib import Path

import pika
from pika.exceptions import AMQPError, UnroutableError

from crisisconnect.installation import Installation
from crisisconnect.rabbitmq import Node
from crisisconnect.topology import AUDIT_INGEST, VHOST
from services.audit.ledger import reading, tree
from services.kernel.database import reading as look
from services.kernel.database import sqlite
from services.reader import verify_database
from services.reader.checkpoint import Checkpoint, parse_checkpoint
from services.reader.note import parse_vkey
from services.reader.tree import verify_consistency
from tests.faults.wiring import unbound
from tests.integration.conftest import Vhost
from tests.integration.test_ingest_process import Ingest

SPEAKERS = ("auth", "org", "retention")
POINTS = ("after_verify", "after_insert", "after_commit", "after_sign", "after_checkpoint", "before_ack")
WINDOW = 60
"""Messages of a source that are tripled and shuffled among themselves; a later window may bring one again."""
HEAL_SECONDS = 60.0
# Those of the ingests alone: pika leaves a socket open where a connection ends in the middle of its beginning.
CUT = (
    "[exit(P, kill) || P <- rabbit_networking:connections(),"
    ' (catch rabbit_networking:connection_info(P, [user])) =:= [{user, <<"audit-ingest">>}]]'
)


@dataclass(frozen=True, kw_only=True)
class Size:
    """How many numbers each source has, how often a queue is unbound, how often the one that writes is held still."""

    numbers: int
    unbound: int
    held: int


SHORT = Size(numbers=600, unbound=2, held=1)
LONG = Size(numbers=6000, unbound=12, held=8)


@dataclass
class Outcome:
    """What was done to the log, and what is wrong with it after that."""

    seed: str
    killed: Counter[str] = field(default_factory=Counter)
    held: int = 0
    sent: int = 0
    unroutable: int = 0
    resent: int = 0
    entries: int = 0
    checkpoints: int = 0
    pairs: int = 0
    seconds: float = 0.0
    findings: list[str] = field(default_factory=list)

    def text(self) -> str:
        figures = {
            "killed at": ", ".join(f"{point} {times}" for point, times in sorted(self.killed.items())) or "nothing",
            "held still": self.held,
            "messages sent": self.sent,
            "reached no queue": self.unroutable,
            "sent again to heal": self.resent,
            "entries": self.entries,
            "checkpoints seen": self.checkpoints,
            "consistent pairs asked for": self.pairs,
            "seconds": round(self.seconds),
        }
        lines = [f"the log, seed {self.seed}", *(f"{name}: {value}" for name, value in figures.items())]
        return "\n".join([*lines, *self.findings[:40], f"wrong: {len(self.findings)}"])


class Watcher(threading.Thread):
    """Keeps every checkpoint that it sees, as somebody outside would who asks again and again."""

    def __init__(self, database: Path) -> None:
        super().__init__(daemon=True)
        self.seen: dict[bytes, None] = {}
        self._database, self._ended = database, threading.Event()

    def run(self) -> None:
        while not self._ended.wait(0.03):
            if self._database.exists():
                with closing(sqlite3.connect(f"file:{self._database}?mode=ro", uri=True, timeout=10)) as session:
                    self._look(session)

    def _look(self, session: sqlite3.Connection) -> None:
        try:
            row = session.execute("select note from log_head").fetchone()
        except sqlite3.OperationalError:
            return  # not made yet
        if row is not None:
            self.seen[bytes(row[0])] = None

    def end(self) -> list[bytes]:
        self._ended.set()
        self.join()
        return list(self.seen)


class Rivals(threading.Thread):
    """Keeps two ingests alive on the one queue; each new one dies at a place and time that the seed chose."""

    def __init__(self, ingest: Ingest, chance: random.Random, outcome: Outcome) -> None:
        super().__init__(daemon=True)
        self._ingest, self._chance, self._outcome = ingest, chance, outcome
        self._ended = threading.Event()
        self._steps = list(POINTS)
        chance.shuffle(self._steps)
        self.running: list[tuple[subprocess.Popen[bytes], str]] = []
        self.lock = threading.Lock()

    def run(self) -> None:
        while not self._ended.wait(0.05):
            with self.lock:
                self._replace()

    def _replace(self) -> None:
        for process, point in [one for one in self.running if one[0].poll() is not None]:
            self.running.remove((process, point))
            self._outcome.killed[point] += 1
            if process.returncode != -signal.SIGKILL:
                self._outcome.findings.append(f"an ingest ended by itself with {process.returncode}")
        while len(self.running) < 2:
            point = self._steps[sum(self._outcome.killed.values()) % len(POINTS)]
            nth = self._chance.randrange(2, 7)
            self.running.append((self._ingest.start(f"{point}:{nth}"), point))

    def hold_still(self) -> None:
        """Each of the two in turn stops in the middle of what it does, and goes on once the other has taken over.

        One of them was the one that writes; it goes on as if nothing had happened.
        """
        for place in (0, 1):
            with self.lock:
                stopped = self.running[place][0] if len(self.running) > place else None
                if stopped is None:
                    continue
                stopped.send_signal(signal.SIGSTOP)
                self._ingest.vhost.node.evaluate(CUT)
            time.sleep(self._chance.uniform(0.5, 1.5))
            stopped.send_signal(signal.SIGCONT)
            self._outcome.held += 1

    def end(self) -> None:
        """Both are killed wherever they are."""
        self._ended.set()
        self.join()
        for process, _ in self.running:
            process.kill()
            process.wait()


def run(seed: str, size: Size, directory: Path) -> Outcome:
    """One broker and one SQLite database in `directory`, which is made; both processes and broker end with it."""
    outcome, began = Outcome(seed), time.monotonic()
    installation = Installation.mint(directory / "secrets")
    var = directory / "var"
    node = Node(var / "rabbitmq", installation)
    ingest = Ingest(Vhost(node, VHOST), installation, var)
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


def _trouble(ingest: Ingest, chance: random.Random, size: Size, outcome: Outcome) -> None:
    notes = {s: [ingest.sources.note(s, n) for n in range(1, size.numbers + 1)] for s in SPEAKERS}
    notes["audit"] = ingest.sources.registrations()
    ingest.environment["AMQP_URL"] = f"amqp://127.0.0.1:{ingest.vhost.node.ports.amqp}/{VHOST}"
    watcher = Watcher(ingest.var / "data" / "audit.sqlite3")
    rivals = Rivals(ingest, random.Random(chance.random()), outcome)
    watcher.start()
    # Alone at first: two that make one SQLite file at once may lock each other out of making it.
    ingest.start()
    while not watcher.seen and ingest.process is not None and ingest.process.poll() is None:
        time.sleep(0.05)
    ingest.stop()
    rivals.start()
    try:
        windows = list(_windows(notes, chance))
        moments = chance.sample(range(len(windows) // 4, len(windows)), size.unbound + size.held)
        without, still = set(moments[: size.unbound]), set(moments[size.unbound :])
        for turn, (service, window) in enumerate(windows):
            sending = threading.Thread(target=_send, args=(ingest, service, window, outcome))
            with unbound(ingest, service) if turn in without else nullcontext():
                sending.start()
                if turn in still:
                    rivals.hold_still()
                sending.join()
            time.sleep(chance.uniform(0.0, 0.3))
    finally:
        rivals.end()
    ingest.start()
    if _heal(ingest, notes, outcome):
        ingest.drained()
    if ingest.stop() != 0:
        outcome.findings.append("the last ingest did not end with grace")
    checkpoints = watcher.end()
    _judge(ingest, notes, checkpoints, outcome)


def _windows(notes: dict[str, list[bytes]], chance: random.Random) -> Iterator[tuple[str, list[bytes]]]:
    """Every message three times, shuffled within its window and with some that came before; sources in turn."""
    queues = {s: [n[at : at + WINDOW] for at in range(0, len(n), WINDOW)] for s, n in notes.items()}
    passed: dict[str, list[bytes]] = {service: [] for service in notes}
    while any(queues.values()):
        service = chance.choice([s for s, left in queues.items() if left])
        window = queues[service].pop(0)
        before = passed[service]
        again = chance.sample(before, min(len(before), WINDOW // 4))
        tripled = [*window * 3, *again]
        chance.shuffle(tripled)
        before += window
        yield service, tripled


def _send(ingest: Ingest, service: str, notes: Sequence[bytes], outcome: Outcome) -> None:
    """With confirms, and until the broker has taken it: what reaches no queue is counted and not sent again."""
    left = list(notes)
    while left:
        try:
            with ingest.vhost.connect(f"{service}-relay") as line:
                channel = line.channel()
                channel.confirm_delivery()
                while left:
                    try:
                        channel.basic_publish(
                            f"{service}.events",
                            f"nl.crisisconnect.{service}.Any.v1",
                            left[0],
                            pika.BasicProperties(delivery_mode=2),
                            mandatory=True,
                        )
                    except UnroutableError:
                        outcome.unroutable += 1
                    outcome.sent += 1
                    left.pop(0)
        except (AMQPError, OSError):
            time.sleep(0.1)


def _heal(ingest: Ingest, notes: dict[str, list[bytes]], outcome: Outcome) -> bool:
    """As relays do: where the high water stands still, send again what is above it. Whether all came in."""
    engine = sqlite(ingest.var / "data" / "audit.sqlite3")
    until, last, still = time.monotonic() + HEAL_SECONDS, dict[str, int](), 0
    try:
        while time.monotonic() < until and ingest.process is not None and ingest.process.poll() is None:
            with look(engine) as session:
                marks = {service: reading.high_water(session, f"/{service}") for service in notes}
            if all(marks[service] == len(notes[service]) for service in notes):
                return True
            still = still + 1 if marks == last else 0
            last = marks
            if still == 5:
                still = 0
                for service, mark in marks.items():
                    outcome.resent += len(notes[service][mark:])
                    _send(ingest, service, notes[service][mark:], outcome)
            time.sleep(0.1)
        outcome.findings.append(f"not healed, the ingest ended or {HEAL_SECONDS:.0f} s are over: {last}")
        return False
    finally:
        engine.dispose()


def _judge(ingest: Ingest, notes: dict[str, list[bytes]], seen: Sequence[bytes], outcome: Outcome) -> None:
    database, log = ingest.var / "data" / "audit.sqlite3", ingest.sources.log.verifier.vkey
    report = verify_database(database, log_vkey=log, pins=ingest.sources.pins)
    outcome.entries = report.size
    outcome.findings += [str(finding) for finding in report.findings]
    expected = {f"/{service}": len(held) for service, held in notes.items()}
    if report.sources != expected or report.size != sum(expected.values()):
        outcome.findings.append(f"the log has {report.size} entries, {report.sources}, and not {expected}")
    engine = sqlite(database)
    try:
        with look(engine) as session:
            held = {entry.note for entry in reading.entries_after(session, -1, limit=10**6).entries}
            outcome.findings += [
                f"lost: number {i} of {s}" for s in notes for i, n in enumerate(notes[s], 1) if n not in held
            ]
            outcome.findings += [f"refused: {refusal.reason}" for refusal in reading.refusals(session)]
            outcome.findings += [f"waits: {gap.waiting} of {gap.source}" for gap in reading.gaps(session)]

            @lru_cache(maxsize=4096)
            def tile(level: int, n: int) -> bytes | None:
                return reading.stored_tile(session, level, n)

            outcome.findings += forks(seen, log, tile, outcome)
    finally:
        engine.dispose()
    if ingest.vhost.waiting(AUDIT_INGEST):
        outcome.findings.append("messages are left in the queue")


def forks(seen: Sequence[bytes], log: str, tile: tree.ReadTile, outcome: Outcome) -> Iterator[str]:
    """Every checkpoint that was ever seen, each earlier one against each later one."""
    checkpoints: list[Checkpoint] = []
    for note in seen:
        checkpoint = parse_checkpoint(note)
        checkpoint.signed_by(parse_vkey(log))
        checkpoints.append(checkpoint)
    outcome.checkpoints = len(checkpoints)
    if [c.size for c in checkpoints] != sorted(c.size for c in checkpoints):
        yield "a checkpoint was seen after a larger one"
    for one, two in combinations(sorted(checkpoints, key=lambda c: c.size), 2):
        outcome.pairs += 1
        proof = tree.consistency(one.size, two.size, tile)
        if not verify_consistency(one.size, two.size, one.root, two.root, proof):
            yield f"fork: the checkpoint of {two.size} does not continue that of {one.size}"
