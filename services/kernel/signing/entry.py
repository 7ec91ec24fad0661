"""An entry of the log is believed only when the key signed it that held for its source at that number (I8)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import orjson

from services.kernel.envelope import Recorded
from services.kernel.signing.note import NoteInvalid, Verifier
from services.kernel.signing.succession import Believed
from services.kernel.store import eventstore

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Entry:
    """One event as it stands in the log at `index` (from 0); `note` are its very bytes."""

    index: int
    record: Recorded
    note: bytes


class Unbelievable(Exception):
    """Not to be acted on: the key that holds did not sign it, or no contract knows it. The text says no value of it."""

    def __init__(self, why: str, stream: str, kind: str = "") -> None:
        super().__init__(why)
        self.stream = stream
        self.type = kind


class Reader:
    """`pins` holds each source's first verifier by `/<source>`.

    `handovers()` answers all hand-overs of the log, oldest first, as signed notes: each proves itself from the pins on,
    so whoever answers need not be believed.
    """

    def __init__(self, pins: Mapping[str, Verifier], handovers: Callable[[], Iterable[bytes]] = tuple) -> None:
        self._pins, self._handovers = dict(pins), handovers
        self._believed = Believed(self._pins)

    def expect(self, count: int) -> None:
        """The log has so many hand-overs: hear those not known yet, so that a key that went is believed no more."""
        if count > self._believed.count:
            self._hear()

    def read(self, index: int, note: bytes) -> Entry:
        """Raises Unbelievable. What nobody signed names no stream that another entry could wait behind."""
        alone = f"entry/{index}"
        try:
            said = orjson.loads(note.split(b"\n", 1)[0])
            source, kind, number = str(said["source"]), str(said["type"]), int(said["sequence"])
        except (KeyError, TypeError, ValueError) as error:
            raise Unbelievable("not an event", alone) from error
        if source not in self._pins:
            raise Unbelievable("unknown source", alone)
        if not self._believed.knows(source, note):
            self._hear()
        try:
            self._believed.check(source, number, note)
        except NoteInvalid as error:
            raise Unbelievable("signature does not hold", alone) from error
        if not kind.startswith(f"nl.crisisconnect.{source[1:]}."):
            raise Unbelievable("a type of another source", alone, kind[:120])
        try:
            return Entry(index, eventstore.parse(note), note)
        except (KeyError, TypeError, ValueError) as error:
            stream = str(said.get("subject", alone))[:120]
            raise Unbelievable(f"no contract fits: {type(error).__name__}", stream, kind[:120]) from error

    def _hear(self) -> None:
        """From the pins on, as far as each hand-over proves itself."""
        believed = Believed(self._pins)
        for note in self._handovers():
            try:
                believed.take(note)
            except NoteInvalid as error:
                log.error("a hand-over of a key is not believed: %s", error)
                break
        self._believed = believed
