"""One log entry: a signed note whose text is one line of CloudEvents JSON, numbered by its source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import orjson

from services.reader.note import Malformed, SignatureLine, parse
from services.reader.tiles import MAX_ENTRY_BYTES

_REQUIRED = ("id", "source", "type", "sequence", "specversion")
_TYPE_PREFIX = "nl.crisisconnect."


class Statement(NamedTuple):
    """What an entry says and who claims to have signed it; nothing is verified yet."""

    source: str
    number: int
    event_id: str
    type: str
    event: Mapping[str, object]
    text: bytes
    signature: SignatureLine


def read(entry: bytes) -> Statement:
    """Read an entry. Raises Malformed, without repeating any value, when it is not what the log may hold."""
    if len(entry) > MAX_ENTRY_BYTES:
        raise Malformed("an entry has at most 65,535 bytes")
    note = parse(entry)
    if len(note.signatures) != 1 or note.text.find(b"\n") != len(note.text) - 1:
        raise Malformed("an entry is one line and one signature")
    try:
        event = orjson.loads(note.text)
    except orjson.JSONDecodeError as error:
        raise Malformed("the line is not JSON") from error
    if not isinstance(event, dict):
        raise Malformed("the line is not a JSON object")
    for name in _REQUIRED:
        if not isinstance(event.get(name), str) or not event[name]:
            raise Malformed(f"the event has no {name}")
    sequence, source = event["sequence"], event["source"]
    # Spelled out, so that no second `sequence` later in the line can say something else to another reader.
    if not note.text.startswith(b'{"sequence":"%b","specversion":"1.0",' % sequence.encode()):
        raise Malformed("the line does not begin with its number and specversion 1.0")
    if not (sequence.isascii() and sequence.isdigit() and sequence[0] != "0" and len(sequence) < 20):
        raise Malformed("the number is not a decimal from 1")
    if not source.startswith("/") or not event["type"].startswith(f"{_TYPE_PREFIX}{source[1:]}."):
        raise Malformed("the type is not of the event's source")
    return Statement(source, int(sequence), event["id"], event["type"], event, note.text, note.signatures[0])
