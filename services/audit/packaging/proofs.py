"""The entries that a package is proved by, and the keys that signed them, each with its path to one checkpoint."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import Connection

from services.audit.ledger import reading, tree
from services.audit.ledger.checkpoint import proof
from services.audit.packaging.contents import Entry, Log

REGISTRAR = "/audit"


class NotYet(Exception):
    """One of the events is not under a signed checkpoint yet."""


def under_one_checkpoint(session: Connection, events: Sequence[str], vkey: str) -> Log:
    """By rising index the entries of these events (their ids), and how the keys of who signed them became known.

    `vkey` is the log's. Raises NotYet while the newest checkpoint does not cover one of them.
    """
    head = reading.head(session)
    found = [reading.by_event(session, event) for event in events]
    wanted = {entry.index: entry for entry in found if entry is not None}
    # The log may have grown since its head was read: what came in meanwhile is not under that checkpoint.
    if head is None or None in found or any(index >= head.size for index in wanted):
        raise NotYet
    sources = {_said(entry)["source"] for entry in wanted.values()} | {REGISTRAR}
    registered = [(entry, _said(entry)["data"]["source"]) for entry in reading.registrations(session)]
    handed_over = [(entry, _said(entry)["source"]) for entry in reading.handovers(session)]
    wanted |= {entry.index: entry for entry, speaker in (*registered, *handed_over) if speaker in sources}
    note = head.note + reading.cosignatures_of(session, head.size)
    tile = lru_cache(maxsize=None)(lambda level, n: reading.stored_tile(session, level, n))
    entries = tuple(
        Entry(index=index, note=entry.note, proof=proof(index, tree.inclusion(index, head.size, tile), note))
        for index, entry in sorted(wanted.items())
        if index < head.size
    )
    return Log(vkey=vkey, checkpoint=note, entries=entries)


def _said(entry: reading.Entry) -> Any:
    """The entry's line, of whichever event."""
    return orjson.loads(entry.note.split(b"\n", 1)[0])
