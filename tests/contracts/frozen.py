"""How an event's shape is frozen: the data of its example as it would be stored, in a file that is never rewritten."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

from services.kernel.codec import freeze
from services.kernel.event import Event, personal_fields

GOLDEN = Path(__file__).parent / "golden"
KEY = "00000000-0000-4000-8000-000000000000"


def sealed_stand_ins(event: Event) -> dict[str, str]:
    """A string in the form of a sealed value for every personal field that the example fills."""
    short = event.type.removeprefix("nl.crisisconnect.")
    filled = [name for name in personal_fields(type(event)) if getattr(event, name) is not None]
    return {name: f"s1:{KEY}:{short}:{name}:c2VhbGVk" for name in filled}


def frozen(event: Event) -> bytes:
    data: dict[str, Any] = freeze(event, sealed_stand_ins(event))
    return orjson.dumps(data, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


def write_missing(events: dict[str, Event]) -> list[str]:
    """Freeze the examples, by type, that were never frozen. Returns their types; what is there stays as it is."""
    written = []
    GOLDEN.mkdir(exist_ok=True)
    for type_, event in events.items():
        try:
            with (GOLDEN / f"{type_}.json").open("xb") as file:
                file.write(frozen(event))
        except FileExistsError:
            continue
        written.append(type_)
    return written
