"""The newest checkpoint goes to every witness at once, round after round; one that fails is asked less and less."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from queue import Empty, Queue

from prometheus_client import Counter, Gauge
from sqlalchemy import Connection, Engine

from services.audit.ledger import reading, witnessed
from services.audit.ledger.checkpoint import Head
from services.audit.witnessing.asking import NoAnswer, ask, request
from services.audit.witnessing.cosignature import verified
from services.audit.witnessing.policy import Policy, Witness
from services.kernel.codec import instant
from services.kernel.signing.note import NoteInvalid
from services.kernel.store import database
from services.kernel.store.lease import Busy, lease

log = logging.getLogger(__name__)

SIZE = Gauge("crisisconnect_witness_size", "Entries under the newest checkpoint that a witness cosigned.", ("witness",))
WITNESSED = Gauge("crisisconnect_witnessed_size", "Entries under the newest checkpoint that met the quorum.")
SILENT = Gauge(
    "crisisconnect_witness_silent_seconds", "How long a witness has failed; 0 while it answers.", ("witness",)
)
FAILED = Counter("crisisconnect_witness_failures", "Tries that brought no cosignature.", ("witness",))


@dataclass(frozen=True, kw_only=True)
class Pace:
    """Seconds. `answer` is how long one witness may take for one answer; `alarm`, how long it may fail unnamed."""

    between: float = 2.0
    answer: float = 5.0
    back_off: float = 2.0
    longest: float = 300.0
    alarm: float = 300.0


@dataclass
class Standing:
    """How it goes with one witness. Moments are of `time.monotonic()`."""

    failed_since: float | None = None
    wait: float = 0.0
    not_before: float = 0.0
    alarmed: bool = False
    accused: bool = False
    """Whether what it holds against the log has been told, which silence before it must not have used up."""


@dataclass(frozen=True)
class Said:
    """What came of asking one witness: its verified line, or why there is none."""

    witness: Witness
    line: bytes | None
    failure: str = ""
    grave: bool = False


class Refusing(Exception):
    """The witness answered, and did not cosign; the message says how."""


class Ahead(Refusing):
    """The witness has cosigned more than the log has: an older copy of the log was restored."""


class Diverged(Refusing):
    """The witness, asked from what it cosigned last, says that the log does not continue that: there are two logs."""


@dataclass
class Rounds:
    """Asks for the log in `engine`. Never more than one of all replicas does."""

    engine: Engine
    policy: Policy
    pace: Pace = field(default_factory=Pace)
    clock: Callable[[], float] = time.monotonic
    _standing: dict[str, Standing] = field(default_factory=dict)

    def begin(self) -> None:
        """Another policy may find the newest cosignatures enough, where the one before it did not."""
        if self.policy.quorum is None:
            return
        with database.writing(self.engine) as session:
            if size := witnessed.newest_cosigned(session):
                self._judge(size, session)

    def turn(self) -> None:
        """One round: ends when every witness that was asked has answered, or after the time of one question twice."""
        try:
            with lease(self.engine, "witnessing"):
                self._turn()
        except Busy:
            return

    def _turn(self) -> None:
        with database.reading(self.engine) as session:
            head = reading.head(session)
            known = {one.name: witnessed.newest_of(session, one.key.vkey) for one in self.policy.witnesses.values()}
        if head is None or head.size == 0:
            return
        wanted = [one for one in self.policy.witnesses.values() if self._wants(one, known[one.name], head.size)]
        answers: Queue[Said] = Queue()
        for one in wanted:
            threading.Thread(
                target=lambda one=one: answers.put(self._asked(one, known[one.name], head)), daemon=True
            ).start()
        until = time.monotonic() + 2 * self.pace.answer + 1
        missing = {one.name: one for one in wanted}
        while missing:
            try:
                said = answers.get(timeout=max(0.0, until - time.monotonic()))
            except Empty:
                break
            del missing[said.witness.name]
            self._note(said, head)
        for one in missing.values():
            self._note(Said(one, None, "too slow"), head)

    def _wants(self, one: Witness, known: int, size: int) -> bool:
        if one.url is None:
            return False
        if known > size:
            # What it cosigned is not here any more. Asking would not bring it back.
            self._failed(one, f"it cosigned {known} entries, and the log has {size}", grave=True)
            return False
        return known < size and self.clock() >= self._of(one).not_before

    def _asked(self, one: Witness, known: int, head: Head) -> Said:
        try:
            return Said(one, self._cosignature(one, known, head))
        except (NoAnswer, NoteInvalid, Refusing) as failure:
            return Said(one, None, str(failure), isinstance(failure, Ahead | Diverged))
        except Exception as error:  # noqa: BLE001 - a thread's end would be silence; the type tells enough
            return Said(one, None, type(error).__name__)

    def _cosignature(self, one: Witness, known: int, head: Head) -> bytes:
        """The verified line. Raises NoAnswer, Refusing, or NoteInvalid for a line that does not hold."""
        url = str(one.url)
        answer = ask(url, request(known, self._proof(known, head.size), head.note), self.pace.answer)
        if answer.knows is not None and answer.knows > head.size:
            raise Ahead(f"it knows {answer.knows} entries, and the log has {head.size}")
        old = known if answer.knows is None else answer.knows
        if old != known:
            answer = ask(url, request(old, self._proof(old, head.size), head.note), self.pace.answer)
        # Before tlog-witness v1.1 another root of the same size was a conflict that named that very size.
        if answer.status == HTTPStatus.UNPROCESSABLE_ENTITY or answer.knows == old == head.size:
            raise Diverged(f"it cosigned {old} entries that the log's {head.size} do not continue")
        if answer.status != HTTPStatus.OK:
            raise Refusing(f"it answered {answer.status}")
        return verified(answer.body, one.key, head.note)

    def _proof(self, old: int, new: int) -> Sequence[bytes]:
        with database.reading(self.engine) as session:
            return reading.consistency(session, old, new)

    def _note(self, said: Said, head: Head) -> None:
        if said.line is None:
            self._failed(said.witness, said.failure, grave=said.grave)
            return
        with database.writing(self.engine) as session:
            at = instant(datetime.now(UTC))
            witnessed.keep(session, head.size, said.witness.key.vkey, said.line, at)
            self._judge(head.size, session)
        self._standing.pop(said.witness.name, None)
        SIZE.labels(said.witness.name).set(head.size)
        SILENT.labels(said.witness.name).set(0)

    def _judge(self, size: int, session: Connection) -> None:
        if self.policy.met(witnessed.witnesses_of(session, size)):
            witnessed.mark(session, self.policy.digest, size)
            WITNESSED.set(size)

    def _failed(self, one: Witness, why: str, *, grave: bool = False) -> None:
        now, standing = self.clock(), self._of(one)
        FAILED.labels(one.name).inc()
        if standing.failed_since is None:
            standing.failed_since = now
            log.warning("witness %s did not cosign: %s", one.name, why)
        standing.wait = min(standing.wait * 2 or self.pace.back_off, self.pace.longest)
        standing.not_before = now + standing.wait
        silent = now - standing.failed_since
        SILENT.labels(one.name).set(silent)
        if (grave and not standing.accused) or (silent >= self.pace.alarm and not standing.alarmed):
            standing.accused |= grave
            standing.alarmed = True
            log.error("witness %s has not cosigned for %d s: %s", one.name, silent, why)

    def _of(self, one: Witness) -> Standing:
        return self._standing.setdefault(one.name, Standing())
