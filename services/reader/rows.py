"""A database's columns repeat what the entry says, and must say the same."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from services.reader.entry import Statement

_ATTRIBUTE_OF = {
    "event_id": "id",
    "type": "type",
    "source": "source",
    "organisation": "organisation",
    "subject": "subject",
    "correlation": "correlationid",
    "time": "time",
}


def mismatches(columns: Mapping[str, object], statement: Statement) -> list[str]:
    """The names of columns that say something else than the signed bytes; empty text and NULL are one."""
    wrong = [
        column
        for column, attribute in _ATTRIBUTE_OF.items()
        if not _same(columns.get(column), statement.event.get(attribute))
    ]
    if columns.get("sequence") != statement.number:
        wrong.append("sequence")
    return wrong


def _same(column: object, attribute: object) -> bool:
    if isinstance(column, datetime) and isinstance(attribute, str):
        try:
            stated = datetime.fromisoformat(attribute)
        except ValueError:
            return False
        return _utc(column) == _utc(stated)
    return (column or None) == (attribute or None)


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
