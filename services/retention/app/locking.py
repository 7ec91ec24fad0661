"""A hold and an order to erase never pass each other: what decides on an organisation's erasures waits its turn."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from services.kernel.store.locks import lock_owners


def stream(erasure: str) -> str:
    return f"erasure/{erasure}"


def lock_organisation(session: Connection, organisation: str) -> None:
    """Until the transaction ends. One lock for all of its people: a hold may be on all, and a brake counts them."""
    lock_organisations(session, [organisation])


def lock_organisations(session: Connection, organisations: Iterable[str]) -> None:
    """Always in the same order, so that two sweeps do not wait for each other; in one trip."""
    lock_owners(session, (f"erasures/{organisation}" for organisation in organisations), exclusive=True)
