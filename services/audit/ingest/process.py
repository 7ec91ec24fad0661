"""From the broker's queue into the log: acknowledged is only what is committed, and nothing is tried in a hot loop."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import orjson
import pika
from pika.adapters.blocking_connection import BlockingChannel, BlockingConnection
from pika.exceptions import AMQPError
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from services.audit.ingest import metrics
from services.audit.ingest.checking import CheckerLost, Checking
from services.audit.ingest.letting_go import LettingGo
from services.audit.ingest.notes import Arrival, Bad
from services.audit.ingest.writer import Fenced, Writer
from services.audit.ledger import reading
from services.audit.ledger.checkpoint import Head
from services.audit.ledger.missing import Missing
from services.kernel.clock.beating import INGEST, Beat
from services.kernel.faultpoint import reached
from services.kernel.store import database
from services.kernel.sweep.overhearing import Overhearing

log = logging.getLogger(__name__)

QUEUE = "audit.ingest"
FEED = "log.feed"
WAKE_UP = pika.BasicProperties(delivery_mode=1, content_type="application/json")


@dataclass(frozen=True, kw_only=True)
class Pace:
    """Seconds, and messages. A lone entry is signed at once; under load checkpoints keep `busy` apart."""

    prefetch: int = 2000
    batch: int = 500
    chunk: int = 125
    quiet: float = 0.05
    busy: float = 0.2
    back_off: float = 0.1
    longest: float = 5.0
    look_round: float = 5.0
    gap_alarm: float = 10.0


class Process:
    """Runs until `stop()`; survives the loss of broker, database and disk, and acknowledges nothing meanwhile."""

    def __init__(
        self, writer: Writer, checking: Checking, engine: Engine, broker_url: str, pace: Pace | None = None
    ) -> None:
        self.writer = writer
        self.pace = pace or Pace()
        self._checking = checking
        self._letting_go = LettingGo(engine, writer)
        self.overhearing = Overhearing("ingest")
        self._beat = Beat(engine, INGEST, self.overhearing.turn)
        self._engine = engine
        self._broker_url = broker_url
        self._stopping = threading.Event()
        self._inbox: deque[tuple[int, bytes]] = deque()
        self._under_way: deque[int] = deque()
        """The last delivery tag of each chunk that is being checked."""
        self._checked: list[Arrival | Bad] = []
        self._last_checked = 0
        self._hand = ThreadPoolExecutor(1, "write")
        """Writes one batch while the next one arrives; never two at once, and nothing is signed meanwhile."""
        self._writing: Future[int] | None = None
        self._signed_at = 0.0
        self._looked_at = 0.0
        self._alarmed: set[str] = set()
        self._missing = Missing()

    def stop(self) -> None:
        """Finish the batch in hand, sign it, acknowledge, and leave `run`. May be called by a signal handler."""
        self._stopping.set()

    def run(self) -> None:
        """Raises Untrustworthy when the log is not the one that was signed; returns after `stop()`."""
        wait = self.pace.back_off
        driver: Any = self._engine.dialect.dbapi
        while not self._stopping.is_set():
            begun = time.monotonic()
            try:
                self.writer.load()
                self._checking.learn(self.writer.later_keys)
                self._serve()
                return
            except (AMQPError, SQLAlchemyError, driver.Error, OSError, Fenced, CheckerLost) as error:
                where = _where(error)
                metrics.FAILURES.labels(where).inc()
                log.warning("the %s is away (%s); trying again in %.1f s", where, type(error).__name__, wait)
                self._engine.dispose()
            finally:
                self._checking.reset()
            if time.monotonic() - begun > self.pace.longest:
                wait = self.pace.back_off
            self._stopping.wait(wait)
            wait = min(wait * 2, self.pace.longest)

    def _serve(self) -> None:
        self._inbox.clear()
        self._under_way.clear()
        self._checked = []
        connection = BlockingConnection(pika.URLParameters(self._broker_url))
        try:
            channel = connection.channel()
            channel.basic_qos(prefetch_count=self.pace.prefetch)
            channel.basic_consume(QUEUE, self._arrived)
            log.info("the log stands at %d entries; listening", self.writer.state.edge.size)
            while not self._stopping.is_set():
                came = self._listen(connection)
                self._hand_out()
                full = len(self._checked) >= self.pace.batch
                self._take_back(wait=not came and not (full and self._writing))
                full, idle = len(self._checked) >= self.pace.batch, not (came or self._under_way)
                due = time.monotonic() >= self._due()
                self._settle(channel, wait=due or idle or (full and not came))
                if self._writing is None:
                    self._beat.when_due()
                    if due and self.writer.unsigned:
                        self._sign(channel)
                    if self._checked and (full or idle):
                        self._write()
                self._look_round()
            self._settle(channel, wait=True)
            if self.writer.unsigned:
                self._sign(channel)
        finally:
            self._abandon()
            _close(connection)

    def _arrived(
        self, _channel: BlockingChannel, method: pika.spec.Basic.Deliver, _properties: object, body: bytes
    ) -> None:
        self._inbox.append((method.delivery_tag, body))

    def _listen(self, connection: BlockingConnection) -> bool:
        """Wait for a first message and take what else is there; never for a batch to fill. Whether any came."""
        before = len(self._inbox)
        if not (self._inbox or self._under_way or self._checked or self._writing):
            patience = self._due() - time.monotonic() if self.writer.unsigned else 0.25
            connection.process_data_events(min(0.25, max(0.0, patience)))
        had = -1
        while had < len(self._inbox) < self.pace.chunk:
            had = len(self._inbox)
            connection.process_data_events(0)
        return len(self._inbox) > before

    def _hand_out(self) -> None:
        """Chunks to check, as many at a time as there are processes; a small one only when nothing else is left."""
        while self._inbox and self._checking.has_room():
            if self._under_way and len(self._inbox) < self.pace.chunk:
                return
            chunk = [self._inbox.popleft() for _ in range(min(self.pace.chunk, len(self._inbox)))]
            self._checking.give([body for _, body in chunk])
            self._under_way.append(chunk[-1][0])

    def _take_back(self, *, wait: bool) -> None:
        """Collect the chunks that are checked; wait for one at most, when there is nothing else to do."""
        while self._under_way and (wait or self._checking.ready()):
            self._checked += self._checking.take()
            self._last_checked = self._under_way.popleft()
            wait = False

    def _write(self) -> None:
        batch, tag, self._checked = self._checked, self._last_checked, []

        def append() -> int:
            self.writer.append(batch)
            metrics.BATCH.observe(len(batch))
            return tag

        self._writing = self._hand.submit(append)

    def _settle(self, channel: BlockingChannel, *, wait: bool) -> None:
        """Acknowledge the batch that is written, and only then. Raises what its writing raised."""
        if self._writing is None or not (wait or self._writing.done()):
            return
        writing, self._writing = self._writing, None
        tag = writing.result()
        self._checking.learn(self.writer.later_keys)
        reached("before_ack")
        channel.basic_ack(tag, multiple=True)

    def _abandon(self) -> None:
        """Let a batch that is being written come to its end; unacknowledged, it is delivered and recognised again."""
        writing, self._writing = self._writing, None
        if writing is not None and (error := writing.exception()) is not None:
            log.warning("a batch was not written: %s", type(error).__name__)

    def _due(self) -> float:
        return self._signed_at + (self.pace.busy if self._inbox or self._under_way else self.pace.quiet)

    def _sign(self, channel: BlockingChannel) -> None:
        try:
            head = self.writer.checkpoint()
        except Fenced:
            head = self.writer.state.head
        self._signed_at = time.monotonic()
        if head is not None:
            self._tell(channel, head)

    def _tell(self, channel: BlockingChannel, head: Head) -> None:
        channel.basic_publish(FEED, "", orjson.dumps({"size": head.size}), WAKE_UP)

    def _look_round(self) -> None:
        """A gap that stays is an alarm with a name; what the log's own term is over for goes."""
        if time.monotonic() - self._looked_at < self.pace.look_round:
            return
        self._looked_at = time.monotonic()
        if self._writing is None:
            self._letting_go.turn()
        with database.reading(self._engine) as session:
            waiting = reading.gaps(session)
            ages = self._missing.ages(session, waiting)
        for source in self._alarmed - {gap.source for gap in waiting}:
            metrics.GAP.labels(source).set(0)
            log.info("the gap of %s has healed", source)
        self._alarmed &= {gap.source for gap in waiting}
        for gap in waiting:
            age = ages[gap.source].total_seconds()
            metrics.GAP.labels(gap.source).set(age)
            if age > self.pace.gap_alarm and gap.source not in self._alarmed:
                self._alarmed.add(gap.source)
                missing = f"number {gap.high_water + 1}" if gap.registered else "its registration"
                log.error("%s waits for %s: %d behind it", gap.source, missing, gap.waiting)


def _where(error: Exception) -> str:
    if isinstance(error, AMQPError):
        return "broker"
    if isinstance(error, CheckerLost):
        return "checker"
    return "disk" if isinstance(error, OSError) else "database"


def _close(connection: BlockingConnection) -> None:
    try:
        if connection.is_open:
            connection.close()
    except AMQPError as error:
        log.debug("the broker was gone already: %s", type(error).__name__)


def on_stop(process: Process) -> Callable[[int, object], None]:
    """A signal handler that ends `process` with grace."""
    return lambda _number, _frame: process.stop()
