"""Append events to a stream, and read a stream back. A stored line changes once: when it gets its number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, delete, func, insert, select
from sqlalchemy.exc import IntegrityError

from services.kernel.codec import freeze, instant, moment, thaw
from services.kernel.decider import Refused
from services.kernel.envelope import MAX_EVENT, Envelope, Recorded
from services.kernel.event import CATALOGUE, Event, only, owner_of, personal_fields
from services.kernel.store import straight
from services.kernel.store.database import is_sqlite
from services.kernel.store.locks import lock_owners
from services.kernel.store.tables import (
    FETCHING as FETCHING,
    REBUILDING as REBUILDING,
    answers as answers,
    cursors as cursors,
    erased as erased,
    events as events,
    parked as parked,
    relay_state as relay_state,
    tables as tables,
)

A_STATEMENT = 500
"""Values of one list in a statement: fewer than any database takes."""


class Conflict(Exception):
    """Somebody else appended to this stream first. Read again, decide again."""


Row = tuple[str, str, int, str, bytes, tuple[str, ...]]
"""id, stream, version, type, line, and under which names the keys that it is sealed under may have been erased"""

Answer = tuple[str, str, str, str, str]
"""key, digest, actor, answer, until"""


@dataclass(frozen=True)
class _Words:
    """The statements of every command, in the driver's own words: built anew each time they cost more than they do."""

    history: str
    event: str
    """Writes nothing when one of the owners, a JSON list, has been erased."""
    answer: str
    both: str = ""

    @classmethod
    def of(cls, mark: str, owners: str, *, at_once: bool) -> _Words:
        five = ", ".join([mark] * 5)
        gone = f"select 1 from erased where owner {owners}"  # noqa: S608 - no values in any of these
        event = f"insert into events (id, stream, version, type, line) select {five} where not exists ({gone})"
        answer = f"insert into answers (key, digest, actor, answer, until) select {five}"
        history = f"select line, version from events where stream = {mark} and version >= {mark} order by version"  # noqa: S608
        both = f"with kept as ({event} returning id) {answer} from kept"
        return cls(history, event, answer, both if at_once else "")


_SQLITE = _Words.of("?", "in (select value from json_each(?))", at_once=False)
_POSTGRES = _Words.of("%s", "= any(array(select jsonb_array_elements_text(%s)))", at_once=True)


_ATTRIBUTES = tuple(f.name for f in fields(Envelope) if f.name not in ("sequence", "time"))


def line_of(envelope: Envelope, event: Event, sealed: dict[str, str]) -> bytes:
    """The line as it is stored: CloudEvents JSON without a number, which the relay splices in."""
    body: dict[str, Any] = {"specversion": "1.0"}
    for name in _ATTRIBUTES:
        value = getattr(envelope, name)
        if value is not None:
            body[name] = value
    body["time"] = instant(envelope.time)
    body["datacontenttype"] = "application/json"
    body["data"] = freeze(event, sealed)
    return orjson.dumps(body)


def numbered(line: bytes, sequence: int) -> bytes:
    """The line with its number, as the relay signs it."""
    return b'{"sequence":"%d",' % sequence + line[1:]


def parse(line: bytes, version: int = 0) -> Recorded:
    """Read a stored line or a signed note; neither says which `version` of its stream it is, the row does.

    Raises KeyError for a type that no contract knows, ValueError or TypeError for other text.
    """
    body = orjson.loads(line.split(b"\n", 1)[0])
    event, sealed = thaw(CATALOGUE[body["type"]], body["data"])
    envelope = Envelope(
        time=moment(body["time"]),
        sequence=int(body["sequence"]) if "sequence" in body else None,
        **{name: body.get(name) for name in _ATTRIBUTES},
    )
    return Recorded(envelope=envelope, event=event, sealed=sealed, index={}, stream=body["subject"], version=version)


def read(session: Connection, stream: str, first: int = 1) -> list[Recorded]:
    """The history of one stream from version `first` on, oldest first, personal values sealed."""
    words = _SQLITE if is_sqlite(session) else _POSTGRES
    rows = straight.run(session, words.history, (stream, first), begin=False).fetchall()
    return [parse(line, version) for line, version in rows]


def count(session: Connection, stream: str, kinds: Iterable[type[Event]] | None = None) -> int:
    """How many events a stream has, or how many of these kinds."""
    found = select(func.count()).select_from(events).where(events.c.stream == stream)
    if kinds is not None:
        found = found.where(events.c.type.in_([kind.type for kind in kinds]))
    return session.execute(found).scalar_one()


def by_id(session: Connection, event: str) -> Recorded | None:
    line = session.execute(select(events.c.line).where(events.c.id == event)).scalar()
    return parse(line) if line is not None else None


def among(session: Connection, asked: Sequence[str]) -> list[str]:
    """Which of these ids are those of events that are here."""
    return list(session.execute(select(events.c.id).where(events.c.id.in_(asked))).scalars())


def streams(session: Connection, asked: Sequence[str]) -> list[str]:
    """Which of these streams have begun."""
    first = select(events.c.stream).where(events.c.stream.in_(asked), events.c.version == 1)
    return list(session.execute(first).scalars())


def everything(session: Connection, *, batch: int = 1000) -> Iterator[Recorded]:
    """Every event of this service in the order in which it was stored, streamed."""
    after = 0
    while True:
        rows = session.execute(
            select(events.c.position, events.c.line, events.c.version)
            .where(events.c.position > after)
            .order_by(events.c.position)
            .limit(batch)
        ).all()
        for _, line, version in rows:
            yield parse(line, version)
        if len(rows) < batch:
            return
        after = rows[-1].position


def of_streams(session: Connection, streams: Sequence[str]) -> list[Recorded]:
    """The history of several streams, each oldest first."""
    mine = select(events.c.line, events.c.version).where(events.c.stream.in_(streams))
    rows = session.execute(mine.order_by(events.c.stream, events.c.version))
    return [parse(line, version) for line, version in rows]


def append(session: Connection, seen: int, new: Sequence[Recorded], *, last: bool = False) -> None:
    """Add events to one stream after the `seen` ones that the decision was based on; `last` as `keep` has it.

    Raises Conflict when somebody was first, Refused("erased") when a key's owner has been erased meanwhile.
    """
    keep(session, rows_of(session, seen, new), last=last)


def rows_of(session: Connection, seen: int, new: Sequence[Recorded], index: str | None = None) -> list[Row]:
    """The rows that `keep` will write. From here on nobody erases the owners of their keys before the commit.

    `index` owns the key of the blind indexes that go into the views with them.

    Raises Refused("too_large").
    """
    rows: list[Row] = []
    locked: set[str] = set()
    for version, record in enumerate(new, start=seen + 1):
        owners = {owner_of(record.event, name) for name in record.sealed}
        # A session's key is its own, but a session of somebody erased must not come to be either.
        if owners and record.envelope.datasubject:
            owners.add(record.envelope.datasubject)
        if index is not None and record.index:
            owners.add(index)
        line = line_of(record.envelope, record.event, record.sealed)
        if len(line) > MAX_EVENT:
            raise Refused("too_large")
        locked |= owners
        marks = personal_fields(type(record.event))
        owners |= {only(owner_of(record.event, name), marks[name].category) for name in record.sealed}
        rows.append((record.envelope.id, record.stream, version, record.envelope.type, line, tuple(owners)))
    lock_owners(session, locked)
    return rows


def keep(session: Connection, rows: Sequence[Row], answer: Answer | None = None, *, last: bool = False) -> None:
    """Write events, and with them the answer to remember; nothing is written after the `last` of a transaction.

    On PostgreSQL one event and its answer are one trip, and where nothing was written before and they are the last,
    they are the whole transaction. Whether an owner is erased is asked by the statement that writes, which sees what
    the locks waited for.

    Raises Conflict when a stream has moved, or when the answer's key is taken; Refused("erased") when an owner is.
    """
    words = _SQLITE if is_sqlite(session) else _POSTGRES
    values = [(*row[:-1], orjson.dumps(row[-1]).decode()) for row in rows]
    try:
        if len(rows) == 1 and answer is not None and words.both:
            written = straight.run(session, words.both, values[0] + answer, begin=not last).rowcount
        elif len(rows) == 1 and answer is None and last:
            written = straight.run(session, words.event, values[0], begin=False).rowcount
        else:
            written = 0
            if len(values) == 1:
                written = straight.run(session, words.event, values[0]).rowcount
            elif values:
                written = session.exec_driver_sql(words.event, values).rowcount
            if answer is not None:
                straight.run(session, words.answer, answer)
    except IntegrityError as lost:
        raise Conflict(rows[0][1] if rows else "answers") from lost
    if written < len(rows):
        raise Refused("erased")


def bury(session: Connection, owners: Sequence[str], *, whose: Sequence[str] = ()) -> None:
    """Leave tombstones in the data, under the lock that every append of the same owner takes.

    Of `only(owner, category)` no append brings anything of that category any more. `whose` are the people that all of
    these owners belong to: an append locks its person as well, who may have more sessions than there is room for locks.
    """
    lock_owners(session, whose or (owner.partition("#")[0] for owner in owners), exclusive=True)
    wanted = sorted(set(owners))
    for start in range(0, len(wanted), A_STATEMENT):
        some = wanted[start : start + A_STATEMENT]
        there = set(session.execute(select(erased.c.owner).where(erased.c.owner.in_(some))).scalars())
        new = [{"owner": owner} for owner in some if owner not in there]
        if new:
            session.execute(insert(erased), new)


def buried(session: Connection, owner: str) -> bool:
    return session.execute(select(erased).where(erased.c.owner == owner)).first() is not None


def forget_answers(session: Connection, *actors: str) -> int:
    """Drop what was remembered of people's requests, at most 500 of them."""
    return session.execute(delete(answers).where(answers.c.actor.in_(actors))).rowcount


def waiting(session: Connection) -> int:
    """How many events have no number yet."""
    return session.execute(select(func.count()).where(events.c.sequence.is_(None))).scalar_one()


def unintegrated(session: Connection) -> int:
    """How many events the log is not known to have yet."""
    known = session.execute(select(relay_state.c.last, relay_state.c.integrated)).first()
    return waiting(session) + (known.last - known.integrated if known else 0)


def oldest_unintegrated(session: Connection) -> datetime | None:
    """When the oldest event was recorded that the log is not known to have yet; None where it has all of them."""
    known = session.execute(select(relay_state.c.integrated)).scalar() or 0
    # Each by an index of its own: whoever has a number comes before whoever has none yet.
    ways = (
        select(events.c.line).where(events.c.sequence > known).order_by(events.c.sequence),
        select(events.c.line).where(events.c.sequence.is_(None)).order_by(events.c.position),
    )
    lines = (session.execute(way.limit(1)).scalar() for way in ways)
    return next((parse(line).envelope.time for line in lines if line is not None), None)


def last_number(session: Connection) -> int:
    """The highest number that an event of this service has; 0 before the first."""
    return session.execute(select(func.max(events.c.sequence))).scalar() or 0
