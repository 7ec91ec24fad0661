"""Which terms each organisation agreed, by category; what an agreement leaves open is in terms.json (P06)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import orjson
from sqlalchemy import BigInteger, Column, Connection, Index, Integer, MetaData, String, Table, Text, insert, select

from services.contracts.privacy import Category, TermTrigger
from services.contracts.retention import RuleChanged
from services.kernel.envelope import Recorded
from services.retention.domain.terms import Agreed

tables = MetaData()
rules = Table(
    "rules",
    tables,
    Column("rule", String(36), primary_key=True),
    Column("organisation", String(36), nullable=False),
    Column("version", Integer, nullable=False),
    Column("terms", Text, nullable=False),
    Column("triggers", Text, nullable=False),
    Column("starts_on", String(10), nullable=False),
    Column("entry", BigInteger, nullable=False),
    Index("rules_by_organisation", "organisation", "version"),
)


def project(session: Connection, record: Recorded) -> None:
    match record.event:
        case RuleChanged() as event:
            session.execute(
                insert(rules).values(
                    rule=event.rule,
                    organisation=event.organisation,
                    version=event.agreement_version,
                    terms=orjson.dumps({category.value: term for category, term in event.terms.items()}).decode(),
                    triggers=orjson.dumps({of.value: one.value for of, one in (event.triggers or {}).items()}).decode(),
                    starts_on=event.starts_on.isoformat(),
                    entry=event.entry,
                )
            )


def in_force(session: Connection, organisation: str, day: date) -> Agreed | None:
    """The newest that has begun by `day`; an agreement that has ended since still says how long things are kept."""
    mine = (rules.c.organisation == organisation) & (rules.c.starts_on <= day.isoformat())
    row = session.execute(select(rules).where(mine).order_by(rules.c.version.desc()).limit(1)).first()
    return _agreed(row) if row else None


def beginning(session: Connection, after: date, until: date) -> Sequence[str]:
    """The organisations of which a rule begins after the one day, and by the other."""
    mine = (rules.c.starts_on > after.isoformat()) & (rules.c.starts_on <= until.isoformat())
    return session.execute(select(rules.c.organisation).where(mine).distinct()).scalars().all()


def all_in_force(session: Connection, day: date, organisation: str | None = None) -> dict[str, Agreed]:
    """By organisation, of all or of one."""
    begun = select(rules).where(rules.c.starts_on <= day.isoformat()).order_by(rules.c.version)
    if organisation is not None:
        begun = begun.where(rules.c.organisation == organisation)
    return {row.organisation: _agreed(row) for row in session.execute(begun)}


def _agreed(row: Any) -> Agreed:
    terms = {Category(name): term for name, term in orjson.loads(row.terms).items()}
    triggers = {Category(name): TermTrigger(one) for name, one in orjson.loads(row.triggers).items()}
    return Agreed(row.version, terms, row.entry, triggers)
