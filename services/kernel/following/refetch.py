"""A store that is older than the log takes back what is its own, before it answers a command or gives a number (I1).

What was integrated is never lost with a service's disk: an older copy of a store, or an empty one, asks the log for
its own entries and keeps them with their numbers and bytes. Its views are made again afterwards (`rebuilding.py`).
What a service had committed and the log never had is gone with the disk; nobody can know it, so none is invented.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from sqlalchemy import Connection, delete, func, insert, or_, select, update

from services.kernel.calls.rpc import Unavailable
from services.kernel.commands.unit import Store
from services.kernel.faultpoint import reached
from services.kernel.replaying.rebuilding import Rebuilding, must_rebuild
from services.kernel.signing.entry import Entry, Reader, Unbelievable
from services.kernel.store import eventstore
from services.kernel.store.database import is_away, writing
from services.kernel.store.eventstore import FETCHING, cursors, events, relay_state
from services.kernel.store.lease import Busy, lease

log = logging.getLogger(__name__)

BATCH = 250
PAUSE = 0.2, 5.0
RELAY = "relay"

Fetch = Callable[[int, int], Mapping[str, Any]]
"""(after, limit) → `{"entries": [{"index", "note"}], "first", "handovers"}`: a source's entries above a number of its.

`first` is the lowest number that the log can still answer with."""
Tell = Callable[[int, int], None]
"""That a store which had given `given` numbers has all up to `known` again."""


class Stop(Protocol):
    def is_set(self) -> bool: ...

    def wait(self, timeout: float) -> bool: ...


class Diverged(Exception):
    """The store holds something else than the log says it does; nothing is joined that does not fit.

    Such a store is a leftover: put its database aside, and the service comes back whole from the log.
    """


class Refetch:
    """Brings one store up to the log. Each step may be the last before a crash: the next start goes on from there."""

    def __init__(self, store: Store, reader: Reader, fetch: Fetch, tell: Tell, rebuilding: Rebuilding) -> None:
        self._store, self._reader, self._fetch, self._tell = store, reader, fetch, tell
        self._rebuilding = rebuilding

    def run(self, stop: Stop) -> None:
        """Returns when the store has all that the log has of it, and its views show it. Raises Diverged.

        Waits as long as the log or the database is away: without the log's word nobody knows whether all is here.
        """
        pause, longest = PAUSE
        while not stop.is_set():
            try:
                with lease(self._store.engine, "refetch"):
                    self.turn()
                return
            except Busy:
                log.info("another replica of %s looks what its store lacks", self._store.source)
            except Unavailable:
                log.info("%s waits for the log, to hear whether its store is whole", self._store.source)
            except Exception as error:
                if not is_away(error):
                    raise
                log.warning("the database of %s is away: %s", self._store.source, type(error).__name__)
            stop.wait(pause * random.uniform(0.5, 1))
            pause = min(pause * 2, longest)

    def turn(self) -> None:
        """All of it once. Raises Diverged, Unavailable, and what a database that is away raises."""
        after = self._integrated()
        while (last := self._step(after)) is not None:
            after = last
        self._rebuilding.run()
        with self._store.reading() as session:
            given = _marked(session)
        if given is None:
            return
        reached("before_told_back")
        self._tell(given, after)
        with writing(self._store.engine) as session:
            _fence(session, after)
            session.execute(delete(cursors).where(cursors.c.name == FETCHING))
        log.warning(
            "the store of %s is whole again: it took %d to %d from the log", self._store.source, given + 1, after
        )

    def _integrated(self) -> int:
        """Up to here the log had everything when this copy was made; so far the two cannot differ."""
        with self._store.reading() as session:
            known = session.execute(select(relay_state.c.integrated)).scalar() or 0
            return min(known, eventstore.last_number(session))

    def _step(self, after: int) -> int | None:
        """One batch; its last number, None when the log has no more."""
        answer = self._fetch(after, BATCH)
        self._reader.expect(int(answer["handovers"]))
        if (first := int(answer.get("first", 1))) > after + 1:
            raise Diverged(
                f"the log has let go of what is below number {first}, this store ends at {after}:"
                f" restore a copy of it that goes further"
            )
        entries = [self._believed(item, number) for number, item in enumerate(answer["entries"], start=after + 1)]
        if not entries:
            return None
        with self._store.reading() as session:
            whole = not _Lacking(session, entries).any()
        if not whole:
            with writing(self._store.engine) as session:
                _mark(session)
                _fence(session, _number(entries[-1]))
                _Lacking(session, entries).fill(session)
                reached("before_taken_back")
            reached("after_taken_back")
            time.sleep(0)  # where one thread serves many, it is the others' turn
        return _number(entries[-1])

    def _believed(self, item: Mapping[str, Any], number: int) -> Entry:
        """Raises Diverged for what this source did not sign, or not as the next one."""
        try:
            entry = self._reader.read(int(item["index"]), item["note"].encode())
        except Unbelievable as error:
            raise Diverged(f"number {number} cannot be taken back: {error}") from error
        envelope = entry.record.envelope
        if (envelope.source, envelope.sequence) != (f"/{self._store.source}", number):
            raise Diverged(f"the log answered with something else than number {number}")
        return entry


class _Lacking:
    """What of some entries a store has not: to be inserted, or known here by an event that has no number yet."""

    def __init__(self, session: Connection, entries: Sequence[Entry]) -> None:
        first, last = _number(entries[0]), _number(entries[-1])
        ids, streams = [e.record.envelope.id for e in entries], {e.record.stream for e in entries}
        e = events.c
        columns = (e.position, e.id, e.stream, e.sequence, e.line)
        numbers = e.sequence.between(first, last)
        rows = session.execute(select(*columns).where(or_(e.id.in_(ids), numbers))).all()
        self._by_id = {row.id: row for row in rows}
        self._numbers = {row.sequence: row.id for row in rows if row.sequence is not None}
        later = or_(e.sequence.is_(None), e.sequence >= first)
        ahead = session.execute(select(e.id, e.stream).where(e.stream.in_(streams), later))
        self._ahead: dict[str, set[str]] = {}
        for id_, stream in ahead:
            self._ahead.setdefault(stream, set()).add(id_)
        self._numbered: list[tuple[int, Entry]] = []
        self._new: list[Entry] = []
        for entry in entries:
            self._sort(entry)

    def any(self) -> bool:
        return bool(self._numbered or self._new)

    def fill(self, session: Connection) -> None:
        for position, entry in self._numbered:
            values = {"sequence": _number(entry), "line": entry.note}
            session.execute(update(events).where(events.c.position == position).values(values))
        if not self._new:
            return
        streams = {entry.record.stream for entry in self._new}
        newest = select(events.c.stream, func.max(events.c.version)).where(events.c.stream.in_(streams))
        versions: dict[str, int] = {row[0]: row[1] for row in session.execute(newest.group_by(events.c.stream))}
        session.execute(insert(events), list(self._rows(versions)))

    def _rows(self, versions: dict[str, int]) -> Iterator[dict[str, Any]]:
        """A source numbers the events of one stream in the order of their versions, and none is left out."""
        for entry in self._new:
            stream = entry.record.stream
            versions[stream] = versions.get(stream, 0) + 1
            yield {
                "id": entry.record.envelope.id,
                "stream": stream,
                "version": versions[stream],
                "type": entry.record.envelope.type,
                "line": entry.note,
                "sequence": _number(entry),
            }

    def _sort(self, entry: Entry) -> None:
        number, id_, stream = _number(entry), entry.record.envelope.id, entry.record.stream
        there, ahead = self._by_id.get(id_), self._ahead.get(stream, set())
        if self._numbers.get(number, id_) != id_:
            raise Diverged(f"the store gave number {number} to another event than the log")
        ahead.discard(id_)
        if there is None:
            if ahead:
                raise Diverged(f"the store has an event of its own where the log has number {number}")
            self._new.append(entry)
        elif there.sequence is None:
            if not entry.note.startswith(eventstore.numbered(bytes(there.line), number) + b"\n"):
                raise Diverged(f"the store tells the event of number {number} otherwise than the log")
            self._numbered.append((there.position, entry))
        elif (there.sequence, bytes(there.line)) != (number, entry.note):
            raise Diverged(f"the store tells number {number} otherwise than the log")


def _number(entry: Entry) -> int:
    return entry.record.envelope.sequence or 0


def _marked(session: Connection) -> int | None:
    return session.execute(select(cursors.c.after).where(cursors.c.name == FETCHING)).scalar()


def _mark(session: Connection) -> None:
    """From here on, and over any crash: nothing is numbered, and no command taken, before the store is whole."""
    if _marked(session) is None:
        given = eventstore.last_number(session)
        session.execute(insert(cursors).values(name=FETCHING, after=given))
        log.critical("the log has more than the %d numbers that this store gave: it is an older copy", given)
    must_rebuild(session)


def _fence(session: Connection, known: int) -> None:
    """Whatever relay has its turn begins a new one, and learns what the log has of this store."""
    row = session.execute(select(relay_state).where(relay_state.c.name == RELAY).with_for_update()).first()
    if row is None:
        session.execute(insert(relay_state).values(name=RELAY, term=1, last=known, integrated=known))
        return
    moved = {"term": row.term + 1, "last": max(row.last, known), "integrated": max(row.integrated, known)}
    session.execute(update(relay_state).where(relay_state.c.name == RELAY).values(moved))
