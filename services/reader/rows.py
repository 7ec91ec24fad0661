"""A database's columns repeat what the entry says, and must say the same."""

from __future__ import annotations

from datetime import UTC, datetime

from services.reader.entry import Statement

COLUMNS = ("source", "sequence", "event_id", "type", "organisation", "subject", "correlation", "time")
Columns = tuple[object, ...]
"""The values of COLUMNS in one row."""


def mismatches(columns: Columns, statement: Statement) -> list[str]:
    """The names of columns that say something else than the signed bytes; empty text and NULL are one."""
    said = _said(statement)
    if columns == said:
        return []
    return [name for name, column, stated in zip(COLUMNS, columns, said, strict=True) if not _same(column, stated)]


def _said(statement: Statement) -> Columns:
    said = statement.event.get
    return (
        statement.source,
        statement.number,
        statement.event_id,
        statement.type,
        said("organisation"),
        said("subject"),
        said("correlationid"),
        said("time"),
    )


def _same(column: object, stated: object) -> bool:
    if isinstance(stated, int):
        return column == stated
    if isinstance(column, datetime) and isinstance(stated, str):
        try:
            moment = datetime.fromisoformat(stated)
        except ValueError:
            return False
        return _utc(column) == _utc(moment)
    return (column or None) == (stated or None)


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
