"""How far each erasure is, and which entries of the log say so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    MetaData,
    Row,
    String,
    Table,
    Update,
    bindparam,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from services.contracts.retention import (
    CopiesUnreadable,
    ErasureCertified,
    ErasureCompleted,
    ErasureConfirmed,
    ErasureOrdered,
    ErasureScheduled,
    ErasureStalled,
)
from services.kernel.codec import instant
from services.kernel.envelope import Recorded
from services.retention.views.retirements import retirements

tables = MetaData()
erasures = Table(
    "erasures",
    tables,
    Column("erasure", String(36), primary_key=True),
    Column("organisation", String(36), nullable=False),
    Column("account", String(36), index=True),
    Column("state", String(12), nullable=False),
    Column("rule", String(80), nullable=False),
    Column("due", String(32), nullable=False),
    Column("asked_in", BigInteger, nullable=False, index=True),
    Column("asked_at", String(32), nullable=False),
    Column("ordered_at", String(32)),
    Column("certified_at", String(32)),
    Column("unreadable_at", String(32)),
    Column("correlation", String(36), nullable=False),
    Column("scheduled_by", String(36), nullable=False),
    Index("erasures_by_due", "state", "due"),
    Index("erasures_by_copies", "state", "unreadable_at", "asked_in"),
    Index("erasures_by_organisation", "organisation", "asked_in"),
)
"""`account` is the pseudonym, until retention has erased what it holds itself; `asked_in` is a log index."""
parts = Table(
    "erasure_parts",
    tables,
    Column("erasure", String(36), primary_key=True),
    Column("service", String(20), primary_key=True),
    Column("state", String(12), nullable=False, index=True),
    Column("entry", BigInteger),
    Column("number", BigInteger),
    Column("retired_in", BigInteger),
)
"""Each service's share in an order: `ordered`, `completed` or `stalled`, and the entries that say so."""
_SCHEDULED, _ORDERED = insert(erasures), insert(parts)


def project(session: Connection, record: Recorded) -> None:
    match record.event:
        case ErasureScheduled() as event:
            row = {
                "erasure": event.erasure,
                "organisation": event.organisation,
                "account": event.account,
                "state": "scheduled",
                "rule": event.rule,
                "due": instant(event.due),
                "asked_in": event.asked_in,
                "asked_at": instant(event.asked_at),
                "correlation": record.envelope.correlationid,
                "scheduled_by": record.envelope.id,
            }
            session.execute(_SCHEDULED, row)
        case ErasureOrdered() as event:
            _set(session, event.erasure, state="ordered", ordered_at=instant(event.at))
            rows = [{"erasure": event.erasure, "service": name, "state": "ordered"} for name in event.services]
            session.execute(_ORDERED, rows)
        case ErasureConfirmed() as event:
            _set_part(session, event.erasure, event.service, state="completed", entry=event.entry, number=event.number)
        case ErasureStalled() as event:
            _set_part(session, event.erasure, event.service, state="stalled", entry=event.entry)
        case ErasureCertified() as event:
            _set(session, event.erasure, state="certified", certified_at=instant(event.at))
        case CopiesUnreadable() as event:
            _set(session, event.erasure, unreadable_at=instant(event.at))
            for service, entry in event.entries.items():
                _set_part(session, event.erasure, service, retired_in=entry)
        case ErasureCompleted() as event:
            drop(session, event.account)


def _set(session: Connection, erasure: str, **values: object) -> None:
    session.execute(_setting(tuple(values)), {**values, "which": erasure})


def _set_part(session: Connection, erasure: str, service: str, **values: object) -> None:
    session.execute(_setting_part(tuple(values)), {**values, "which": erasure, "whose": service})


@lru_cache
def _setting(names: tuple[str, ...]) -> Update:
    """Built once: building it costs more than running it."""
    one = update(erasures).where(erasures.c.erasure == bindparam("which"))
    return one.values({name: bindparam(name) for name in names})


@lru_cache
def _setting_part(names: tuple[str, ...]) -> Update:
    one = update(parts).where(parts.c.erasure == bindparam("which"), parts.c.service == bindparam("whose"))
    return one.values({name: bindparam(name) for name in names})


def drop(session: Connection, account: str) -> int:
    """Leave the proof and take out whom it is about."""
    return session.execute(update(erasures).where(erasures.c.account == account).values(account=None)).rowcount


def holds(session: Connection, account: str) -> int:
    mine = select(func.count()).select_from(erasures).where(erasures.c.account == account)
    return session.execute(mine).scalar_one()


def due_before(session: Connection, moment: datetime, limit: int) -> Sequence[Row]:  # type: ignore[type-arg]
    """Due by `moment` and not ordered, the longest due first."""
    mine = (erasures.c.state == "scheduled") & (erasures.c.due <= instant(moment))
    return session.execute(select(erasures).where(mine).order_by(erasures.c.due).limit(limit)).all()


def overdue(session: Connection, moment: datetime) -> int:
    """How many were due before `moment` and are not ordered."""
    mine = (erasures.c.state == "scheduled") & (erasures.c.due < instant(moment))
    return session.execute(select(func.count()).select_from(erasures).where(mine)).scalar_one()


def stalled(session: Connection) -> int:
    """How many services said that they had not erased everything."""
    mine = select(func.count()).select_from(parts).where(parts.c.state == "stalled")
    return session.execute(mine).scalar_one()


def unreadable(session: Connection, limit: int) -> Sequence[Row]:  # type: ignore[type-arg]
    """Certified, and each service has retired a key epoch after it completed; not yet said so."""
    later = retirements.c.after >= parts.c.number
    readable = exists(
        select(parts.c.erasure)
        .outerjoin(retirements, retirements.c.service == parts.c.service)
        .where(parts.c.erasure == erasures.c.erasure, or_(retirements.c.entry.is_(None), ~later))
    )
    mine = (erasures.c.state == "certified") & erasures.c.unreadable_at.is_(None) & ~readable
    return session.execute(select(erasures).where(mine).order_by(erasures.c.asked_in).limit(limit)).all()


def by_id(session: Connection, organisation: str | None, erasure: str) -> Row | None:  # type: ignore[type-arg]
    """None as `organisation` is the whole house: only who looks after all of it may ask so."""
    mine = erasures.c.erasure == erasure
    if organisation is not None:
        mine &= erasures.c.organisation == organisation
    return session.execute(select(erasures).where(mine)).first()


def newest(session: Connection, organisation: str | None, before: int | None, limit: int) -> Sequence[Row]:  # type: ignore[type-arg]
    """Asked for in entries below `before`, the newest first."""
    chosen = select(erasures).order_by(erasures.c.asked_in.desc()).limit(limit)
    if organisation is not None:
        chosen = chosen.where(erasures.c.organisation == organisation)
    if before is not None:
        chosen = chosen.where(erasures.c.asked_in < before)
    return session.execute(chosen).all()


def parts_of(session: Connection, chosen: Sequence[str]) -> dict[str, list[Row]]:  # type: ignore[type-arg]
    """Each service's share, by erasure."""
    found: dict[str, list[Row]] = {erasure: [] for erasure in chosen}  # type: ignore[type-arg]
    for row in session.execute(select(parts).where(parts.c.erasure.in_(chosen)).order_by(parts.c.service)):
        found[row.erasure].append(row)
    return found
