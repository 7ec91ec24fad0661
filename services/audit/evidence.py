"""What proves a certificate without the log at hand: paths to one checkpoint, and the keys behind the statement."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, func, select

from services.audit.ledger import reading, tree
from services.audit.ledger.checkpoint import proof
from services.audit.ledger.tables import checkpoints, witnessed
from services.contracts.audit import KeyRegistered
from services.contracts.retention import CertificateIssued
from services.kernel.decider import Refused
from services.kernel.store import eventstore

SIGNERS = ("/audit", "/retention")
"""Whose keys it takes: audit registered them, retention signed the statement."""


def of(session: Connection, event: str, policy: str) -> dict[str, Any] | None:
    """The same bytes each time, once a checkpoint over the statement met the `policy` of the witnesses.

    None while no checkpoint covers it. Of the entries that the statement names, only leaf hash and path are given:
    they hold the pseudonym, and numbers of others. Raises Refused("not_found") for anything but such a statement.
    """
    found = reading.by_event(session, event)
    if found is None:
        return None
    stated = eventstore.parse(found.note).event
    if not isinstance(stated, CertificateIssued):
        raise Refused("not_found")
    size = _size_over(session, found.index, policy)
    note = None if size is None else reading.checkpoint_of(session, size)
    if size is None or note is None:
        return None
    paths = _Paths(session, size, note + reading.cosignatures_of(session, size))
    named = {*stated.completed.values(), *stated.retired.values()}
    if stated.order is not None:
        named.add(stated.order)
    return {
        "checkpoint": paths.checkpoint.decode(),
        "statement": paths.entry(found),
        "keys": [paths.entry(entry) for entry in _keys(session, found.index)],
        "receipts": [paths.leaf(index) for index in sorted(named) if index < size],
    }


class _Paths:
    """Paths under one checkpoint; they share tiles, each read once."""

    def __init__(self, session: Connection, size: int, checkpoint: bytes) -> None:
        self._size = size
        self._read = lru_cache(maxsize=None)(lambda level, n: reading.stored_tile(session, level, n))
        self.checkpoint = checkpoint

    def entry(self, entry: reading.Entry) -> dict[str, Any]:
        receipt = proof(entry.index, self._to(entry.index), self.checkpoint)
        return {"index": entry.index, "entry": entry.note.decode(), "proof": receipt.decode()}

    def leaf(self, index: int) -> dict[str, Any]:
        tile, at = self._read(0, index // tree.WIDTH), index % tree.WIDTH * tree.HASH
        if tile is None or len(tile) < at + tree.HASH:
            raise tree.TileMissing(f"tile 0/{index // tree.WIDTH} lacks hashes")
        path = [_base64(node) for node in self._to(index)]
        return {"index": index, "leaf": _base64(tile[at : at + tree.HASH]), "path": path}

    def _to(self, index: int) -> list[bytes]:
        return tree.inclusion(index, self._size, self._read)


def _size_over(session: Connection, index: int, policy: str) -> int | None:
    """The oldest checkpoint over an entry that met the policy; else the oldest that was signed."""
    met = select(func.min(witnessed.c.size)).where(witnessed.c.policy == policy, witnessed.c.size > index)
    signed = select(func.min(checkpoints.c.size)).where(checkpoints.c.size > index)
    return session.execute(met).scalar() or session.execute(signed).scalar()


def _keys(session: Connection, before: int) -> Iterable[reading.Entry]:
    """Registrations and hand-overs of those who signed, below the statement, oldest first."""
    registered = reading.registrations(session)
    for entry in sorted([*registered, *reading.handovers(session)], key=lambda one: one.index):
        record = eventstore.parse(entry.note)
        source = record.event.source if isinstance(record.event, KeyRegistered) else record.envelope.source
        if entry.index < before and source in SIGNERS:
            yield entry


def _base64(hash_: bytes) -> str:
    return base64.b64encode(hash_).decode()
