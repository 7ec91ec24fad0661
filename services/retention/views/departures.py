"""Who is apart from the erasure of their organisation, having one of their own. Projected after views/requests.py."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    MetaData,
    Select,
    String,
    Table,
    delete,
    func,
    insert,
    select,
    update,
)

from services.contracts.facts import ORGANISATION, PERSON
from services.contracts.retention import ErasureCompleted, ErasureOrdered, HoldScope
from services.kernel.envelope import Recorded
from services.retention.views.cleared import cleared
from services.retention.views.deliveries import ERASED, PREPARED, WITHOUT_THEM as UNDELIVERED, deliveries
from services.retention.views.erasures import erasures
from services.retention.views.exceptions import WITHOUT_THEM as UNEXPLAINED, exceptions
from services.retention.views.holds import holds
from services.retention.views.objections import objections
from services.retention.views.parcels import parcels
from services.retention.views.recipients import recipients
from services.retention.views.requests import WITHOUT_THEM, requests

tables = MetaData()
apart = Table(
    "apart",
    tables,
    Column("account", String(36), primary_key=True),
    Column("organisation", String(36), nullable=False, index=True),
)
"""From their organisation's order until their own erasure is done: they were held, or had asked before."""
WHOLE = (PERSON, ORGANISATION)


def project(session: Connection, record: Recorded) -> None:
    match record.event:
        case ErasureOrdered() as event if event.scope == ORGANISATION:
            excepted = {*(event.excepted or ()), *session.execute(_asked_before(event.organisation)).scalars()}
            rows = [{"account": account, "organisation": event.organisation} for account in sorted(excepted)]
            if rows:
                session.execute(insert(apart), rows)
            # What was to go on its own later goes now, with everything.
            parts = erasures.c.scope.not_in(WHOLE) & erasures.c.state.in_(("scheduled", "held"))
            session.execute(delete(erasures).where(parts, _gone(erasures, event.organisation)))
        case ErasureCompleted() as event if event.scope == ORGANISATION:
            drop(session, event.organisation)
        case ErasureCompleted() as event if event.scope == PERSON:
            session.execute(delete(apart).where(apart.c.account == event.account))


def _asked_before(organisation: str) -> Select[tuple[str]]:
    mine = (erasures.c.organisation == organisation) & (erasures.c.scope == PERSON)
    return select(erasures.c.account).where(mine, erasures.c.account.is_not(None), erasures.c.state != "cancelled")


def _gone(table: Table, organisation: str) -> ColumnElement[bool]:
    """Rows of an organisation's people who go with it."""
    stay = select(apart.c.account).where(apart.c.organisation == organisation)
    return (table.c.organisation == organisation) & table.c.account.is_not(None) & table.c.account.not_in(stay)


def gone(session: Connection, organisation: str, account: str | None) -> bool:
    """Whether the organisation's order has gone out, and with it this person's, or nobody's in particular."""
    mine = (erasures.c.organisation == organisation) & (erasures.c.scope == ORGANISATION)
    mine &= erasures.c.ordered_at.is_not(None)
    if session.execute(select(erasures.c.erasure).where(mine).limit(1)).first() is None:
        return False
    return session.execute(select(apart.c.account).where(apart.c.account == account)).first() is None


def excepted(session: Connection, organisation: str, limit: int) -> Sequence[str]:
    """Of an organisation's people those whom a hold keeps, at most `limit`."""
    held = select(holds.c.account).where(
        holds.c.organisation == organisation,
        holds.c.scope == HoldScope.PERSON.value,
        holds.c.state == "in_force",
        holds.c.account.is_not(None),
    )
    waits = select(erasures.c.account).where(
        erasures.c.organisation == organisation,
        erasures.c.scope == PERSON,
        erasures.c.state == "held",
        erasures.c.account.is_not(None),
    )
    return sorted(session.execute(held.union(waits).limit(limit)).scalars())


def holds_of(session: Connection, organisation: str) -> list[str]:
    """Every hold there was on the organisation, or on somebody who goes with it."""
    stay = select(apart.c.account).where(apart.c.organisation == organisation)
    mine = (holds.c.organisation == organisation) & (holds.c.account.is_(None) | holds.c.account.not_in(stay))
    return list(session.execute(select(holds.c.hold).where(mine)).scalars())


def requests_of(session: Connection, organisation: str) -> list[str]:
    """Every data request of somebody who goes with the organisation."""
    return list(session.execute(select(requests.c.request).where(_gone(requests, organisation))).scalars())


def deliveries_of(session: Connection, organisation: str) -> list[str]:
    """Every answer prepared for somebody who goes with the organisation."""
    return list(session.execute(select(deliveries.c.delivery).where(_gone(deliveries, organisation))).scalars())


def parcels_of(session: Connection, organisation: str) -> list[str]:
    """Of these what still rests here."""
    return list(session.execute(select(parcels.c.delivery).where(_gone(parcels, organisation))).scalars())


def drop(session: Connection, organisation: str) -> int:
    """Leave the proof and take out whom it is about, and what was said."""
    mine, delivered = _gone(requests, organisation), _gone(deliveries, organisation)
    session.execute(update(deliveries).where(delivered, deliveries.c.state == PREPARED).values(state=ERASED))
    session.execute(update(deliveries).where(delivered).values(UNDELIVERED))
    beside = sum(
        session.execute(delete(table).where(_gone(table, organisation))).rowcount
        for table in (objections, recipients, cleared)
    )
    beside += session.execute(update(exceptions).where(_gone(exceptions, organisation)).values(UNEXPLAINED)).rowcount
    return (
        beside
        + session.execute(update(requests).where(mine).values(WITHOUT_THEM)).rowcount
        + sum(
            session.execute(update(table).where(_gone(table, organisation)).values(account=None)).rowcount
            for table in (erasures, holds)
        )
    )


def counted(session: Connection, organisation: str) -> int:
    return sum(
        session.execute(select(func.count()).select_from(table).where(_gone(table, organisation))).scalar_one()
        for table in (erasures, holds, cleared, exceptions, objections, recipients, requests, deliveries)
    )
