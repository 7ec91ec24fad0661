"""What a person may take along, as JSON Schema: what they gave, and what using the app made; nothing else (AVG 20).

What was concluded about them, or written by others, is in the answer to access and not here (EDPB, WP 242).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TEXT: dict[str, Any] = {"type": ["string", "null"]}
WORDS: dict[str, Any] = {"type": ["object", "null"], "additionalProperties": {"type": "string"}}
NUMBER: dict[str, Any] = {"type": "integer"}
MOMENT: dict[str, Any] = {"type": ["string", "null"], "format": "date-time"}


def _records(title: str, **properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        "type": "array",
        "items": {
            "type": "object",
            "additionalProperties": False,
            "required": list(properties),
            "properties": properties,
        },
    }


PORTABLE: Mapping[str, Mapping[str, Any]] = {
    "account": _records(
        "Who you are here, as you told us.",
        username=TEXT,
        email=TEXT,
        first_name=TEXT,
        infix=TEXT,
        last_name=TEXT,
        registered_at=MOMENT,
    ),
    "fields": _records("What you filled in of the fields that your organisation added.", label=WORDS, value=TEXT),
    "sessions": _records(
        "When and with which device you used the app, as long as we keep that.",
        started_at=MOMENT,
        ended_at=MOMENT,
        ip=TEXT,
        device=TEXT,
        os=TEXT,
        browser=TEXT,
        app_version=TEXT,
    ),
    "requests": _records(
        "What you asked of your organisation.", received_at=MOMENT, channel=TEXT, kind=TEXT, said=TEXT, statement=TEXT
    ),
    "complaints": _records("What you complained of.", received_at=MOMENT, channel=TEXT, text=TEXT, contact=TEXT),
    "consents": _records(
        "What you consented to.",
        purpose=TEXT,
        given_at=MOMENT,
        withdrawn_at=MOMENT,
        statement_version={"type": ["integer", "null"]},
    ),
    "usage": _records("What you did in the app, as far as it is not counted yet.", kind=TEXT, at=MOMENT),
    "acknowledged_statements": _records("Which privacy statements you said to have seen.", version=NUMBER, at=MOMENT),
}
"""By the name of its file, and of what it is called in the copy. The properties also decide which fields leave."""
