"""Two who look on from outside: one keeps every checkpoint it sees, one cosigns what continues what it cosigned."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

import psycopg
from sqlalchemy.exc import DBAPIError

from services.audit.ledger import witnessed
from services.audit.witnessing import policy
from services.audit.witnessing.rounds import Pace, Rounds
from services.kernel.store.database import reading as look
from tests.faults.log_outcome import Outcome
from tests.integration.ingest_process import Ingest
from tests.integration.witnesses import Witness

HEAD = "select note from log_head"
QUICK = Pace(answer=5.0, back_off=0.1, longest=0.5)


class Watcher(threading.Thread):
    """Keeps every checkpoint that it sees, as somebody outside would who asks again and again."""

    def __init__(self, ingest: Ingest) -> None:
        super().__init__(daemon=True)
        self.seen: dict[bytes, None] = {}
        self._ingest, self._ended = ingest, threading.Event()

    def run(self) -> None:
        while not self._ended.is_set():
            try:
                with self._session() as session:
                    while not self._ended.wait(0.03):
                        if (row := session.execute(HEAD).fetchone()) is not None:
                            self.seen[bytes(row[0])] = None
            except (sqlite3.OperationalError, psycopg.Error):
                self._ended.wait(0.03)  # not made yet

    @contextmanager
    def _session(self) -> Iterator[sqlite3.Connection | psycopg.Connection]:
        where = self._ingest.database
        if self._ingest.url:
            with psycopg.connect(where.replace("+psycopg", ""), autocommit=True, connect_timeout=3) as session:
                yield session
        else:
            with closing(sqlite3.connect(f"file:{where}?mode=ro", uri=True, timeout=10)) as session:
                yield session

    def end(self) -> list[bytes]:
        self._ended.set()
        self.join()
        return list(self.seen)


class Cosigning(threading.Thread):
    """Asks a real witness for the log, as audit does, all the while."""

    def __init__(self, ingest: Ingest, directory: Path) -> None:
        super().__init__(daemon=True)
        self._log = ingest.sources.log.verifier.vkey
        self.witness = Witness(directory, "witness.example/w1", self._log).listen()
        self._ended, self._stack = threading.Event(), ExitStack()
        self._stack.callback(self.witness.stop)
        self._engine = self._stack.enter_context(ingest.engine())
        text = f"witness one {self.witness.vkey} {self.witness.url}\nquorum one\n"
        self._rounds = Rounds(self._engine, policy.parse(text, self._log), QUICK)

    def run(self) -> None:
        while not self._ended.wait(0.1):
            self._turn()

    def _turn(self) -> None:
        with suppress(DBAPIError):  # not made yet, or somebody writes for long
            self._rounds.turn()

    def end(self, outcome: Outcome) -> None:
        """What the witness has against the log becomes a finding; so does a log that it did not see to its end."""
        self._ended.set()
        self.join()
        until = time.monotonic() + 10
        while self._newest() < outcome.entries and time.monotonic() < until:
            self._turn()
            time.sleep(0.1)
        outcome.cosigned = self._newest()
        outcome.findings += [f"the witness keeps as evidence: {case}" for case in self.witness.evidence()]
        if outcome.cosigned != outcome.entries:
            outcome.findings.append(f"the witness cosigned {outcome.cosigned} entries of {outcome.entries}")

    def close(self) -> None:
        self._ended.set()
        self.join()
        self._stack.close()

    def _newest(self) -> int:
        with look(self._engine) as session:
            return witnessed.newest_cosigned(session)
