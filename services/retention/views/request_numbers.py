"""What is counted of a data request, by the day it was received: what no clock changes, nor an erasure (P15)."""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import Row

OPEN = ("received", "verified")
NAMES = (
    "received",
    "open",
    "fulfilled",
    "fulfilled_in_part",
    "refused",
    "extended",
    "reminded",
    "recipients_to_tell",
    "duplicates",
    "answered_late",
)


def numbers(row: Row[Any]) -> dict[str, int]:
    closed = row.state not in OPEN
    return {
        "received": 1,
        "open": not closed,
        "fulfilled": row.state == "fulfilled",
        "fulfilled_in_part": bool(orjson.loads(row.excepted or "[]")),
        "refused": row.state == "refused",
        "extended": row.extended,
        "reminded": bool(row.reminded_at) + bool(row.reminded_late_at),
        "recipients_to_tell": row.to_tell or 0,
        "duplicates": row.duplicate_of is not None,
        "answered_late": closed and row.closed_at >= row.due,
    }
