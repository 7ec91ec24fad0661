"""Who appends for an owner and who erases the owner wait for each other, and for nobody else."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection

from services.kernel.store import straight
from services.kernel.store.database import BEGIN, begun, is_sqlite

A_STATEMENT = 1_000
"""Fewer than the columns that one answer may have."""


def lock_owner(session: Connection, owner: str, *, exclusive: bool) -> None:
    """Hold `owner` until the transaction ends: shared by whoever appends, exclusive by whoever erases.

    SQLite's write transactions exclude each other anyway.
    """
    lock_owners(session, [owner], exclusive=exclusive)


def lock_owners(session: Connection, owners: Iterable[str], *, exclusive: bool = False) -> None:
    """Hold all of them, always in the same order, in one trip for each thousand.

    PostgreSQL has room for some thousands of locks in all: who has more than that to lock locks something above them.
    """
    wanted, function = sorted(set(owners)), "pg_advisory_xact_lock" if exclusive else "pg_advisory_xact_lock_shared"
    for start in range(0, len(wanted), A_STATEMENT):
        _lock(session, wanted[start : start + A_STATEMENT], function)


def _lock(session: Connection, owners: Sequence[str], function: str) -> None:
    if not owners or is_sqlite(session):
        return
    # Numbers of our own making stand in the text itself, so that BEGIN and locks can be one trip.
    locks = ", ".join(f"{function}({_number(owner)})" for owner in owners)
    first = "" if begun(session.connection.driver_connection) else f"{BEGIN}; "
    straight.run(session, f"{first}select {locks}", begin=False)


def _number(owner: str) -> int:
    return int.from_bytes(hashlib.blake2b(owner.encode(), digest_size=8).digest(), signed=True)
