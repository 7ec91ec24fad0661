"""Text that people wrote reaches a spreadsheet as data: through here alone, never as a formula (RFC 4180)."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What makes a spreadsheet read on as a formula; the last four are full-width forms of the first."""


def table(names: Sequence[str], records: Iterable[Mapping[str, Any]]) -> bytes:
    """A header and a line for each record, UTF-8, with CRLF; what a record has beyond `names` does not leave."""
    return lines([names]) + lines([record.get(name) for name in names] for record in records)


def lines(rows: Iterable[Sequence[Any]]) -> bytes:
    """A line for each row of values, UTF-8, with CRLF."""
    text = io.StringIO()
    csv.writer(text).writerows([cell(value) for value in row] for row in rows)
    return text.getvalue().encode()


def cell(value: Any) -> str:
    """As text that is data: what a spreadsheet would take for a formula has an apostrophe before it.

    Nothing is empty, lists and maps are JSON, a number is a number.
    """
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if isinstance(value, int | float):
        return text
    return f"'{text}" if text.startswith(FORMULAS) or text.lstrip().startswith(FORMULAS) else text
