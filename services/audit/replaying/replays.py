"""Replays as they are asked for: each begins on the record, and from then on shows what the log said at that moment."""

from __future__ import annotations

import re
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import accumulate
from typing import Any, Protocol
from uuid import uuid4

from sqlalchemy import Connection

from services.audit.domain import replay as domain
from services.audit.ledger import pruned, reading
from services.audit.replaying import citing, finding
from services.audit.replaying.export import PROGRAM
from services.audit.replaying.selection import Selection
from services.audit.replaying.timeline import Found, item
from services.contracts.audit import ReplayStarted
from services.contracts.privacy import Category, LegalBasis, Purpose
from services.kernel.codec import instant, moment
from services.kernel.commands.unit import Store, Unit
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.store import eventstore

CASE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/:-]{0,59}\Z")
"""A case number, and no room for a name: it stands open in the log, for as long as that does."""
GROUND = 500
MOST = 1000
MOST_BYTES = 4 * 1024 * 1024
"""What one answer carries at most, beside a first entry however long."""
PATIENCE = 2.0
"""Seconds that one question looks for; the next one continues where it stopped."""
COUNTED = 100


class People(Protocol):
    """Who is behind an account id that people know. Raises Refused account_unknown."""

    def __call__(self, account: str, organisation: str | None) -> str: ...


class Replays:
    def __init__(self, store: Store, people: People, maker: str, streams: citing.Streams) -> None:
        self._store = store
        self._people = people
        self._streams = streams
        self._maker = maker
        self._counts: OrderedDict[str, tuple[int, int]] = OrderedDict()

    def start(
        self, context: Context, case: str, ground: str, selection: Mapping[str, Any], at: int | str | None
    ) -> dict[str, Any]:
        """Begin one. `at` is the last index it looks at, or a moment; without it that is the newest integrated entry.

        `selection` has `since`, `until`, `account` or `person`, `organisation`, `correlationid`, `types`. Raises
        Refused: case_needed, case_unknown, ground_needed, invalid, period_invalid, account_unknown, not_yet (no such
        entry yet), log_pruned (the log begins later).
        """
        case, ground = case.strip(), ground.strip()
        if case and not CASE.match(case):
            raise Refused("invalid", errors={"case": ["Letters, digits, and . _ / : - only; at most 60."]})
        if len(ground) > GROUND:
            raise Refused("invalid", errors={"ground": [f"At most {GROUND} characters."]})
        since, until = (
            _moment(selection.get("since"), "selection.from"),
            _moment(selection.get("until"), "selection.to"),
        )
        if since and until and until <= since:
            raise Refused("period_invalid")
        if case and ground and not citing.is_there(case, self._streams):
            raise Refused("case_unknown")
        # Whoever has no case or ground learns nothing of anybody, not even that there is such an account.
        person = self._person(selection) if case and ground else None
        with self._store.reading() as session:
            size = reading.size(session)
            last, first = _last(session, at, size), pruned.minimum(session)
        if last < first and first:
            raise Refused("log_pruned")
        if not 0 <= last < size:
            raise Refused("not_yet")
        identity = str(uuid4())
        told = ReplayStarted(
            replay=identity,
            organisation=context.organisation or self._maker,
            case=case,
            ground=ground or None,
            since=since,
            until=until,
            person=person,
            of_organisation=selection.get("organisation"),
            correlation=selection.get("correlationid"),
            types=tuple(sorted(set(selection.get("types") or ()))),
            size=size,
            last=last,
            by=context.actor,
            at=datetime.now(UTC),
        )

        def work(unit: Unit) -> dict[str, Any]:
            unit.do(f"replay/{identity}", domain.decider, domain.Start(told=told))
            return {"replay": identity}

        keys = [(f"replay/{identity}", Category.CORRESPONDENCE)]
        return self._store.perform(_found_out(context), work, keys=keys)

    def show(self, context: Context, replay: str) -> dict[str, Any]:
        """One replay: it looks from the entry `first`, as far back as the log still goes, to `last`.

        `state` is `counting` while `count` is of a part, `ready` when it is of the whole.
        """
        started, ground = self._started(context, replay)
        count, ready = self._count(started)
        return {
            "id": started.replay,
            "case": started.case,
            "ground": ground,
            "selection": selection_of(started).shown(),
            "last": started.last,
            "count": count,
            "state": "ready" if ready else "counting",
            **self._log(started),
        }

    def last(self, context: Context, replay: str) -> int:
        """The index of the last entry that a replay looks at."""
        return self._started(context, replay)[0].last

    def timeline(self, context: Context, replay: str, after: int | None, limit: int) -> dict[str, Any]:
        """A page of what happened; a page may be short, or empty, and yet not the last: `next` tells."""
        found, upto = self._page(self._started(context, replay)[0], after, limit)
        return {"items": [item(one) for one in found], "next": upto}

    def entries(
        self, context: Context, replay: str, after: int | None, limit: int, types: Sequence[str] | None = None
    ) -> dict[str, Any]:
        """The signed notes of what is selected; or, to make views from, all of these types by then."""
        started, _ = self._started(context, replay)
        if types is None:
            found, upto = self._page(started, after, min(limit, MOST))
        else:
            begin = -1 if after is None else after
            with self._store.reading() as session:
                if pruned.minimum(session):
                    raise Refused("log_pruned")  # without what came first, what is made from the rest would be no view
                part = finding.of_types(session, types, begin, started.last, min(limit, MOST))
            found, upto = part.found, part.scanned if part.scanned < started.last else None
        sizes = accumulate(len(one.note) for one in found)
        fitting = [one for one, size in zip(found, sizes, strict=True) if size <= MOST_BYTES or one is found[0]]
        items = [{"index": one.index, "depth": one.depth, "entry": one.note.decode()} for one in fitting]
        return {"items": items, "next": upto if len(fitting) == len(found) else fitting[-1].index}

    def export(self, context: Context, replay: str) -> dict[str, Any]:
        """Put on record that the selection leaves as a file; what the file says of the log it is from."""
        started, _ = self._started(context, replay)

        def work(unit: Unit) -> dict[str, Any]:
            asked = domain.Export(by=context.actor, at=datetime.now(UTC))
            unit.do(f"replay/{started.replay}", domain.decider, asked)
            return self._log(started)

        return self._store.perform(_found_out(context), work)

    # -- what a replay is made of

    def _started(self, context: Context, replay: str) -> tuple[ReplayStarted, str | None]:
        with self._store.reading() as session:
            history = eventstore.read(session, f"replay/{replay}")
        if not history or not isinstance(started := history[0].event, ReplayStarted) or started.by != context.actor:
            raise Refused("not_found")
        return started, self._store.keyring.open(history[0].sealed.get("ground"), "ground")

    def _log(self, started: ReplayStarted) -> dict[str, Any]:
        size = started.last + 1
        with self._store.reading() as session:
            note, first = finding.checkpoint_over(session, size), pruned.minimum(session)
            root = finding.root(session, size)
        checkpoint = note.decode() if note else None
        return {"first": first, "size": size, "root": root.hex(), "checkpoint": checkpoint, "program": PROGRAM}

    def _page(self, started: ReplayStarted, after: int | None, limit: int) -> tuple[list[Found], int | None]:
        chosen, found, known = selection_of(started), list[Found](), OrderedDict[str, int]()
        at, until = -1 if after is None else after, time.monotonic() + PATIENCE
        while at < started.last and len(found) < limit and time.monotonic() < until:
            part = self._stretch(chosen, at, started.last, limit - len(found), known)
            found += part.found
            at = part.scanned
        return found, at if at < started.last else None

    def _count(self, started: ReplayStarted) -> tuple[int, bool]:
        chosen, until = selection_of(started), time.monotonic() + PATIENCE
        at, count = self._counts.get(started.replay, (-1, 0))
        known = OrderedDict[str, int]()
        while at < started.last and time.monotonic() < until:
            part = self._stretch(chosen, at, started.last, finding.STRETCH, known)
            at, count = part.scanned, count + len(part.found)
        self._counts[started.replay] = at, count
        if len(self._counts) > COUNTED:
            self._counts.popitem(last=False)
        return count, at >= started.last

    def _stretch(
        self, chosen: Selection, after: int, last: int, limit: int, known: OrderedDict[str, int]
    ) -> finding.Stretch:
        with self._store.reading() as session:
            part = finding.stretch(session, chosen, after, last, limit, finding.depths(session, last, known))
        time.sleep(0)  # others are waiting for this process too
        return part

    def _person(self, selection: Mapping[str, Any]) -> str | None:
        person: str | None = selection.get("person")
        account = selection.get("account")
        return self._people(account, selection.get("organisation")) if account else person


def selection_of(started: ReplayStarted) -> Selection:
    return Selection(
        since=instant(started.since) if started.since else None,
        until=instant(started.until) if started.until else None,
        person=started.person,
        organisation=started.of_organisation,
        correlation=started.correlation,
        types=started.types,
    )


def _last(session: Connection, at: int | str | None, size: int) -> int:
    """The log at a moment ends before the first entry that is later, by the clock of whoever said it."""
    if isinstance(at, str):
        until = _moment(at, "at")
        return finding.last_before(session, instant(until)) if until else -1
    return size - 1 if at is None else at


def _moment(text: str | None, called: str) -> datetime | None:
    if text is None:
        return None
    try:
        found = moment(text)
    except (TypeError, ValueError):
        raise Refused("invalid", errors={called: ["Not a moment."]}) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _found_out(context: Context) -> Context:
    """What happened has to be found out and shown, whoever asks (AVG art. 5(2), 32, 33)."""
    purpose = context.purpose or Purpose.BEHEER_ACCESS.value
    return replace(context, purpose=purpose, legal_basis=LegalBasis.LEGAL_OBLIGATION.value)
