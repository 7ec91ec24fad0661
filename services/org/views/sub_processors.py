"""The register of sub-processors, and of each organisation whether one may receive its data (P07)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Index,
    MetaData,
    Row,
    String,
    Table,
    Text,
    func,
    insert,
    select,
    update,
)

from services.contracts.facts import ORGANISATION
from services.contracts.org import (
    ErasureCompleted,
    ObjectionTextErased,
    SubProcessorActivated,
    SubProcessorAnnounced,
    SubProcessorObjected,
    SubProcessorRegistered,
    SubProcessorWithdrawn,
)
from services.kernel.codec import instant
from services.kernel.envelope import Recorded

tables = MetaData()
sub_processors = Table(
    "sub_processors",
    tables,
    Column("sub_processor", String(36), primary_key=True),
    Column("name", Text, nullable=False),
    Column("task", Text, nullable=False),
    Column("purposes", Text, nullable=False),
    Column("categories", Text, nullable=False),
    Column("country", String(2), nullable=False),
    Column("transfer", Text),
    Column("everywhere", Boolean, nullable=False),
    Column("registered_at", String(32), nullable=False),
    Index("sub_processors_by_time", "registered_at", "sub_processor"),
)
engagements = Table(
    "engagements",
    tables,
    Column("engagement", String(36), primary_key=True),
    Column("sub_processor", String(36), nullable=False, index=True),
    Column("organisation", String(36), nullable=False, index=True),
    Column("state", String(12), nullable=False),
    Column("announced_at", String(32)),
    Column("rule", String(80)),
    Column("objections_until", String(32)),
    Column("objected_at", String(32)),
    Column("reasons", Text),
    Column("ground", String(12)),
    Column("active_since", String(32)),
    Column("withdrawn_at", String(32)),
    Column("settled_at", String(32)),
    Index("engagements_by_window", "state", "objections_until"),
    Index("engagements_by_settling", "settled_at"),
)
"""`reasons` are sealed; `settled_at` is when an objection was, one way or the other."""


def project(session: Connection, record: Recorded) -> None:
    match record.event:
        case SubProcessorRegistered() as event:
            session.execute(
                insert(sub_processors).values(
                    sub_processor=event.sub_processor,
                    name=event.name,
                    task=event.task,
                    purposes=orjson.dumps([one.value for one in event.purposes]).decode(),
                    categories=orjson.dumps([one.value for one in event.categories]).decode(),
                    country=event.country,
                    transfer=event.transfer,
                    everywhere=event.everywhere,
                    registered_at=instant(event.at),
                )
            )
        case SubProcessorAnnounced() as event:
            said = {"rule": event.rule, "objections_until": instant(event.objections_until)}
            _begin(session, event, state="announced", announced_at=instant(event.at), **said)
        case SubProcessorObjected() as event:
            reasons = record.sealed.get("reasons")
            _set(session, event.engagement, state="objected", objected_at=instant(event.at), reasons=reasons)
        case SubProcessorActivated() as event:
            said = {"state": "active", "ground": event.ground.value, "active_since": instant(event.at)}
            if not _set(session, event.engagement, **said, withdrawn_at=None):
                _begin(session, event, **said)
            _settle(session, event.engagement, instant(event.at))
        case SubProcessorWithdrawn() as event:
            _set(session, event.engagement, state="withdrawn", withdrawn_at=instant(event.at), active_since=None)
            _settle(session, event.engagement, instant(event.at))
        case ObjectionTextErased() as event:
            _set(session, event.engagement, reasons=None)
        case ErasureCompleted() as event if event.scope == ORGANISATION:
            drop(session, event.organisation)


def _begin(session: Connection, event: SubProcessorAnnounced | SubProcessorActivated, **values: Any) -> None:
    whose = {"sub_processor": event.sub_processor, "organisation": event.organisation}
    session.execute(insert(engagements).values(engagement=event.engagement, **whose, **values))


def _set(session: Connection, engagement: str, **values: Any) -> int:
    mine = engagements.c.engagement == engagement
    return session.execute(update(engagements).where(mine).values(**values)).rowcount


def _settle(session: Connection, engagement: str, at: str) -> None:
    mine = (engagements.c.engagement == engagement) & engagements.c.objected_at.is_not(None)
    session.execute(update(engagements).where(mine, engagements.c.settled_at.is_(None)).values(settled_at=at))


def by_id(session: Connection, sub_processor: str) -> Row[Any] | None:
    return session.execute(select(sub_processors).where(sub_processors.c.sub_processor == sub_processor)).first()


def after(session: Connection, organisation: str | None, place: tuple[str, str] | None, limit: int) -> Sequence[Any]:
    """A page of the register in the order of registering; of an organisation only those that concern it."""
    wanted = select(sub_processors)
    key = sub_processors.c.registered_at, sub_processors.c.sub_processor
    if place is not None:
        later = (key[0] > place[0]) | ((key[0] == place[0]) & (key[1] > place[1]))
        wanted = wanted.where(later)
    if organisation is not None:
        mine = select(engagements.c.sub_processor).where(engagements.c.organisation == organisation)
        wanted = wanted.where(sub_processors.c.sub_processor.in_(mine))
    return session.execute(wanted.order_by(*key).limit(limit)).all()


def everywhere(session: Connection) -> Sequence[Row[Any]]:
    """Those that every organisation is told of."""
    wanted = select(sub_processors).where(sub_processors.c.everywhere.is_(True))
    return session.execute(wanted.order_by(sub_processors.c.registered_at, sub_processors.c.sub_processor)).all()


def named(session: Connection, names: Sequence[str]) -> Sequence[Row[Any]]:
    """Those that go by one of these names."""
    return session.execute(select(sub_processors).where(sub_processors.c.name.in_(names))).all()


def of(session: Connection, organisation: str, chosen: Sequence[str]) -> dict[str, Row[Any]]:
    """By sub-processor how it stands with this organisation."""
    mine = (engagements.c.organisation == organisation) & engagements.c.sub_processor.in_(chosen)
    return {row.sub_processor: row for row in session.execute(select(engagements).where(mine))}


def counts(session: Connection, chosen: Sequence[str]) -> dict[str, dict[str, int]]:
    """By sub-processor how many organisations it stands in which state with."""
    by = engagements.c.sub_processor, engagements.c.state
    rows = session.execute(select(*by, func.count()).where(by[0].in_(chosen)).group_by(*by).order_by(*by))
    found: dict[str, dict[str, int]] = {one: {} for one in chosen}
    for sub_processor, state, number in rows:
        found[sub_processor][state] = number
    return found


def of_sub_processor(session: Connection, sub_processor: str, organisation: str | None) -> Sequence[Row[Any]]:
    """How it stands with each organisation, or with one."""
    mine = engagements.c.sub_processor == sub_processor
    if organisation is not None:
        mine &= engagements.c.organisation == organisation
    return session.execute(select(engagements).where(mine).order_by(engagements.c.organisation)).all()


def active(session: Connection, organisation: str) -> Sequence[Row[Any]]:
    """Who may receive this organisation's data."""
    joined = sub_processors.join(engagements, engagements.c.sub_processor == sub_processors.c.sub_processor)
    mine = (engagements.c.organisation == organisation) & (engagements.c.state == "active")
    return session.execute(select(sub_processors).select_from(joined).where(mine).order_by("name")).all()


def lapsed(session: Connection, now: str, limit: int) -> Sequence[str]:
    """Engagements whose window is over without an objection."""
    over = (engagements.c.state == "announced") & (engagements.c.objections_until <= now)
    return session.execute(select(engagements.c.engagement).where(over).limit(limit)).scalars().all()


def in_state(session: Connection, organisation: str | None, state: str) -> Sequence[Row[Any]]:
    """Engagements in a state, the oldest window first."""
    wanted = select(engagements).where(engagements.c.state == state)
    if organisation is not None:
        wanted = wanted.where(engagements.c.organisation == organisation)
    return session.execute(wanted.order_by(engagements.c.objections_until, engagements.c.engagement)).all()


def standing(session: Connection, organisation: str | None, late: str) -> dict[str, int]:
    """How many engagements stand in each state; `lapsed`: announced still, though the window was over by `late`."""
    mine = select(engagements.c.state, engagements.c.objections_until)
    if organisation is not None:
        mine = mine.where(engagements.c.organisation == organisation)
    found = dict.fromkeys(("announced", "objected", "active", "withdrawn", "lapsed"), 0)
    for row in session.execute(mine):
        found[row.state] += 1
        found["lapsed"] += row.state == "announced" and row.objections_until <= late
    return found


def settled_before(session: Connection, moment: str, limit: int) -> Sequence[Row[Any]]:
    """Objections that were settled by then and still say why."""
    old = engagements.c.reasons.is_not(None) & (engagements.c.settled_at <= moment)
    return session.execute(select(engagements).where(old).order_by(engagements.c.settled_at).limit(limit)).all()


def _said(organisation: str) -> ColumnElement[bool]:
    return (engagements.c.organisation == organisation) & engagements.c.reasons.is_not(None)


def objections(session: Connection, organisation: str) -> list[str]:
    """An organisation's engagements that say why it objected."""
    return list(session.execute(select(engagements.c.engagement).where(_said(organisation))).scalars())


def drop(session: Connection, organisation: str) -> int:
    """Leave that an organisation that left had objected; take out why."""
    return session.execute(update(engagements).where(_said(organisation)).values(reasons=None)).rowcount


def holds(session: Connection, organisation: str) -> int:
    return len(objections(session, organisation))
