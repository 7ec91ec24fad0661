"""The log, as audit answers for it: to the services that follow it, and to everybody who may read or check it."""

from __future__ import annotations

import base64
from abc import ABC
from collections.abc import Mapping, Sequence
from typing import Any

from services.audit.alarms import Alarms
from services.audit.domain.pruning import BUNDLE
from services.audit.ledger import pruned, reading, searching
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.hosting.participant import Participant


class Logbook(Participant, ABC):
    alarms: Alarms

    # -- the log, for the services

    def fetch(self, after: int, types: Sequence[str], limit: int) -> Mapping[str, Any]:
        return self.entries(after, types, limit)

    def entries(self, after: int, types: Sequence[str], limit: int) -> dict[str, Any]:
        """Integrated entries above an index, of the types asked for."""
        with self.store.reading() as session:
            page = reading.entries_after(session, after, types, min(limit, 1000))
            handovers = reading.handover_count(session)
        return {
            "entries": [{"index": entry.index, "note": entry.note.decode()} for entry in page.entries],
            "scanned": page.scanned,
            "size": page.size,
            "first": page.first,
            "handovers": handovers,
        }

    def own_entries(self, after: int, limit: int) -> Mapping[str, Any]:
        return self.entries_of(self.own_context(caller=self.name), f"/{self.name}", after, limit)

    def entries_of(self, context: Context, source: str, after: int, limit: int) -> dict[str, Any]:
        """A source's own integrated entries above one of its numbers, in their order, for that source alone."""
        if f"/{context.caller}" != source:
            raise Refused("forbidden")
        with self.store.reading() as session:
            found = reading.of_source(session, source, after, min(limit, 1000))
            handovers = reading.handover_count(session)
            first = pruned.floor(session).numbers.get(source, 0) + 1
        entries = [{"index": entry.index, "note": entry.note.decode()} for entry in found]
        return {"entries": entries, "first": first, "handovers": handovers}

    def handovers(self) -> list[bytes]:
        """Every hand-over of a signing key that is in the log, oldest first, as the note it is."""
        with self.store.reading() as session:
            return [entry.note for entry in reading.handovers(session)]

    def signing_keys(self) -> dict[str, Any]:
        """Which key holds from which number on, of each source, as far as the log says under a signed checkpoint."""
        with self.store.reading() as session:
            return {"keys": [key._asdict() for key in reading.signing_keys(session)]}

    def high_water(self, source: str) -> dict[str, Any]:
        """The last number of a source that stands under a signed checkpoint."""
        with self.store.reading() as session:
            return {"sequence": reading.high_water(session, source)}

    def restored(self, context: Context, source: str, given: int) -> dict[str, Any]:
        """A relay gives no numbers, since the log has more of its source than its store: that is said in the log."""
        if context.caller != f"{source.removeprefix('/')}-relay":
            raise Refused("forbidden")
        self.alarms.restored(source, given)
        return {}

    def came_back(self, given: int, known: int) -> None:
        self.alarms.came_back(f"/{self.name}", given, known)

    def store_came_back(self, context: Context, source: str, given: int, known: int) -> dict[str, Any]:
        """A source has taken back from the log what its store lacked: that is said in the log."""
        if f"/{context.caller}" != source:
            raise Refused("forbidden")
        self.alarms.came_back(source, given, known)
        return {}

    # -- the log, for everybody

    def checkpoint(self) -> dict[str, Any]:
        with self.store.reading() as session:
            note = reading.checkpoint(session)
        if note is None:
            raise Refused("not_found")
        return {"checkpoint": note.decode()}

    def tile(self, level: int, n: int, width: int) -> dict[str, Any]:
        with self.store.reading() as session:
            return {"tile": _base64(reading.tile(session, level, n, width))}

    def bundle(self, n: int, width: int) -> dict[str, Any]:
        """Raises Refused log_pruned for one that the log has let go of."""
        with self.store.reading() as session:
            if 0 <= n * BUNDLE < pruned.minimum(session):
                raise Refused("log_pruned")
            return {"tile": _base64(reading.bundle(session, n, width))}

    def pruned(self) -> dict[str, Any]:
        """Where the log begins, by which entry, and the keys from before."""
        with self.store.reading() as session:
            found = pruned.statement(session)
        if found is None:
            raise Refused("not_found")
        return {"statement": found.decode()}

    def log_entries(
        self,
        after: int,
        limit: int,
        type: str | None = None,  # noqa: A002 - the surface's name for it
        organisation: str | None = None,
        correlationid: str | None = None,
        case: str | None = None,
    ) -> dict[str, Any]:
        """A page of entries, everything personal in them sealed."""
        with self.store.reading() as session:
            found = searching.search(
                session, after, limit, type_=type, organisation=organisation, correlation=correlationid, case=case
            )
        return {"items": [searching.shown(index, note) for index, note in found.entries], "next": found.next}

    def log_entry(self, index: int) -> dict[str, Any]:
        with self.store.reading() as session:
            entry = reading.entry(session, index)
            gone = 0 <= index < pruned.minimum(session)
        if entry is None:
            raise Refused("log_pruned" if gone else "not_found")
        return searching.shown(entry.index, entry.note)


def _base64(hashes: bytes | None) -> str:
    if hashes is None:
        raise Refused("not_found")
    return base64.b64encode(hashes).decode()
