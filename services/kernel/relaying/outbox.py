"""Number and sign what was committed, without a gap, under one relay's term; give it out again as often as asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection, Engine, bindparam, func, insert, select, update

from services.kernel import eventstore
from services.kernel.database import is_sqlite, reading, writing
from services.kernel.eventstore import events, relay_state
from services.kernel.faultpoint import reached
from services.kernel.note import Signer

NAME = "relay"
_UPDATE = (
    update(events)
    .where(events.c.position == bindparam("at"), events.c.sequence.is_(None))
    .values(sequence=bindparam("number"), line=bindparam("note"))
)
# One statement for the whole batch, in psycopg's own words: executemany takes twice as long, text format too.
_UPDATE_AT_ONCE = (
    "update events set sequence = given.number, line = given.note"
    " from unnest(%b::bigint[], %b::bigint[], %b::bytea[]) as given(at, number, note)"
    " where events.position = given.at and events.sequence is null"
)


class Fenced(Exception):
    """Another relay has begun a later term: this one stops at once."""


class Ready(NamedTuple):
    """A finished event: its number, id and type, and the signed note that it is from now on."""

    sequence: int
    id: str
    type: str
    note: bytes


@dataclass(frozen=True)
class State:
    """The last number given, and up to which number the log is known to hold all of them."""

    last: int
    integrated: int


class Outbox:
    """One service's events on their way out. A term is taken once, by whoever holds the lease."""

    def __init__(self, engine: Engine, signer: Signer) -> None:
        self._engine = engine
        self._signer = signer
        self._term = 0

    def begin(self) -> State:
        """Take the next term, so that every earlier relay, however late it wakes, is fenced."""
        with writing(self._engine) as session:
            row = self._row(session)
            highest = session.execute(select(func.max(events.c.sequence))).scalar() or 0
            if row is None:
                self._term, integrated = 1, 0
                session.execute(insert(relay_state).values(name=NAME, term=1, last=highest, integrated=0))
            else:
                self._term, integrated = row.term + 1, row.integrated
                highest = max(highest, row.last)
                session.execute(update(relay_state).values(term=self._term, last=highest))
        return State(highest, integrated)

    def number(self, limit: int) -> list[Ready]:
        """Give the next events, at most `limit` and in the order in which they were stored, number and signature.

        Raises Fenced. Nothing is numbered twice and no number is left out: the last one given moves in the same
        transaction, under a lock on its row.
        """
        with writing(self._engine) as session:
            row = self._row(session)
            if row is None or row.term != self._term:
                raise Fenced
            found = session.execute(
                select(events.c.position, events.c.id, events.c.type, events.c.line)
                .where(events.c.sequence.is_(None))
                .order_by(events.c.position)
                .limit(limit)
            ).all()
            if not found:
                return []
            sign, last = self._signer.sign, row.last
            ready = [
                Ready(number, id_, type_, sign(eventstore.numbered(bytes(line), number) + b"\n"))
                for number, (_, id_, type_, line) in enumerate(found, start=last + 1)
            ]
            if is_sqlite(session):
                changed = [
                    {"at": row.position, "number": one.sequence, "note": one.note}
                    for row, one in zip(found, ready, strict=True)
                ]
                session.execute(_UPDATE, changed)
            else:
                session.exec_driver_sql(
                    _UPDATE_AT_ONCE,
                    (
                        [row.position for row in found],
                        [one.sequence for one in ready],
                        [one.note for one in ready],
                    ),
                )
            session.execute(update(relay_state).values(last=last + len(ready)))
        reached("after_number")
        return ready

    def above(self, sequence: int, limit: int) -> list[Ready]:
        """Numbered events after `sequence`, at most `limit`, as they were signed."""
        with reading(self._engine) as session:
            rows = session.execute(
                select(events.c.sequence, events.c.id, events.c.type, events.c.line)
                .where(events.c.sequence > sequence)
                .order_by(events.c.sequence)
                .limit(limit)
            )
            return [Ready(number, id_, type_, bytes(note)) for number, id_, type_, note in rows]

    def integrated(self, sequence: int) -> None:
        """Remember how far the log has come, so that a restart sends only what lies above. Raises Fenced."""
        with writing(self._engine) as session:
            mine = update(relay_state).where(relay_state.c.term == self._term)
            if session.execute(mine.values(integrated=sequence)).rowcount != 1:
                raise Fenced

    def unnumbered(self) -> int:
        with reading(self._engine) as session:
            return eventstore.waiting(session)

    def _row(self, session: Connection) -> _Row | None:
        found = session.execute(select(relay_state).where(relay_state.c.name == NAME).with_for_update()).first()
        return None if found is None else _Row(found.term, found.last, found.integrated)


class _Row(NamedTuple):
    term: int
    last: int
    integrated: int
