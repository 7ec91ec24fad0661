"""A message becomes an arrival only when a pinned key signed it and it speaks for that key's source alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NamedTuple

import orjson

from services.kernel.note import DASH, NoteInvalid, PreparedVerifier, Verifier

MAX_NOTE = 65_535
MAX_NUMBER = 2**63 - 1
REGISTERED = "nl.crisisconnect.audit.KeyRegistered.v1"
REGISTRAR = "/audit"

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TYPE_END = re.compile(r"[A-Za-z][A-Za-z0-9]*\.v[1-9][0-9]*")


class Reason(StrEnum):
    """Why a message can never become an entry."""

    UNREADABLE = "unreadable"
    TOO_LARGE = "too_large"
    UNKNOWN_KEY = "unknown_key"
    BAD_SIGNATURE = "bad_signature"
    WRONG_SOURCE = "wrong_source"
    WRONG_TYPE = "wrong_type"
    CONFLICT = "conflict"
    DOUBLED_ID = "doubled_id"


class Arrival(NamedTuple):
    """A verified note and what the log keeps beside it. `registers` is (source, verifier key) of a KeyRegistered."""

    source: str
    sequence: int
    event_id: str
    type: str
    organisation: str | None
    subject: str
    correlation: str
    time: str
    note: bytes
    registers: tuple[str, str] | None = None

    @property
    def number(self) -> tuple[str, int]:
        return self.source, self.sequence


class Bad(NamedTuple):
    """`source` is None where no signature says whose it is."""

    reason: Reason
    source: str | None
    note: bytes


class Door:
    """Knows the keys pinned at installation, by the name that stands in the signature line."""

    def __init__(self, pins: Mapping[str, str]) -> None:
        """`pins`: service (`auth`) → verifier key."""
        self.vkeys = {f"/{service}": vkey for service, vkey in pins.items()}
        self._keys: dict[bytes, tuple[str, str, PreparedVerifier]] = {}
        for service, vkey in pins.items():
            verifier = Verifier.parse(vkey)
            self._keys[verifier.name.encode()] = (
                f"/{service}", f"nl.crisisconnect.{service}.", verifier.prepared(),
            )  # fmt: skip

    def check(self, note: bytes) -> Arrival | Bad:
        """Judge one message by nothing but its bytes."""
        if len(note) > MAX_NOTE:
            return Bad(Reason.TOO_LARGE, None, note)
        known = self._keys.get(_key_name(note))
        if known is None:
            return Bad(Reason.UNKNOWN_KEY, None, note)
        source, prefix, key = known
        try:
            text = key.text(note)
        except NoteInvalid:
            return Bad(Reason.BAD_SIGNATURE, None, note)
        try:
            return _read(text, note, source, prefix)
        except (ValueError, KeyError, TypeError):
            return Bad(Reason.UNREADABLE, source, note)


def _key_name(note: bytes) -> bytes:
    line = note[note.rfind(b"\n\n") + 2 :]
    dash, _, rest = line.partition(b" ")
    return rest.partition(b" ")[0] if dash == DASH else b""


def _read(text: bytes, note: bytes, source: str, prefix: str) -> Arrival | Bad:
    if text.count(b"\n") != 1:
        raise ValueError("an event is one line")
    body: dict[str, Any] = orjson.loads(text)
    sequence, kind = int(body["sequence"]), body["type"]
    # A number that stood twice, or was spelt otherwise, would be another number to another reader.
    if not text.startswith(b'{"sequence":"%d","specversion":"1.0",' % sequence):
        raise ValueError("the number does not stand where the relay puts it")
    if not 0 < sequence <= MAX_NUMBER or not _UUID.fullmatch(body["id"]):
        raise ValueError("no number or no id")
    if body["source"] != source:
        return Bad(Reason.WRONG_SOURCE, source, note)
    if not kind.startswith(prefix) or not _TYPE_END.fullmatch(kind, len(prefix)):
        return Bad(Reason.WRONG_TYPE, source, note)
    organisation = body.get("organisation")
    registers = None
    if kind == REGISTERED and source == REGISTRAR:
        registers = (_short(body["data"]["source"]), _short(body["data"]["vkey"]))
    return Arrival(
        source,
        sequence,
        body["id"],
        kind,
        None if organisation is None else _short(organisation),
        _short(body["subject"]),
        _short(body["correlationid"]),
        _short(body["time"]),
        note,
        registers,
    )


def _short(value: Any) -> str:
    # A column takes no NUL on PostgreSQL, and one odd event must not hold up everybody's batch.
    if not isinstance(value, str) or len(value) > 250 or "\x00" in value:
        raise ValueError("not a short text")
    return value
