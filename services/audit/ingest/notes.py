"""A message becomes an arrival only when a known key signed it and it speaks for that key's source alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NamedTuple

import orjson

from services.kernel.signing.note import DASH, NoteInvalid, PreparedVerifier, Verifier, signer_of
from services.kernel.signing.succession import successor, type_of

MAX_NOTE = 65_535
MAX_NUMBER = 2**63 - 1
REGISTERED = "nl.crisisconnect.audit.KeyRegistered.v1"
PRUNED = "nl.crisisconnect.audit.LogPruned.v1"
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
    UNAUTHORISED_KEY = "unauthorised_key"
    BAD_HAND_OVER = "bad_hand_over"
    CONFLICT = "conflict"
    DOUBLED_ID = "doubled_id"


class Arrival(NamedTuple):
    """A verified note and what the log keeps beside it.

    `registers` is (source, verifier key) of a KeyRegistered; `key` the id of the key that signed; `hands_over` the
    verifier key that follows it by this very event, and agreed to; `prunes` (minimum, numbers as JSON) of a LogPruned.
    """

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
    key: bytes = b""
    hands_over: str | None = None
    prunes: tuple[int, str] | None = None

    @property
    def number(self) -> tuple[str, int]:
        return self.source, self.sequence


class Bad(NamedTuple):
    """`source` is None where no signature says whose it is.

    `unheard` says that the key it claims is one that the door does not know, under a name that it does: a hand-over
    may explain it.
    """

    reason: Reason
    source: str | None
    note: bytes
    unheard: bool = False


class Door:
    """Knows keys by the name and the id that stand in a signature line: those pinned, and those it learns of.

    It says that a key signed, never that this was the key's turn; who holds at which number, the line-up knows.
    """

    def __init__(self, pins: Mapping[str, str]) -> None:
        """`pins`: service (`auth`) → verifier key."""
        self.vkeys = {f"/{service}": vkey for service, vkey in pins.items()}
        self._sources: dict[bytes, str] = {}
        self._keys: dict[tuple[bytes, bytes], tuple[Verifier, PreparedVerifier]] = {}
        for service, vkey in pins.items():
            self._sources[Verifier.parse(vkey).name.encode()] = f"/{service}"
            self.learn(vkey)

    def learn(self, vkey: str) -> None:
        """A key to which one of the sources handed over."""
        verifier = Verifier.parse(vkey)
        self._keys.setdefault((verifier.name.encode(), verifier.id), (verifier, verifier.prepared()))

    def check(self, note: bytes) -> Arrival | Bad:
        """Judge one message by nothing but its bytes."""
        if len(note) > MAX_NOTE:
            return Bad(Reason.TOO_LARGE, None, note)
        name = _key_name(note)
        source = self._sources.get(name)
        if source is None:
            return Bad(Reason.UNKNOWN_KEY, None, note)
        known = self._keys.get((name, signer_of(note)))
        if known is None:
            return Bad(Reason.BAD_SIGNATURE, None, note, unheard=True)
        verifier, key = known
        try:
            text = key.text(note)
        except NoteInvalid:
            return Bad(Reason.BAD_SIGNATURE, None, note)
        try:
            return _read(text, note, source, verifier)
        except (ValueError, KeyError, TypeError):
            return Bad(Reason.UNREADABLE, source, note)


def _key_name(note: bytes) -> bytes:
    line = note[note.rfind(b"\n\n") + 2 :]
    dash, _, rest = line.partition(b" ")
    return rest.partition(b" ")[0] if dash == DASH else b""


def _read(text: bytes, note: bytes, source: str, verifier: Verifier) -> Arrival | Bad:
    if text.count(b"\n") != 1:
        raise ValueError("an event is one line")
    body: dict[str, Any] = orjson.loads(text)
    sequence, kind, prefix = int(body["sequence"]), body["type"], f"nl.crisisconnect.{source[1:]}."
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
    hands_over = None
    if kind == type_of(source):
        try:
            hands_over = successor(source, verifier, body["data"]).vkey
        except NoteInvalid:
            return Bad(Reason.BAD_HAND_OVER, source, note)
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
        verifier.id,
        hands_over,
        _prunes(body["data"]) if kind == PRUNED and source == REGISTRAR else None,
    )


def _prunes(data: Any) -> tuple[int, str] | None:
    """None where the numbers do not count the entries that go: such an event is an entry, and nothing follows."""
    minimum, numbers = data["minimum"], data["numbers"]
    counts = [minimum, *numbers.values()]
    if any(type(count) is not int or not 0 <= count <= MAX_NUMBER for count in counts) or sum(counts[1:]) != minimum:
        return None
    return minimum, orjson.dumps(numbers, option=orjson.OPT_SORT_KEYS).decode()


def _short(value: Any) -> str:
    # A column takes no NUL on PostgreSQL, and one odd event must not hold up everybody's batch.
    if not isinstance(value, str) or len(value) > 250 or "\x00" in value:
        raise ValueError("not a short text")
    return value
