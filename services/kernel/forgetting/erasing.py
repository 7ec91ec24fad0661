"""Part of an erasure: keys first, then rows, then a second look, and only then the word *completed* (P06)."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from services.kernel.commands.unit import Store, Unit
from services.kernel.event import Event
from services.kernel.faultpoint import reached
from services.kernel.ground import Grounds
from services.kernel.keys.keyring import Keyring
from services.kernel.signing.entry import Entry
from services.kernel.store import eventstore
from services.kernel.store.database import scrub

SCRUB_SECONDS = 2.0
PERSON = "person"
ORGANISATION = "organisation"
"""As contracts/facts.py names the scopes of a whole person and a whole organisation; others are `<kind>/<name>`."""


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    """What every service says in its own words: the order to erase that it follows, and the facts that it tells.

    `grounds` is on what it may hold anything personal.
    """

    order: type[Event]
    completed: type[Any]
    retired: type[Any]
    handed_over: type[Any]
    planted: type[Any]
    destroyed: type[Any]
    grounds: Grounds


@dataclass(frozen=True, kw_only=True)
class Holding:
    """What a service does about one kind of scope. Each is asked in a transaction, about one order.

    `owners` names every owner of keys that goes: the key of one category alone is `event.only(owner, category)`.
    `drop` and `left` count rows: those that went, and those that a second look finds. `ahead` is work that is too much
    for one transaction, in several of its own before it: repeated, it goes on where it stopped; `earlier` counts in the
    erasure's own stream the keys and rows that went so.
    """

    owners: Callable[[Connection, Any], set[str]]
    drop: Callable[[Connection, Any], int]
    left: Callable[[Connection, Any], int]
    ahead: Callable[[Entry], None] = lambda _: None
    earlier: Callable[[Sequence[Event]], tuple[int, int]] = lambda _: (0, 0)


Holdings = Mapping[str, Holding]
"""What a service has, by kind of scope. An order of any other kind fails, and is set aside where everybody sees it."""


def kind_of(scope: str) -> str:
    return scope.partition("/")[0]


def named_by(scope: str) -> str:
    """What stands behind the kind: the session, the category."""
    return scope.partition("/")[2]


class NotYetErased(Exception):
    """Something of the person came to be while the erasure ran; it is tried again at once."""


class Forgetting:
    """Follows an order to erase. A crash between any two steps begins again and ends the same."""

    def __init__(self, store: Store, keyring: Keyring, holdings: Holdings, completed: type[Any]) -> None:
        self._store = store
        self._keyring = keyring
        self._holdings = holdings
        self._completed = completed
        self._destroyed = 0
        self._erased_at: float | None = time.monotonic()
        """What the run before erased, and could not scrub any more, is scrubbed by this one."""

    def ahead(self, entry: Entry) -> None:
        """What comes before the transaction; repeating it is harmless."""
        order: Any = entry.record.event
        if self._mine(order):
            self._holding(order).ahead(entry)
            self.destroy_keys(order)
            reached("keys_destroyed")

    def destroy_keys(self, order: Any) -> None:
        """Ahead of the transaction; repeating it is harmless."""
        if not self._mine(order):
            return
        with self._store.reading() as session:
            owners = self._owners(session, order)
        self._destroyed = self._keyring.erase(owners)

    def erase(self, unit: Unit, entry: Entry) -> None:
        """In the transaction that moves the cursor. Raises NotYetErased where a key came to be meanwhile."""
        order: Any = entry.record.event
        if not self._mine(order):
            return
        stream = f"erasure/{order.erasure}"
        history = eventstore.read(unit.session, stream)
        if any(isinstance(record.event, self._completed) for record in history):
            return
        owners = self._owners(unit.session, order)
        whose = [f"account/{order.account}"] if order.scope == PERSON else []
        eventstore.bury(unit.session, sorted(owners), whose=whose)
        if self._keyring.living(owners):
            raise NotYetErased(order.erasure)
        self._erased_at = time.monotonic()
        rows, remaining = self._drop(unit.session, order)
        keys_before, rows_before = self._holding(order).earlier([record.event for record in history])
        done = self._completed(
            erasure=order.erasure,
            account=order.account,
            organisation=order.organisation,
            scope=order.scope,
            order=entry.index,
            keys=keys_before + self._destroyed,
            rows=rows_before + rows,
            remaining=remaining,
            at=datetime.now(UTC),
        )
        unit.append(stream, len(history), [done])

    def _mine(self, order: Any) -> bool:
        """An order names who is to erase; what only one service holds is no work for the others."""
        return self._store.source in order.services

    def _holding(self, order: Any) -> Holding:
        return self._holdings[kind_of(order.scope)]

    def _owners(self, session: Connection, order: Any) -> set[str]:
        return self._holding(order).owners(session, order)

    def _drop(self, session: Connection, order: Any) -> tuple[int, int]:
        """How many rows went, and how many are left."""
        holding = self._holding(order)
        rows = holding.drop(session, order)
        if order.scope == PERSON:
            rows += eventstore.forget_answers(session, f"account/{order.account}")
        return rows, holding.left(session, order)

    def scrub(self) -> None:
        """Once the erasing transaction is behind us: its rows' blind indexes go from the write-ahead log as well."""
        erased_at = self._erased_at
        if erased_at is None or time.monotonic() < erased_at + SCRUB_SECONDS:
            return
        done = [scrub(self._store.engine), self._keyring.scrub()]
        if all(done) and self._erased_at == erased_at:
            self._erased_at = None
