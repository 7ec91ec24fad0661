"""Append events to a stream, and read a stream back. A stored line changes once: when it gets its number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

import orjson
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    delete,
    func,
    insert,
    select,
)
from sqlalchemy.exc import IntegrityError

from services.kernel.codec import freeze, instant, moment, thaw
from services.kernel.database import is_sqlite, lock_owner, lock_owners
from services.kernel.decider import Refused
from services.kernel.envelope import MAX_EVENT, Envelope, Recorded
from services.kernel.event import CATALOGUE, Event, owner_of

tables = MetaData()
Position = BigInteger().with_variant(Integer, "sqlite")
events = Table(
    "events",
    tables,
    Column("position", Position, primary_key=True, autoincrement=True),
    Column("id", String(36), nullable=False, unique=True),
    Column("stream", String(120), nullable=False),
    Column("version", Integer, nullable=False),
    Column("type", String(120), nullable=False),
    Column("line", LargeBinary, nullable=False),
    Column("sequence", BigInteger, unique=True),
    UniqueConstraint("stream", "version", name="one_event_per_version"),
)
Index(
    "events_without_number",
    events.c.position,
    sqlite_where=events.c.sequence.is_(None),
    postgresql_where=events.c.sequence.is_(None),
)
erased = Table("erased", tables, Column("owner", String(120), primary_key=True))
answers = Table(
    "answers",
    tables,
    Column("key", String(64), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("actor", String(120), nullable=False),
    Column("answer", Text, nullable=False),
    Column("until", String(32), nullable=False),
)
"""Idempotency keys with the ids they were answered with; never a personal value."""
cursors = Table(
    "cursors",
    tables,
    Column("name", String(60), primary_key=True),
    Column("after", BigInteger, nullable=False),
)
parked = Table(
    "parked",
    tables,
    Column("feed", String(60), primary_key=True),
    Column("idx", BigInteger, primary_key=True, autoincrement=False),
    Column("stream", String(120), nullable=False, index=True),
    Column("type", String(120), nullable=False),
    Column("error", String(200), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("at", String(32), nullable=False),
)
"""Log entries that this service could not follow, and those of the same stream that wait behind them."""
relay_state = Table(
    "relay_state",
    tables,
    Column("name", String(20), primary_key=True),
    Column("term", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
    Column("integrated", BigInteger, nullable=False),
)
"""One row: whose turn it is to number, the last number given, and up to which number the log has all of them."""


class Conflict(Exception):
    """Somebody else appended to this stream first. Read again, decide again."""


Row = tuple[str, str, int, str, bytes]
"""id, stream, version, type, line"""
Answer = tuple[str, str, str, str, str]
"""key, digest, actor, answer, until"""


@dataclass(frozen=True)
class _Words:
    """The statements of every command, in the driver's own words: built anew each time they cost more than they do."""

    history: str
    event: str
    answer: str
    both: str = ""

    @classmethod
    def of(cls, mark: str, *, at_once: bool) -> _Words:
        five = f"({', '.join([mark] * 5)})"
        event = f"insert into events (id, stream, version, type, line) values {five}"  # noqa: S608 - no values here
        answer = f"insert into answers (key, digest, actor, answer, until) values {five}"  # noqa: S608
        history = f"select line, version from events where stream = {mark} and version >= {mark} order by version"  # noqa: S608
        return cls(history, event, answer, f"with kept as ({event}) {answer}" if at_once else "")


_ERASED = select(erased.c.owner).where(erased.c.owner.in_(bindparam("owners", expanding=True))).limit(1)
_SQLITE = _Words.of("?", at_once=False)
_POSTGRES = _Words.of("%s", at_once=True)


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
    rows = session.exec_driver_sql(words.history, (stream, first)).all()
    return [parse(line, version) for line, version in rows]


def by_id(session: Connection, event: str) -> Recorded | None:
    line = session.execute(select(events.c.line).where(events.c.id == event)).scalar()
    return parse(line) if line is not None else None


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


def append(session: Connection, seen: int, new: Sequence[Recorded]) -> None:
    """Add events to one stream after the `seen` ones that the decision was based on.

    Raises Conflict when somebody was first, Refused("erased") when a key's owner has been erased meanwhile.
    """
    keep(session, rows_of(session, seen, new))


def rows_of(session: Connection, seen: int, new: Sequence[Recorded]) -> list[Row]:
    """The rows that `keep` will write. From here on nobody erases the owners of their keys before the commit.

    Raises Refused("erased") when one has been, Refused("too_large").
    """
    owners = {owner_of(r.event, name) for r in new for name in r.sealed}
    # A session's key is its own, but a session of somebody erased must not come to be either.
    owners |= {r.envelope.datasubject for r in new if r.sealed and r.envelope.datasubject}
    if owners:
        lock_owners(session, owners)
        # A statement of its own, after the lock: its look must not be older than what the lock waited for.
        if session.execute(_ERASED, {"owners": sorted(owners)}).first():
            raise Refused("erased")
    rows = []
    for version, record in enumerate(new, start=seen + 1):
        line = line_of(record.envelope, record.event, record.sealed)
        if len(line) > MAX_EVENT:
            raise Refused("too_large")
        rows.append((record.envelope.id, record.stream, version, record.envelope.type, line))
    return rows


def keep(session: Connection, rows: Sequence[Row], answer: Answer | None = None) -> None:
    """Write events, and with them the answer to remember; one event and its answer are one trip to PostgreSQL.

    Raises Conflict when a stream has moved, or when the answer's key is taken.
    """
    words = _SQLITE if is_sqlite(session) else _POSTGRES
    try:
        if len(rows) == 1 and answer is not None and words.both:
            session.exec_driver_sql(words.both, rows[0] + answer)
            return
        if rows:
            session.exec_driver_sql(words.event, rows if len(rows) > 1 else rows[0])
        if answer is not None:
            session.exec_driver_sql(words.answer, answer)
    except IntegrityError as lost:
        raise Conflict(rows[0][1] if rows else "answers") from lost


def bury(session: Connection, owners: Sequence[str]) -> None:
    """Leave tombstones in the data, under the lock that every append of the same owner takes."""
    for owner in sorted(set(owners)):
        lock_owner(session, owner, exclusive=True)
        if not session.execute(select(erased).where(erased.c.owner == owner)).first():
            session.execute(insert(erased).values(owner=owner))


def forget_answers(session: Connection, actor: str) -> int:
    """Drop what was remembered of a person's requests."""
    return session.execute(delete(answers).where(answers.c.actor == actor)).rowcount


def waiting(session: Connection) -> int:
    """How many events have no number yet."""
    return session.execute(select(func.count()).where(events.c.sequence.is_(None))).scalar_one()


def unintegrated(session: Connection) -> int:
    """How many events the log is not known to have yet."""
    known = session.execute(select(relay_state.c.last, relay_state.c.integrated)).first()
    return waiting(session) + (known.last - known.integrated if known else 0)


def last_number(session: Connection) -> int:
    """The highest number that an event of this service has; 0 before the first."""
    return session.execute(select(func.max(events.c.sequence))).scalar() or 0
