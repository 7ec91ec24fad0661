"""Part of an erasure: keys first, then rows, then a second look, and only then the word *completed* (P06)."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from sqlalchemy import Connection

from services.kernel import eventstore
from services.kernel.database import scrub
from services.kernel.entry import Entry
from services.kernel.event import Event
from services.kernel.keyring import Keyring
from services.kernel.unit import Store, Unit

SCRUB_SECONDS = 2.0
PERSON = "person"
"""As contracts/facts.py names the scope of a whole person; every other scope is an owner of keys."""


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    """What every service says in its own words: the order to erase that it follows, and the facts that it tells."""

    order: type[Event]
    completed: type[Any]
    retired: type[Any]
    handed_over: type[Any]


class Holdings(Protocol):
    """What a service has of a person, as the service itself knows."""

    def owners(self, session: Connection, account: str) -> set[str]: ...

    def drop(self, session: Connection, account: str) -> int: ...

    def left(self, session: Connection, account: str) -> int: ...

    def drop_part(self, session: Connection, owner: str) -> int: ...

    def left_part(self, session: Connection, owner: str) -> int: ...


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
        eventstore.bury(unit.session, sorted(owners))
        if self._keyring.living(owners):
            raise NotYetErased(order.erasure)
        self._erased_at = time.monotonic()
        rows, remaining = self._drop(unit.session, order)
        done = self._completed(
            erasure=order.erasure,
            account=order.account,
            organisation=order.organisation,
            scope=order.scope,
            order=entry.index,
            keys=self._destroyed,
            rows=rows,
            remaining=remaining,
            at=datetime.now(UTC),
        )
        unit.append(stream, len(history), [done])

    def _mine(self, order: Any) -> bool:
        """An order names who is to erase; what only one service holds is no work for the others."""
        return self._store.source in order.services

    def _owners(self, session: Connection, order: Any) -> set[str]:
        return self._holdings.owners(session, order.account) if order.scope == PERSON else {order.scope}

    def _drop(self, session: Connection, order: Any) -> tuple[int, int]:
        """How many rows went, and how many are left."""
        if order.scope != PERSON:
            rows = self._holdings.drop_part(session, order.scope)
            return rows, self._holdings.left_part(session, order.scope)
        rows = self._holdings.drop(session, order.account)
        rows += eventstore.forget_answers(session, f"account/{order.account}")
        return rows, self._holdings.left(session, order.account)

    def scrub(self) -> None:
        """Once the erasing transaction is behind us: its rows' blind indexes go from the write-ahead log as well."""
        erased_at = self._erased_at
        if erased_at is None or time.monotonic() < erased_at + SCRUB_SECONDS:
            return
        done = [scrub(self._store.engine), self._keyring.scrub()]
        if all(done) and self._erased_at == erased_at:
            self._erased_at = None
