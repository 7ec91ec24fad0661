"""An entry of the log is believed only when the key pinned for its source signed it (I8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from services.kernel import eventstore
from services.kernel.envelope import Recorded
from services.kernel.note import NoteInvalid, PreparedVerifier, Verifier


@dataclass(frozen=True)
class Entry:
    """One event as it stands in the log at `index` (from 0); `note` are its very bytes."""

    index: int
    record: Recorded
    note: bytes


class Unbelievable(Exception):
    """Not to be acted on: no pinned key signed it, or no contract knows it. The text holds no value of it."""

    def __init__(self, why: str, stream: str, kind: str = "") -> None:
        super().__init__(why)
        self.stream = stream
        self.type = kind


class Reader:
    """`pins` holds each source's verifier by `/<source>`."""

    def __init__(self, pins: Mapping[str, Verifier]) -> None:
        self._pins: dict[str, PreparedVerifier] = {source: pin.prepared() for source, pin in pins.items()}

    def read(self, index: int, note: bytes) -> Entry:
        """Raises Unbelievable. What nobody signed names no stream that another entry could wait behind."""
        alone = f"entry/{index}"
        try:
            said = orjson.loads(note.split(b"\n", 1)[0])
            source, kind = str(said["source"]), str(said["type"])
        except (orjson.JSONDecodeError, KeyError, TypeError) as error:
            raise Unbelievable("not an event", alone) from error
        pin = self._pins.get(source)
        if pin is None:
            raise Unbelievable("unknown source", alone)
        try:
            pin.text(note)
        except NoteInvalid as error:
            raise Unbelievable("signature does not hold", alone) from error
        if not kind.startswith(f"nl.crisisconnect.{source[1:]}."):
            raise Unbelievable("a type of another source", alone, kind[:120])
        try:
            return Entry(index, eventstore.parse(note), note)
        except (KeyError, TypeError, ValueError) as error:
            stream = str(said.get("subject", alone))[:120]
            raise Unbelievable(f"no contract fits: {type(error).__name__}", stream, kind[:120]) from error
