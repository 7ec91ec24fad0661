"""A batch becomes entries and tiles in one transaction; then, and only then, is the new root signed and stored."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, insert, select, update
from sqlalchemy.exc import IntegrityError

from services.audit.ingest import metrics, rows, state
from services.audit.ingest.lineup import LineUp
from services.audit.ingest.notes import Arrival, Bad, Door, Reason
from services.audit.ingest.remembered import Remembered
from services.audit.ingest.state import State
from services.audit.ledger import checkpoint, pruned, tree
from services.audit.ledger.checkpoint import Head
from services.audit.ledger.tables import checkpoints, head as heads, sources
from services.kernel.codec import instant
from services.kernel.faultpoint import reached
from services.kernel.signing.note import Signer
from services.kernel.store.database import is_sqlite, writing

log = logging.getLogger(__name__)


class Fenced(Exception):
    """Another writer came between; what this one knew is no longer so."""


@dataclass(frozen=True)
class Outcome:
    """What became of one batch. The messages may be acknowledged: all that must stay is committed."""

    admitted: int
    waiting: int
    doubled: int
    bad: int


def _now() -> str:
    return instant(datetime.now(UTC))


class Writer:
    """The log's one writer. `load()` first; after any exception but Fenced, `load()` again before the next word."""

    def __init__(
        self,
        engine: Engine,
        pins: Mapping[str, str],
        signer: Signer,
        remembered: Path,
        *,
        now: Callable[[], str] = _now,
    ) -> None:
        """`pins`: service → verifier key; `remembered`: the file of what was signed last, outside data and backups."""
        self._engine = engine
        self._door = Door(pins)
        self._signer = signer
        self._verifier = signer.verifier.prepared()
        self._remembered = Remembered(remembered, self._verifier)
        self._now = now
        self.state = State()

    @property
    def unsigned(self) -> bool:
        """Whether there are committed entries that no checkpoint covers."""
        return self.state.head is None or self.state.edge.size > self.state.head.size

    @property
    def later_keys(self) -> list[str]:
        """The verifier keys that sources handed over to, for whoever checks signatures beside the writer."""
        return [term.vkey for succession in self.state.successions.values() for term in succession.terms[1:]]

    def load(self) -> None:
        """Read the log's state and check it. Raises Untrustworthy, or NoteInvalid for the remembered file."""
        known = self._remembered.read()
        with writing(self._engine) as session:
            self._introduce(session)
            self.state = state.load(session, self._verifier, self._door.vkeys, known)
        for vkey in self.later_keys:
            self._door.learn(vkey)
        if self.state.head is not None:
            self._remembered.keep(self.state.head)
            metrics.SIZE.set(self.state.head.size)

    def write(self, messages: Sequence[bytes]) -> Outcome:
        """Verify, order and append a batch, in one transaction. When it returns, everything is committed."""
        return self.append([self._door.check(note) for note in messages])

    def append(self, checked: Sequence[Arrival | Bad]) -> Outcome:
        """The same with messages that have been verified already."""
        reached("after_verify")
        careful = False
        for _ in range(5):
            try:
                return self._write(checked, careful=careful)
            except Fenced:
                metrics.FENCED.inc()
                self.load()
            except (rows.Taken, IntegrityError):
                # Two numbers with one event id; find which, instead of losing the whole batch to it.
                if careful:
                    raise
                careful = True
                self.load()
        raise Fenced("other writers were first five times")

    def checkpoint(self) -> Head | None:
        """Sign what is committed, store it if nobody stored another meanwhile, remember it. None when nothing is new.

        Raises Fenced after loading anew when another writer was first.
        """
        if not self.unsigned:
            return None
        new = checkpoint.sign(self._signer, self.state.edge.size, self.state.edge.root())
        reached("after_sign")
        try:
            with writing(self._engine) as session:
                self._swap_head(session, new)
        except (Fenced, IntegrityError) as lost:
            metrics.FENCED.inc()
            self.load()
            raise Fenced("another writer stored a checkpoint") from lost
        reached("after_checkpoint")
        self.state.head = new
        self._remembered.keep(new)
        metrics.SIZE.set(new.size)
        return new

    def _write(self, checked: Sequence[Arrival | Bad], *, careful: bool) -> Outcome:
        known = self.state
        with writing(self._engine) as session:
            high_water, registered, any_waiting = state.marks(session)
            if high_water != known.high_water or registered != known.registered:
                raise Fenced("another writer moved a mark")
            line = LineUp(known.successions, high_water, registered)
            heard = [*checked]
            while True:
                self._take(session, line, heard, careful=careful)
                if any_waiting:
                    self._take_waiting(session, line, careful=careful)
                for vkey in line.handed_over.values():
                    self._door.learn(vkey)
                heard = [*line.hear(self._door.check)]
                if not heard:
                    break
            line.settle()
            self._compare_old(session, line)
            waiting = self._keep_early(session, line)
            edge = self._append(session, line)
            if line.bad:
                rows.keep_bad(session, line.bad, self._now())
            reached("after_insert")
        reached("after_commit")
        high_water = {source: n - 1 for source, n in line.next.items()}
        self.state = State(edge, known.head, high_water, line.registered, line.successions)
        self._report(line)
        return Outcome(len(line.admitted), waiting, line.doubled, len(line.bad))

    def _take(self, session: Connection, line: LineUp, checked: Sequence[Arrival | Bad], *, careful: bool) -> None:
        arrivals = [judged for judged in checked if isinstance(judged, Arrival)]
        bad = [judged for judged in checked if isinstance(judged, Bad)]
        line.bad += [one for one in bad if not one.unheard]
        line.unheard += [one.note for one in bad if one.unheard]
        taken = rows.ids_taken(session, arrivals) if careful else {}
        if careful:
            taken |= {a.event_id: a.number for a in (*line.admitted, *line.early.values())}
        for arrival in arrivals:
            if careful and taken.setdefault(arrival.event_id, arrival.number) != arrival.number:
                line.bad.append(Bad(Reason.DOUBLED_ID, arrival.source, arrival.note))
            else:
                line.take(arrival)

    def _take_waiting(self, session: Connection, line: LineUp, *, careful: bool) -> None:
        """Let in from `pending` whoever's turn has come, and whoever's turn comes by that."""
        line.moved = set(line.next)
        while line.moved:
            moved, line.moved = sorted(line.moved), set()
            for source in filter(line.may_enter, moved):
                first = line.next[source]
                notes = rows.waiting_from(session, source, first)
                self._take(session, line, [self._door.check(note) for note in notes], careful=careful)
                for number in range(line.next[source], first + len(notes)):
                    # What waited there cannot be used; its source will be asked for that number again.
                    if number == line.next[source] or (source, number) not in line.early:
                        rows.drop_waiting(session, source, number)
        following = list(line.next.items())
        passed = rows.waiting_below(session, following)
        line.old += [
            judged
            for number, note in passed.items()
            if line.notes.get(number) != note and isinstance(judged := self._door.check(note), Arrival)
        ]
        rows.drop_below(session, following)

    def _compare_old(self, session: Connection, line: LineUp) -> None:
        if line.old:
            there = rows.notes_of(session, [arrival.number for arrival in line.old]) | line.notes
            for arrival in line.old:
                known = there.get(arrival.number)
                if known is None and pruned.stood(session, arrival.number, arrival.note):
                    known = arrival.note
                line.compare(arrival, known or b"")

    def _keep_early(self, session: Connection, line: LineUp) -> int:
        if not line.early:
            return 0
        there = rows.waiting_notes_of(session, list(line.early))
        for number, note in there.items():
            line.compare(line.early.pop(number), note)
        if line.early:
            rows.keep_waiting(session, list(line.early.values()), self._now())
        return len(line.early)

    def _append(self, session: Connection, line: LineUp) -> tree.Edge:
        edge = self.state.edge
        if not line.admitted:
            return edge
        rows.append(session, edge.size, line.admitted)
        grown, changed = tree.grow(edge, [tree.leaf_hash(arrival.note) for arrival in line.admitted])
        rows.keep_tiles(session, changed)
        moved = {arrival.source for arrival in line.admitted}
        rows.move_marks(
            session,
            [(source, line.next[source] - 1) for source in sorted(moved)],
            [(source, self._door.vkeys[source]) for source in line.newly_registered],
        )
        if line.handed_over:
            at = {arrival.number: index for index, arrival in enumerate(line.admitted, start=edge.size)}
            handed = [(source, n + 1, vkey, at[source, n]) for (source, n), vkey in line.handed_over.items()]
            rows.keep_keys(session, handed)
        full = range(edge.size // tree.WIDTH, grown.size // tree.WIDTH)
        rows.keep_recorded(session, full, self._now())
        letting = [(at, *a.prunes) for at, a in enumerate(line.admitted, start=edge.size) if a.prunes]
        rows.keep_prunings(session, letting)
        return grown

    def _swap_head(self, session: Connection, new: Head) -> None:
        old = self.state.head
        values = {"size": new.size, "root": new.root, "note": new.note}
        if old is None:
            session.execute(insert(heads).values(id=1, **values))
        else:
            unchanged = (heads.c.id == 1, heads.c.size == old.size, heads.c.root == old.root)
            if session.execute(update(heads).where(*unchanged).values(**values)).rowcount != 1:
                raise Fenced("another writer stored a checkpoint")
        session.execute(insert(checkpoints).values(size=new.size, note=new.note))

    def _introduce(self, session: Connection) -> None:
        """A row for every pinned source, so that a batch has something to lock."""
        there = set(session.execute(select(sources.c.source)).scalars())
        if missing := sorted(set(self._door.vkeys) - there):
            if not is_sqlite(session):
                session.exec_driver_sql("lock table log_sources in share row exclusive mode")
                missing = sorted(set(missing) - set(session.execute(select(sources.c.source)).scalars()))
            if missing:
                session.execute(insert(sources), [{"source": s, "vkey": None, "high_water": 0} for s in missing])

    def _report(self, line: LineUp) -> None:
        for source, count in Counter(arrival.source for arrival in line.admitted).items():
            metrics.ENTRIES.labels(source).inc(count)
        metrics.DOUBLED.inc(line.doubled)
        for bad in line.bad:
            metrics.QUARANTINED.labels(bad.reason.value).inc()
            log.error("a message was quarantined: %s, source %s", bad.reason.value, bad.source or "unknown")
        for source in line.misregistered:
            metrics.MISREGISTERED.inc()
            log.error("the key registered for %s is not the pinned one; the source stays out", source)
        for source in line.newly_registered:
            log.info("the key of %s is registered", source)
        for source, number in line.handed_over:
            log.warning("%s has handed its key over with number %d", source, number)
