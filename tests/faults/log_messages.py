"""What the sources send: everything three times and shuffled, and again what the log has not, until it has it."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence

import pika
from pika.exceptions import AMQPError, UnroutableError

from crisisconnect.topology import AUDIT_INGEST
from services.audit.ledger import reading
from services.kernel.store.database import reading as look
from tests.faults.log_outcome import Outcome
from tests.integration.ingest_process import Ingest

WINDOW = 60
"""Messages of a source that are tripled and shuffled among themselves; a later window may bring one again."""
HEAL_SECONDS = 60.0


def windows(notes: dict[str, list[bytes]], chance: random.Random) -> Iterator[tuple[str, list[bytes]]]:
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


def send(ingest: Ingest, service: str, notes: Sequence[bytes], outcome: Outcome) -> None:
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


def heal(ingest: Ingest, notes: dict[str, list[bytes]], outcome: Outcome) -> bool:
    """As relays do: where the high water stands still, send again what is above it. Whether all came in."""
    until, last, still = time.monotonic() + HEAL_SECONDS, dict[str, int](), 0
    with ingest.engine() as engine:
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
                    send(ingest, service, notes[service][mark:], outcome)
            time.sleep(0.1)
    outcome.findings.append(f"not healed, the ingest ended or {HEAL_SECONDS:.0f} s are over: {last}")
    return False


def drain(ingest: Ingest) -> None:
    """Let what was committed but not acknowledged come again and be dropped; what is left is a finding later."""
    until = time.monotonic() + HEAL_SECONDS / 2
    while ingest.vhost.waiting(AUDIT_INGEST) and time.monotonic() < until:
        time.sleep(0.1)
