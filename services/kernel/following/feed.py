"""Follow the log: every entry asked for takes effect once, in order; what keeps failing is set aside with its stream.

Cursor and effect are committed together, by compare-and-swap on the cursor, so two replicas never both apply an
entry. An entry that fails its bounded tries is parked with its error, and later ones of its stream wait behind it,
visibly; the rest goes on. A database or a service that is away is nobody's fault: the feed waits for it.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

from prometheus_client import Gauge
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from services.kernel.calls.rpc import Failed, Unavailable
from services.kernel.clock.jobs import Job
from services.kernel.commands.unit import Store, Unit
from services.kernel.context import Context
from services.kernel.failure import place, said
from services.kernel.faultpoint import reached
from services.kernel.following.parking import WAITS, Parked, Parking
from services.kernel.keys.keyring import Erased, Prepared
from services.kernel.signing.entry import Entry, Reader, Unbelievable
from services.kernel.signing.note import Verifier
from services.kernel.store.cursor import Cursor, Moved
from services.kernel.store.database import is_away, writing
from services.kernel.store.eventstore import Conflict

__all__ = ["Entry", "Feed", "Parked"]
log = logging.getLogger(__name__)

BATCH = 100
POLL = 1.0
TRIES = 3
MOVES_APART = 200
"""Entries that are none of ours before the cursor is written, unless the log is quiet; until then a restart would
look through them again."""
RACES = 20
"""How often an entry that lost a race for its stream is tried before that counts as a failure."""
PAUSES = (0.05, 0.25)
"""Seconds between the tries of one entry."""
AWAY = 0.5, 5.0

CURSOR = Gauge("crisisconnect_feed_cursor", "Index of the last log entry taken in.", ("feed",))
BEHIND = Gauge("crisisconnect_feed_behind", "Entries of the log not looked at yet.", ("feed",))

Fetch = Callable[[int, Sequence[str], int], Mapping[str, Any]]


class Waits(Protocol):
    def wait(self, timeout: float) -> bool: ...


class Stop(Waits, Protocol):
    def is_set(self) -> bool: ...


class Missed(Exception):
    """The log has let go of entries that this feed has not taken in: its store is a copy from before. See 0030."""


class Feed:
    """What one service does with the entries of `types`.

    `fetch(after, types, limit)` answers `{"entries": [{"index", "note"}], "scanned": <last index looked at>,
    "size", "first", "handovers"}`: `first` is the lowest index that is left, and `handovers` how many notes
    `handovers()` answers. `pins` holds each source's first
    verifier by `/<source>`; the later ones are in those notes. `before(entry)` works ahead of the transaction: it may
    wait, and may happen twice. `keys(entry)` names the (owner, category) pairs whose keys `handle(unit, entry)` seals
    with; `unit.keys` is None where an owner has been erased.
    """

    def __init__(
        self,
        store: Store,
        name: str,
        types: Sequence[str],
        fetch: Fetch,
        handle: Callable[[Unit, Entry], Any],
        *,
        pins: Mapping[str, Verifier],
        handovers: Callable[[], Iterable[bytes]] = tuple,
        before: Callable[[Entry], Any] | None = None,
        keys: Callable[[Entry], Sequence[tuple[str, str]]] | None = None,
    ) -> None:
        self.store = store
        self.name = name
        self.types = tuple(dict.fromkeys(types))
        self._fetch = fetch
        self._handle = handle
        self._before = before
        self._keys = keys
        self._reader = Reader(pins, handovers)
        self._cursor = Cursor(name)
        self._parking = Parking(name)
        self.looked = self._written = -1

    # -- following

    def run(self, stop: Stop, waiter: Waits | None = None, job: Job | None = None) -> None:
        """Follow until `stop`. Looks every second, or as soon as `waiter` was called; each look is a turn of `job`."""
        first, longest = AWAY
        pause = first
        while not stop.is_set():
            try:
                more = self.step() if job is None else job.attempt(self.step)
                pause = first
            except Exception as error:  # noqa: BLE001 - a service's feed never ends; what it met is in its log
                away = is_away(error) or isinstance(error, Unavailable)
                log.log(logging.INFO if away else logging.ERROR, "feed %s: %s", self.name, place(error))
                stop.wait(pause * random.uniform(0.5, 1))
                pause = min(pause * 2, longest)
                continue
            if not more and not stop.is_set():
                (waiter or stop).wait(POLL)

    def step(self) -> bool:
        """Take in one batch. Whether there may be more. Raises what a database or service that is away raises, and
        Missed where the log does not go back far enough.
        """
        began = after = self.cursor()
        # What was looked through in vain is remembered here, and written down only now and then.
        looked = self.looked if self._written == after else after
        answer = self._fetch(max(after, looked), self.types, BATCH)
        scanned, size = int(answer["scanned"]), int(answer["size"])
        if (first := int(answer.get("first", 0))) > max(after, looked) + 1:
            raise Missed(f"the log begins at {first}, {self.name} has come to {max(after, looked)}")
        self._reader.expect(int(answer.get("handovers", 0)))
        try:
            for item in answer["entries"]:
                index = int(item["index"])
                if index <= after:
                    raise ValueError("the log answered with an entry that it was not asked for")
                self._take(after, index, item["note"].encode())
                after = index
            quiet = after < scanned == looked
            if quiet or scanned >= after + MOVES_APART:
                with writing(self.store.engine) as session:
                    self._cursor.move(session, after, scanned)
                after = scanned
            self._written, self.looked = after, max(after, scanned)
        except Moved:
            return True
        CURSOR.labels(self.name).set(self.looked)
        BEHIND.labels(self.name).set(max(0, size - 1 - self.looked))
        return max(began, looked) < self.looked < size - 1

    def cursor(self) -> int:
        """The index of the last entry taken in, -1 at the start."""
        with self.store.reading() as session:
            return self._cursor.at(session)

    def _take(self, seen: int, index: int, note: bytes) -> None:
        try:
            entry = self._reader.read(index, note)
        except Unbelievable as error:
            self._park(seen, index, error.stream, error.type, str(error), 0)
            return
        stream, kind = entry.record.stream, entry.record.envelope.type
        if self._waits(seen, index, stream, kind):
            return
        failure = self._apply(entry, lambda session: self._cursor.move(session, seen, index))
        if failure is not None:
            self._park(seen, index, stream, kind, failure, TRIES)

    def _apply(self, entry: Entry, first: Callable[[Connection], None]) -> str | None:
        """None when the entry took effect, else why it did not, in words that hold no value."""
        tries = races = 0
        while True:
            try:
                if self._before is not None:
                    self._before(entry)
                keys = self._prepared(entry)
                with writing(self.store.engine) as session:
                    first(session)
                    unit = self.store.follow(session, self._context(entry), keys)
                    self._handle(unit, entry)
                    reached("before_followed")
                reached("after_followed")
            except Moved:
                raise
            except Exception as error:
                if is_away(error) or (isinstance(error, Unavailable) and not isinstance(error, Failed)):
                    raise
                if isinstance(error, Conflict | IntegrityError) and races < RACES:
                    races += 1
                    continue
                tries += 1
                log.warning("feed %s, entry %d, try %d: %s", self.name, entry.index, tries, place(error))
                if tries >= TRIES:
                    return said(error)
                time.sleep(PAUSES[tries - 1])
                continue
            if unit.recorded:
                self.store.wake()
            return None

    def _prepared(self, entry: Entry) -> Prepared | None:
        pairs = self._keys(entry) if self._keys is not None else ()
        try:
            return self.store.keyring.prepare(pairs) if pairs else None
        except Erased:
            return None

    def _context(self, entry: Entry) -> Context:
        envelope = entry.record.envelope
        return Context(
            caller=self.store.source,
            actor=f"system/{self.store.source}",
            organisation=envelope.organisation,
            correlation=envelope.correlationid,
            causation=envelope.id,
        )

    # -- setting aside, and what a person does about it

    def parked(self, session: Connection) -> list[Parked]:
        """What was set aside, oldest first."""
        return self._parking.all(session)

    def retry(self, index: int) -> int:
        """Try the stream of a parked entry again, all its parked entries in order. How many took effect.

        Stops at the first that fails again; raises LookupError where nothing is parked at `index`.
        """
        with self.store.reading() as session:
            everything = self.parked(session)
        stream = next((one.stream for one in everything if one.index == index), None)
        if stream is None:
            raise LookupError(index)
        done = 0
        for one in everything:
            if one.stream == stream:
                failure = self._retry(one.index)
                if failure is not None:
                    with writing(self.store.engine) as session:
                        self._parking.failed_again(session, one.index, failure, TRIES)
                    break
                done += 1
        return done

    def discard(self, index: int) -> None:
        """Give a parked entry up; what waited behind it can be retried. Raises LookupError where there is none."""
        with writing(self.store.engine) as session:
            self._cursor.lock(session)
            if not self._parking.drop(session, index):
                raise LookupError(index)

    def _retry(self, index: int) -> str | None:
        found = self._fetch(index - 1, self.types, 1)["entries"]
        if not found or int(found[0]["index"]) != index:
            return "not in the log"
        try:
            entry = self._reader.read(index, found[0]["note"].encode())
        except Unbelievable as error:
            return str(error)

        def release(session: Connection) -> None:
            self._cursor.lock(session)
            if not self._parking.drop(session, index):
                raise Moved

        try:
            return self._apply(entry, release)
        except Moved:
            return None

    def _waits(self, seen: int, index: int, stream: str, kind: str) -> bool:
        """Park an entry behind an earlier one of its stream, where there is one."""
        with self.store.reading() as session:
            if not self._parking.holds(session, stream):
                return False
        with writing(self.store.engine) as session:
            self._cursor.lock(session)
            # Looked at again under the lock: it may have been released a moment ago.
            if not self._parking.holds(session, stream):
                return False
            self._cursor.move(session, seen, index)
            self._parking.add(session, index, stream, kind, WAITS, 0)
        return True

    def _park(self, seen: int, index: int, stream: str, kind: str, error: str, tries: int) -> None:
        log.error("feed %s: entry %d of type %s is parked: %s", self.name, index, kind, error)
        with writing(self.store.engine) as session:
            self._cursor.move(session, seen, index)
            self._parking.add(session, index, stream, kind, error, tries)
