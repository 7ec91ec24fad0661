"""Numbers kept beside the rows that they are of, by organisation and day: a total is read, not counted anew (I5).

They change in the transaction that changes the rows, so they are what the rows say; `derive` says it from the rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    FromClause,
    Index,
    MetaData,
    String,
    Table,
    func,
    insert,
    literal,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite

EVERYBODY = ""
"""Stands as the organisation where the numbers are of all of them together."""
DAY, MONTH = "day", "month"
Span = tuple[str, str | None, str | None]
"""A unit, and of its periods the first one and the one after the last; None where there is no end."""


def sums(name: str, metadata: MetaData, *numbers: str) -> Table:
    """A row for each day and each month, of each organisation and of all of them together."""
    return Table(
        name,
        metadata,
        Column("organisation", String(36), primary_key=True),
        Column("unit", String(5), primary_key=True),
        Column("period", String(10), primary_key=True),
        *(Column(number, BigInteger, nullable=False) for number in numbers),
        Index(f"{name}_by_period", "unit", "period"),
    )


def numbers_of(table: Table) -> list[str]:
    """Plain strings, as an answer is keyed with: a column's own name is more than one."""
    return [str(column.name) for column in table.columns if not column.primary_key]


def add(session: Connection, table: Table, organisation: str, day: str, more: Mapping[str, int]) -> None:
    """Add to the numbers of a day, and of its month; `day` may be any moment of it. What is negative is taken off."""
    add_for(session, table, (EVERYBODY, organisation), day, more)


def add_for(session: Connection, table: Table, whose: Sequence[str], day: str, more: Mapping[str, int]) -> None:
    """The same where what is everybody's is not the sum of what each has; `whose` in one order, wherever it is done."""
    changed = {number: more.get(number, 0) for number in numbers_of(table)}
    if any(changed.values()):
        places = [(one, *unit) for one in whose for unit in ((DAY, day[:10]), (MONTH, day[:7]))]
        rows = [{"organisation": one, "unit": unit, "period": period} for one, unit, period in places]
        raise_by(session, table, [row | changed for row in rows])


def raise_by(session: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add the numbers of each row to those that stand at its key; the caller's order is that of the locks."""
    session.execute(_adding(table, session.dialect.name), rows)


@lru_cache
def _adding(table: Table, dialect: str) -> Any:
    into = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
    more = {number: table.c[number] + into.excluded[number] for number in numbers_of(table)}
    return into.on_conflict_do_update(index_elements=[key.name for key in table.primary_key], set_=more)


def total(
    session: Connection, table: Table, organisation: str | None, since: str | None, until: str | None
) -> dict[str, int]:
    """Every number, from the day `since` on up to and without the day `until`, of one organisation or of all (None)."""
    numbers = numbers_of(table)
    summed = select(*(func.coalesce(func.sum(table.c[number]), 0).label(number) for number in numbers))
    mine = summed.where(table.c.organisation == (organisation or EVERYBODY))
    found = dict.fromkeys(numbers, 0)
    for span in spans(since, until):
        one = session.execute(mine.where(*_in(table, span))).one()
        found = {number: found[number] + int(one._mapping[number]) for number in numbers}
    return found


def by_organisation(
    session: Connection, table: Table, organisation: str | None, since: str | None, until: str | None
) -> dict[str, dict[str, int]]:
    """The same apart for each organisation that has any, by its id."""
    numbers = numbers_of(table)
    whose = table.c.organisation != EVERYBODY if organisation is None else table.c.organisation == organisation
    summed = select(table.c.organisation, *(func.sum(table.c[number]).label(number) for number in numbers))
    each = summed.where(whose).group_by(table.c.organisation)
    found: dict[str, dict[str, int]] = {}
    for span in spans(since, until):
        for row in session.execute(each.where(*_in(table, span))):
            so_far = found.get(row.organisation, dict.fromkeys(numbers, 0))
            found[row.organisation] = {number: so_far[number] + int(row._mapping[number]) for number in numbers}
    return dict(sorted(found.items()))


def days(session: Connection, table: Table, organisation: str | None, since: str | None, until: str | None) -> int:
    """On how many days there is anything."""
    mine = table.c.organisation == (organisation or EVERYBODY)
    span = _in(table, (DAY, since and since[:10], until and until[:10]))
    return session.execute(select(func.count()).select_from(table).where(mine, *span)).scalar_one()


def derive(session: Connection, table: Table, rows: FromClause) -> None:
    """Fill an empty table from what it is of: `rows` has an organisation, a `day`, and each of the numbers."""
    numbers = numbers_of(table)
    for unit, length in ((DAY, 10), (MONTH, 7)):
        cut = select(rows, func.substr(rows.c.day, 1, length).label("period")).subquery()
        summed = [func.sum(cut.c[number]) for number in numbers]
        for whose in (None, cut.c.organisation):
            named = [literal(EVERYBODY) if whose is None else whose, literal(unit), cut.c.period]
            groups = [cut.c.period] if whose is None else [whose, cut.c.period]
            chosen = select(*named, *summed).group_by(*groups)
            session.execute(insert(table).from_select(["organisation", "unit", "period", *numbers], chosen))


def spans(since: str | None, until: str | None) -> Iterator[Span]:
    """Whole months where there are any, and the days before and behind them."""
    first = since and (since[:7] if since[8:10] == "01" else _next_month(since))
    last = until and until[:7]
    if since and until and first and last and first > last:
        yield DAY, since[:10], until[:10]
        return
    yield MONTH, first, last
    if since and since[8:10] != "01":
        yield DAY, since[:10], f"{first}-01"
    if until and until[8:10] != "01":
        yield DAY, f"{last}-01", until[:10]


def _in(table: Table, span: Span) -> list[ColumnElement[bool]]:
    unit, first, last = span
    found: list[ColumnElement[bool]] = [table.c.unit == unit]
    if first is not None:
        found.append(table.c.period >= first)
    if last is not None:
        found.append(table.c.period < last)
    return found


def _next_month(day: str) -> str:
    return (date.fromisoformat(f"{day[:7]}-28") + timedelta(days=4)).isoformat()[:7]
