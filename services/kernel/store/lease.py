"""One at a time, whoever else runs: an advisory lock on PostgreSQL, a file lock on SQLite."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from services.kernel.store.database import ALONE, is_sqlite


class Busy(Exception):
    """Another process holds the lease."""


@contextmanager
def lease(engine: Engine, name: str) -> Iterator[Lease]:
    """Hold the lease `name` of this database; raises Busy at once when another holds it.

    It ends with the process or its connection, so a killed holder never blocks the next one.
    """
    if is_sqlite(engine):
        path = f"{engine.url.database}.{name}.lock"
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as held:
                raise Busy(name) from held
            yield Lease(None)
        finally:
            os.close(handle)
        return
    key = int.from_bytes(hashlib.sha256(f"lease/{name}".encode()).digest()[:8], signed=True)
    connection = engine.connect().execution_options(**ALONE)
    try:
        if not connection.execute(text("select pg_try_advisory_lock(:key)"), {"key": key}).scalar_one():
            raise Busy(name)
        try:
            yield Lease(lambda: connection.execute(text("select 1")).scalar_one() == 1)
        finally:
            _let_go(connection, key)
    finally:
        # Closed for good, not back to the pool: the lock belongs to the server's side of this connection.
        connection.invalidate()
        connection.close()


def _let_go(connection: Connection, key: int) -> None:
    """Said, and not left to the end of the connection, which the server sees a moment later than the next one asks."""
    try:
        connection.execute(text("select pg_advisory_unlock(:key)"), {"key": key})
    except DBAPIError as lost:
        # The server has ended it, and with it the lock.
        if not lost.connection_invalidated:
            raise


class Lease:
    """A lease in hand. `still_held` asks the server whether its connection, and so the lock, is still there."""

    def __init__(self, check: Callable[[], bool] | None) -> None:
        self._check = check

    def still_held(self) -> bool:
        """Raises OperationalError when the connection that carries the lock is gone."""
        return self._check is None or self._check()
