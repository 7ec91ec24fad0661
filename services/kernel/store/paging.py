"""A page begins behind the last row of the page before: nothing is counted off, and what changes moves no row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, Row, literal, tuple_

from services.kernel.decider import Refused


def place(row: Row[*tuple[Any, ...]], columns: Sequence[Column[Any]]) -> str:
    """Where a row stands in the order of these columns, none of which holds a slash."""
    return "/".join(str(row._mapping[column.name]) for column in columns)


def behind(after: str, columns: Sequence[Column[Any]]) -> ColumnElement[bool]:
    """Raises Refused("cursor_invalid") for what is no place in this order."""
    parts = after.split("/")
    if len(parts) != len(columns):
        raise Refused("cursor_invalid")
    return tuple_(*columns) > tuple_(*map(literal, parts))
