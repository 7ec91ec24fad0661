"""Which supplements to the statement were asked for, published and refused, for which organisation (P05)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import (
    Column,
    Connection,
    Integer,
    MetaData,
    Row,
    String,
    Table,
    Text,
    UniqueConstraint,
    func,
    insert,
    or_,
    select,
    update,
)

from services.contracts.facts import ORGANISATION
from services.contracts.org import ErasureCompleted, SupplementPublished, SupplementRefused, SupplementRequested
from services.kernel.codec import instant
from services.kernel.envelope import Recorded
from services.org.domain.supplement import State

tables = MetaData()
supplements = Table(
    "supplements",
    tables,
    Column("supplement", String(36), primary_key=True),
    Column("organisation", String(36), nullable=False),
    Column("state", String(12), nullable=False, index=True),
    Column("fields", Text, nullable=False),
    Column("reasons", Text),
    Column("refusal", Text),
    Column("rule", String(60), nullable=False),
    Column("due", String(32), nullable=False),
    Column("requested_at", String(32), nullable=False),
    Column("answered_at", String(32)),
    Column("version", Integer),
    Column("nl", Text),
    Column("en", Text),
    # Two published at one moment would both take the next number; the second is decided anew.
    UniqueConstraint("organisation", "version", name="one_supplement_per_version"),
)
"""`reasons` and `refusal` are sealed. `version` numbers those of one organisation that were published."""


def project(session: Connection, record: Recorded) -> None:
    match record.event:
        case SupplementRequested() as event:
            session.execute(
                insert(supplements).values(
                    supplement=event.supplement,
                    organisation=event.organisation,
                    state=State.REQUESTED.value,
                    fields=orjson.dumps(event.fields).decode(),
                    reasons=record.sealed.get("reasons"),
                    rule=event.rule,
                    due=instant(event.due),
                    requested_at=instant(event.at),
                )
            )
        case SupplementPublished() as event:
            said = {"version": event.supplement_version, "nl": event.nl, "en": event.en}
            said["fields"] = orjson.dumps(event.fields).decode()
            _set(session, event.supplement, state=State.PUBLISHED.value, answered_at=instant(event.at), **said)
        case SupplementRefused() as event:
            why = record.sealed.get("reasons")
            _set(session, event.supplement, state=State.REFUSED.value, answered_at=instant(event.at), refusal=why)
        case ErasureCompleted() as event if event.scope == ORGANISATION:
            drop(session, event.organisation)


def _set(session: Connection, supplement: str, **values: Any) -> None:
    session.execute(update(supplements).where(supplements.c.supplement == supplement).values(**values))


def by_id(session: Connection, organisation: str, supplement: str) -> Row[Any] | None:
    mine = (supplements.c.organisation == organisation) & (supplements.c.supplement == supplement)
    return session.execute(select(supplements).where(mine)).first()


def after(session: Connection, organisation: str, supplement: str | None, limit: int) -> list[Row[Any]]:
    """At most `limit` of an organisation's by id, those after `supplement`."""
    wanted = select(supplements).where(supplements.c.organisation == organisation)
    if supplement is not None:
        wanted = wanted.where(supplements.c.supplement > supplement)
    return list(session.execute(wanted.order_by(supplements.c.supplement).limit(limit)))


def in_force(session: Connection, organisation: str) -> Row[Any] | None:
    """The newest that was published: its text names every field that takes values."""
    mine = (supplements.c.organisation == organisation) & supplements.c.version.is_not(None)
    return session.execute(select(supplements).where(mine).order_by(supplements.c.version.desc()).limit(1)).first()


def open_of(session: Connection, organisation: str | None) -> list[Row[Any]]:
    """What waits for an answer, of one organisation or of all, the most urgent first."""
    mine = supplements.c.state == State.REQUESTED.value
    if organisation is not None:
        mine &= supplements.c.organisation == organisation
    return list(session.execute(select(supplements).where(mine).order_by(supplements.c.due, supplements.c.supplement)))


def waiting(session: Connection, organisation: str | None = None) -> int:
    """How many wait for an answer, of one organisation or of all."""
    return _count(session, organisation, supplements.c.state == State.REQUESTED.value)


def overdue(session: Connection, now: datetime, organisation: str | None = None) -> int:
    """How many of those should have had their answer by now."""
    late = (supplements.c.state == State.REQUESTED.value) & (supplements.c.due <= instant(now))
    return _count(session, organisation, late)


def _count(session: Connection, organisation: str | None, mine: Any) -> int:
    if organisation is not None:
        mine &= supplements.c.organisation == organisation
    return session.execute(select(func.count()).select_from(supplements).where(mine)).scalar_one()


def names(session: Connection, organisation: str) -> list[str]:
    """Every supplement that the organisation ever asked for."""
    mine = supplements.c.organisation == organisation
    return list(session.execute(select(supplements.c.supplement).where(mine)).scalars())


def drop(session: Connection, organisation: str) -> int:
    """Leave what was published, and take out what either side wrote about it."""
    return session.execute(
        update(supplements).where(_written(organisation)).values(reasons=None, refusal=None)
    ).rowcount


def holds(session: Connection, organisation: str) -> int:
    return session.execute(select(func.count()).select_from(supplements).where(_written(organisation))).scalar_one()


def _written(organisation: str) -> Any:
    said = or_(supplements.c.reasons.is_not(None), supplements.c.refusal.is_not(None))
    return (supplements.c.organisation == organisation) & said
