"""What was proposed and who signed it, as the log tells it: two signatures make it an organisation's rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import NAMESPACE_URL, uuid5

import orjson
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    insert,
    select,
    update,
)

from services.contracts.org import AgreementAmended, AgreementProposed, AgreementSigned
from services.contracts.privacy import Category, TermTrigger
from services.kernel.event import Event
from services.kernel.signing.entry import Entry

tables = MetaData()
proposals = Table(
    "proposals",
    tables,
    Column("agreement", String(36), primary_key=True),
    Column("organisation", String(36), nullable=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("rule", String(36), nullable=False),
    Column("terms", Text, nullable=False),
    Column("triggers", Text, nullable=False),
    Column("starts_on", String(10), nullable=False),
    Column("signatures", Integer, nullable=False),
)
"""A row for each version of an agreement; each that is signed is a rule of its own."""
FOLLOWED: tuple[type[Event], ...] = (AgreementProposed, AgreementAmended, AgreementSigned)
BOTH = 2


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What an agreement says of how long things are kept, by category."""

    agreement: str
    organisation: str
    version: int
    rule: str
    terms: Mapping[Category, str]
    triggers: Mapping[Category, TermTrigger]
    starts_on: date


def follow(session: Connection, entry: Entry) -> None:
    match entry.record.event:
        case AgreementProposed() as event:
            _propose(session, event, event.agreement)
        case AgreementAmended() as event:
            _propose(session, event, str(uuid5(NAMESPACE_URL, f"{event.agreement}/{event.agreement_version}")))
        case AgreementSigned() as event:
            mine = (proposals.c.agreement == event.agreement) & (proposals.c.version == event.agreement_version)
            session.execute(update(proposals).where(mine).values(signatures=proposals.c.signatures + 1))


def _propose(session: Connection, event: AgreementProposed | AgreementAmended, rule: str) -> None:
    session.execute(
        insert(proposals).values(
            agreement=event.agreement,
            organisation=event.organisation,
            version=event.agreement_version,
            rule=rule,
            terms=orjson.dumps({category.value: term for category, term in event.retention.items()}).decode(),
            triggers=orjson.dumps({of.value: one.value for of, one in (event.triggers or {}).items()}).decode(),
            starts_on=event.starts_on.isoformat(),
            signatures=0,
        )
    )


def agreed(session: Connection, agreement: str, version: int) -> Proposal | None:
    """That version of an agreement, once both sides have signed it."""
    mine = (proposals.c.agreement == agreement) & (proposals.c.version == version)
    return _first(session, mine & (proposals.c.signatures >= BOTH))


def by_id(session: Connection, organisation: str, agreement: str) -> Proposal | None:
    """The newest version of an agreement."""
    return _first(session, (proposals.c.agreement == agreement) & (proposals.c.organisation == organisation))


def _first(session: Connection, mine: ColumnElement[bool]) -> Proposal | None:
    row = session.execute(select(proposals).where(mine).order_by(proposals.c.version.desc()).limit(1)).first()
    if row is None:
        return None
    return Proposal(
        agreement=row.agreement,
        organisation=row.organisation,
        version=row.version,
        rule=row.rule,
        terms={Category(name): term for name, term in orjson.loads(row.terms).items()},
        triggers={Category(name): TermTrigger(one) for name, one in orjson.loads(row.triggers).items()},
        starts_on=date.fromisoformat(row.starts_on),
    )
