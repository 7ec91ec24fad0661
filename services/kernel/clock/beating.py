"""A process that no service can ask says by its service's database that it is at work; one that stops is missed."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from services.kernel.store import cursor
from services.kernel.store.database import writing

log = logging.getLogger(__name__)

SECONDS = 5.0
RELAY, INGEST = "relay-beat", "ingest-beat"


class Beat:
    """Of one process. Its row of `cursors` holds the moment, in milliseconds since 1970."""

    def __init__(self, engine: Engine, name: str, also: Callable[[Connection], None] = lambda _: None) -> None:
        """`also` is done in the transaction of each beat."""
        self._engine, self._name, self._also = engine, name, also
        self._next = 0.0

    def when_due(self) -> None:
        """Every few seconds. A database that is away is no affair of this: a beat that is missed says enough."""
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + SECONDS
        try:
            with writing(self._engine) as session:
                cursor.put(session, self._name, time.time_ns() // 1_000_000)
                self._also(session)
        except SQLAlchemyError as error:
            log.info("%s is missed: %s", self._name, type(error).__name__)


def last(session: Connection, name: str) -> datetime | None:
    """When a process was last at work; None before it ever was."""
    found = cursor.position(session, name, 0)
    return datetime.fromtimestamp(found / 1000, UTC) if found else None
