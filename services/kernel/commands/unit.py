"""One command, one transaction: load, decide, seal, append, project, remember. Nothing in it waits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError

from services.kernel.commands import answers
from services.kernel.commands.recording import record, shape
from services.kernel.context import Context
from services.kernel.decider import Decider, Refused
from services.kernel.envelope import Recorded
from services.kernel.event import Event, personal_fields
from services.kernel.faultpoint import reached
from services.kernel.ground import Grounds
from services.kernel.keys.blinding import IndexKey
from services.kernel.keys.keyring import Erased, Keyring, Prepared
from services.kernel.store import eventstore
from services.kernel.store.database import reading, writing
from services.kernel.store.eventstore import Conflict
from services.kernel.store.known import Known
from services.kernel.store.wake import Wake

S = TypeVar("S")
C = TypeVar("C")
E = TypeVar("E", bound=Event)

TRIES = 5


class Stale(Conflict):
    """A rotation has begun, and indexes are written with another key: decide and write again."""


class View(Protocol):
    """A module of views: what follows from each event, the same live and on replay.

    One may also have `project_all(session, records)`: the same as `project` of each in turn, in fewer trips.
    """

    def project(self, session: Connection, record: Recorded) -> None: ...


@dataclass
class Unit:
    """What one transaction does. `keys` were prepared before it began.

    Events are written when the transaction ends, where `late` says so: one trip to the database less. Whoever reads
    a stream by other means than `do` in the same transaction calls `flush` first. Where they are also seen `together`,
    views follow at the end, all events at once: for many decisions that rest on no view.
    """

    session: Connection
    store: Store
    context: Context
    keys: Prepared | None
    recorded: list[Recorded] = field(default_factory=list)
    refusal: Refused | None = None
    late: bool = False
    together: bool = False
    _rows: list[eventstore.Row] = field(default_factory=list)
    _ahead: dict[str, list[Recorded]] = field(default_factory=dict)
    _unseen: list[Recorded] = field(default_factory=list)
    _key: IndexKey | None = None

    def do(self, stream: str, decider: Decider[S, C, E], command: C) -> Sequence[E]:
        """Load the stream, decide, append and project what follows. Returns the new events, maybe none."""
        if any(row[1] == stream for row in self._rows):
            self.flush()
        own = any(one.stream == stream for one in self.recorded)
        whole = None if own else self._ahead.pop(stream, None)
        version, state = self.store.known.state(self.session, stream, decider, keep=not own, whole=whole)
        new = decider.decide(state, command)
        if new:
            self.append(stream, version, new)
        return new

    def look_ahead(self, streams: Sequence[str]) -> None:
        """Read the histories of many streams that `do` is about to decide on, in one trip."""
        self._ahead = {stream: [] for stream in streams}
        for one in eventstore.of_streams(self.session, streams):
            self._ahead[one.stream].append(one)

    def append(self, stream: str, seen: int, new: Sequence[Event]) -> None:
        key = self._index_key(new)
        records = [
            record(self.store, self.context, self.keys, key, stream, version, event)
            for version, event in enumerate(new, start=seen + 1)
        ]
        self._rows += eventstore.rows_of(self.session, seen, records, None if key is None else key.owner)
        if not self.late:
            self.flush()
        self._unseen += records
        if not self.together:
            self._project()
        self.recorded.extend(records)

    def _project(self) -> None:
        records, self._unseen = self._unseen, []
        for view in self.store.views:
            if len(records) > 1 and hasattr(view, "project_all"):
                view.project_all(self.session, records)
                continue
            for one in records:
                view.project(self.session, one)

    def flush(self, answer: eventstore.Answer | None = None, *, last: bool = False) -> None:
        """Write what is not written yet; nothing follows the `last`. Raises Conflict."""
        self._project()
        if self._rows or answer is not None:
            rows, self._rows = self._rows, []
            try:
                eventstore.keep(self.session, rows, answer, last=last)
            except Refused:
                if self._key is not None and eventstore.buried(self.session, self._key.owner):
                    self.store.keyring.index.spend([self._key.owner])
                    raise Stale(rows[0][1]) from None
                raise

    def refuse_on_record(self, refused: Refused) -> None:
        """The refusal is evidence: commit what was written so far, then answer with it."""
        self.refusal = refused

    def _index_key(self, new: Sequence[Event]) -> IndexKey | None:
        """The one key of all indexes that this transaction writes, if it writes any."""
        if self._key is None and any(shape(type(event)).indexed for event in new):
            self._key = self.store.keyring.index.writing()
        return self._key


class Store:
    """One service's data database: its events, its views, and the answers it remembers."""

    def __init__(
        self,
        engine: Engine,
        keyring: Keyring,
        source: str,
        views: Sequence[Any],
        wake: Wake,
        *,
        maker: str,
        grounds: Grounds,
    ) -> None:
        self.engine = engine
        self.keyring = keyring
        self.source = source
        self.views = views
        self.grounds = grounds
        self.known = Known()
        self._wake = wake
        self._maker = maker

    def processing_role(self, organisation: str | None) -> str:
        """As what the maker acts: for itself in its own organisation, for a controller elsewhere (AVG art. 4)."""
        return "controller" if organisation in (None, self._maker) else "processor"

    def blind(self, event: Event, name: str, value: str, key: IndexKey) -> str:
        """User names are unique in all; every other indexed value is looked up within one organisation."""
        scope = "" if name in EVERYWHERE else str(getattr(event, "organisation", ""))
        return key.blind(name, value, scope)

    def reindex(self, record: Recorded) -> Recorded:
        """A stored event as the views saw it when it was new: no number yet, its blind indexes filled in.

        An index is None once the key of its value is gone.
        """
        marks = personal_fields(type(record.event))
        names = [name for name in record.sealed if marks[name].indexed]
        values = self.keyring.open_many([(record.sealed[name], name) for name in names]) if names else []
        index = {
            name: None if value is None else self.blind(record.event, name, value, self.keyring.index.writing())
            for name, value in zip(names, values, strict=True)
        }
        return replace(record, envelope=replace(record.envelope, sequence=None), index=index)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with reading(self.engine) as session:
            yield session

    def perform(
        self,
        context: Context,
        work: Callable[[Unit], Mapping[str, Any]],
        *,
        keys: Sequence[tuple[str, str]] = (),
        outlives: bool = False,
    ) -> dict[str, Any]:
        """Run `work` in one transaction and answer with its ids and `events`, the ids of what it wrote.

        The answer is forgotten with who asked, unless it `outlives` them. The same idempotency key answers the same
        again; with another body it is Refused. A lost race is decided anew, at most five times, then
        Refused("conflict").
        """
        for attempt in range(TRIES):
            try:
                prepared = self.keyring.prepare(keys) if keys else None
                with writing(self.engine) as session:
                    if attempt and (answer := answers.remembered(session, context)) is not None:
                        return answers.said(answer)
                    unit = Unit(session, self, context, prepared, late=True)
                    answer = dict(work(unit))
                    answer["events"] = [one.envelope.id for one in unit.recorded]
                    if unit.refusal is not None:
                        answer["refused"] = {"code": unit.refusal.code, "detail": unit.refusal.detail}
                    remember = answers.to_remember(context, answer, whose="" if outlives else context.actor)
                    unit.flush(remember, last=True)
                    if unit.recorded:
                        reached("before_performed")
                if unit.recorded:
                    reached("after_performed")
            except (Conflict, IntegrityError):
                # Another one was first; perhaps it was this very command, whose key is taken then.
                continue
            except (Refused, Erased) as no:
                return self._said_before(context, no)
            if unit.recorded:
                self._wake.up()
            return answers.said(answer)
        raise Refused("conflict")

    def _said_before(self, context: Context, no: Refused | Erased) -> dict[str, Any]:
        """The rules may say no only because this command was done already; then its answer stands."""
        if (answer := self.answered(context)) is not None:
            return answer
        if isinstance(no, Erased):
            raise Refused("erased") from no
        raise no

    def answered(self, context: Context) -> dict[str, Any] | None:
        """What a command under this key was answered within 48 hours. Raises Refused where that was a refusal."""
        with reading(self.engine) as session:
            answer = answers.remembered(session, context)
        return None if answer is None else answers.said(answer)

    def follow(self, session: Connection, context: Context, keys: Prepared | None = None) -> Unit:
        """A unit inside a transaction that somebody else opened: the feed's."""
        return Unit(session, self, context, keys)

    def wake(self) -> None:
        self._wake.up()

    def forget_old_answers(self) -> int:
        """Drop idempotency keys past their 48 hours."""
        with writing(self.engine) as session:
            return answers.forget_old(session)


EVERYWHERE = frozenset({"username", "public_id", "token_digest"})
