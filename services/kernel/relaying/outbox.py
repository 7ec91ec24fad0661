"""Number and sign what was committed, without a gap, under one relay's term; give it out again as often as asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import orjson
from sqlalchemy import Connection, Engine, bindparam, func, insert, select, update

from services.kernel.faultpoint import reached
from services.kernel.signing.note import SeedMissing, Signer
from services.kernel.signing.succession import HANDED_OVER
from services.kernel.store import eventstore
from services.kernel.store.database import is_sqlite, reading, writing
from services.kernel.store.eventstore import events, relay_state

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


class Seeds(Protocol):
    """The keys at hand of one source; `name` stands in its signatures."""

    @property
    def name(self) -> str: ...

    def of(self, vkey: str | None) -> Signer:
        """The signer with this verifier key; the first one's, where it is None. Raises SeedMissing."""
        ...


class Outbox:
    """One service's events on their way out. A term is taken once, by whoever holds the lease.

    The events themselves say who signs: the key pinned at installation up to the first hand-over, that one included,
    and from the next number on the key that it names.
    """

    def __init__(self, engine: Engine, seeds: Seeds) -> None:
        self._engine = engine
        self._seeds = seeds
        self._holder: str | None = None
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
            self._holder = self._handed_over_to(session)
        return State(highest, integrated)

    def number(self, limit: int) -> list[Ready]:
        """Give the next events, at most `limit` and in the order in which they were stored, number and signature.

        Raises Fenced, and SeedMissing when the key that holds is not here. Nothing is numbered twice and no number is
        left out: the last one given moves in the same transaction, under a lock on its row.
        """
        with writing(self._engine) as session:
            row = self._row(session)
            if row is None or row.term != self._term:
                raise Fenced
            if self._comes_back(session):
                return []
            found = session.execute(
                select(events.c.position, events.c.id, events.c.type, events.c.line)
                .where(events.c.sequence.is_(None))
                .order_by(events.c.position)
                .limit(limit)
            ).all()
            if not found:
                return []
            last = row.last
            ready, holder = self._signed(last + 1, found)
            found = found[: len(ready)]
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
            reached("before_numbered")
        self._holder = holder
        reached("after_number")
        return ready

    def _signed(self, first: int, rows: Sequence[Any]) -> tuple[list[Ready], str | None]:
        """As many of `rows` as can be signed here, and who holds after them. Raises SeedMissing when it is none.

        The key goes only where the one that comes is at hand: after its number nobody else could sign.
        """
        ready: list[Ready] = []
        holder = self._holder
        signer = self._seeds.of(holder)
        for number, (_, id_, type_, line) in enumerate(rows, start=first):
            successor = None
            if hands_over(type_):
                holder = _named_in(bytes(line))
                try:
                    successor = self._seeds.of(holder)
                except SeedMissing:
                    if ready:
                        return ready, signer.verifier.vkey
                    raise
            ready.append(Ready(number, id_, type_, signer.sign(eventstore.numbered(bytes(line), number) + b"\n")))
            signer = successor or signer
        return ready, holder

    def _handed_over_to(self, session: Connection) -> str | None:
        """The key named in the newest hand-over that has a number; None while the first one holds."""
        stream = f"signing/{self._seeds.name.rpartition('/')[2]}"
        given = (events.c.stream == stream, events.c.sequence.is_not(None))
        newest = select(events.c.line).where(*given).order_by(events.c.version.desc()).limit(1)
        line = session.execute(newest).scalar()
        return None if line is None else _named_in(bytes(line))

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

    def hold(self) -> None:
        """Raises Fenced once the turn is another's, or the store has taken numbers back from the log."""
        with reading(self._engine) as session:
            if session.execute(select(relay_state.c.term).where(relay_state.c.name == NAME)).scalar() != self._term:
                raise Fenced

    def _comes_back(self, session: Connection) -> bool:
        """Whether the service is still taking its own events back from the log: nothing is numbered meanwhile."""
        coming = select(eventstore.cursors.c.after).where(eventstore.cursors.c.name == eventstore.FETCHING)
        return session.execute(coming).first() is not None

    def unnumbered(self) -> int:
        with reading(self._engine) as session:
            return eventstore.waiting(session)

    def _row(self, session: Connection) -> _Row | None:
        found = session.execute(select(relay_state).where(relay_state.c.name == NAME).with_for_update()).first()
        return None if found is None else _Row(found.term, found.last, found.integrated)


def hands_over(kind: str) -> bool:
    """Whether an event of this type is the last one that its key signs."""
    return kind.endswith(f".{HANDED_OVER}.v1")


def _named_in(line: bytes) -> str:
    return str(orjson.loads(line.split(b"\n", 1)[0])["data"]["vkey"])


class _Row(NamedTuple):
    term: int
    last: int
    integrated: int
