"""How far each erasure is, and which entries of the log say so."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

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
    delete,
    func,
    insert,
    select,
    text,
    tuple_,
    update,
)

from services.contracts.facts import PERSON
from services.contracts.retention import (
    CopiesUnreadable,
    ErasureBraked,
    ErasureCancelled,
    ErasureCertified,
    ErasureCompleted,
    ErasureConfirmed,
    ErasureHeld,
    ErasureOrdered,
    ErasureReleased,
    ErasureRescheduled,
    ErasureScheduled,
    ErasureStalled,
)
from services.kernel.codec import instant
from services.kernel.envelope import Recorded

tables = MetaData()
NO_SESSION = text("scope < 'session/'")
"""Every other scope sorts before it; the indexes are found by these very words."""
FIRST, LAST = (-1, ""), (2**62, "~")
"""Before and behind every erasure: a page that begins at a place is found by the index in its order."""
LISTED: dict[str, Any] = {"sqlite_where": NO_SESSION, "postgresql_where": NO_SESSION}
erasures = Table(
    "erasures",
    tables,
    Column("erasure", String(36), primary_key=True),
    Column("organisation", String(36), nullable=False),
    Column("account", String(36), index=True),
    Column("scope", String(60), nullable=False),
    Column("state", String(12), nullable=False),
    Column("rule", String(80), nullable=False),
    Column("due", String(32), nullable=False),
    Column("free_at", String(32)),
    Column("brake", String(30)),
    Column("brake_until", String(32)),
    Column("released_at", String(32)),
    Column("suspended_at", String(32)),
    Column("cancelled_at", String(32)),
    Column("asked_in", BigInteger, nullable=False, index=True),
    Column("asked_event", String(36), nullable=False),
    Column("asked_source", String(20), nullable=False),
    Column("asked_at", String(32), nullable=False),
    Column("ordered_at", String(32)),
    Column("certified_at", String(32)),
    Column("unreadable_at", String(32)),
    Column("correlation", String(36), nullable=False),
    Column("scheduled_by", String(36), nullable=False),
    Index("erasures_by_due", "state", "free_at"),
    Index("erasures_by_suspension", "state", "suspended_at", "free_at"),
    Index("erasures_by_order", "organisation", "scope", "ordered_at"),
    Index("erasures_by_scope", "scope", "asked_in"),
    Index("erasures_by_copies", "state", "unreadable_at", "asked_in"),
    Index("erasures_by_organisation", "organisation", "scope", "asked_in"),
    Index("erasures_listed", "asked_in", "erasure", **LISTED),
    Index("erasures_listed_of", "organisation", "asked_in", "erasure", **LISTED),
)
"""`account` is the pseudonym, until retention has erased what it holds itself; `asked_in` is a log index.

`state`: `scheduled`, `held` while a hold is on it (views/holds.py), `cancelled`, `ordered`, `certified`.
`free_at` is when nothing but a hold keeps it any more: its due date, or a later end of its `brake`; None waits for an
officer.
`suspended_at`: when it was found due, and held.
"""
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
_WITH_THEM = delete(erasures).where(
    erasures.c.account == bindparam("whose"),
    erasures.c.scope != PERSON,
    (erasures.c.state == "scheduled") | (erasures.c.state == "held"),
)


def project(session: Connection, record: Recorded) -> None:
    match record.event:
        case ErasureScheduled() as event:
            row = {
                "erasure": event.erasure,
                "organisation": event.organisation,
                "account": event.account or None,
                "scope": event.scope,
                "state": "scheduled",
                "rule": event.rule,
                "due": instant(event.due),
                "free_at": instant(event.due),
                "asked_in": event.asked_in,
                "asked_event": event.asked_event,
                "asked_source": event.asked_source,
                "asked_at": instant(event.asked_at),
                "correlation": record.envelope.correlationid,
                "scheduled_by": record.envelope.id,
            }
            session.execute(_SCHEDULED, row)
        case ErasureRescheduled() as event:
            _set(session, event.erasure, rule=event.rule, due=instant(event.due))
            _free(session, event.erasure)
        case ErasureCancelled() as event:
            _set(session, event.erasure, state="cancelled", free_at=None, cancelled_at=instant(event.at))
        case ErasureHeld() as event:
            _set(session, event.erasure, suspended_at=instant(event.at))
        case ErasureBraked() as event:
            until = instant(event.until) if event.until else None
            _set(session, event.erasure, brake=event.why.value, brake_until=until)
            _free(session, event.erasure)
        case ErasureReleased() as event:
            _set(session, event.erasure, brake=None, brake_until=None, released_at=instant(event.at))
            _free(session, event.erasure)
        case ErasureOrdered() as event:
            if event.scope == PERSON:
                _with_the_person(session, event.account)
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
        case ErasureCompleted() as event if event.scope == PERSON:
            drop(session, event.account)


def project_all(session: Connection, records: Sequence[Recorded]) -> None:
    """Most of a sweep's batch are orders for people: those in one trip for each kind of row, not in three for each.

    Never past another event: what is ordered on its own beside the person goes with them or not by who was first.
    """
    orders: list[ErasureOrdered] = []
    for record in records:
        if isinstance(event := record.event, ErasureOrdered) and event.scope == PERSON:
            orders.append(event)
        else:
            _ordered_all(session, orders)
            orders = []
            project(session, record)
    _ordered_all(session, orders)


def _ordered_all(session: Connection, orders: Sequence[ErasureOrdered]) -> None:
    if not orders:
        return
    session.execute(_WITH_THEM, [{"whose": event.account} for event in orders])
    done = [{"which": event.erasure, "state": "ordered", "ordered_at": instant(event.at)} for event in orders]
    session.execute(_setting(("state", "ordered_at")), done)
    shares = [(event.erasure, name) for event in orders for name in event.services]
    session.execute(_ORDERED, [{"erasure": one, "service": name, "state": "ordered"} for one, name in shares])


def _free(session: Connection, erasure: str) -> None:
    """When its brake and its due date leave it free."""
    mine = erasures.c.erasure == erasure
    row = session.execute(select(erasures.c.due, erasures.c.brake, erasures.c.brake_until).where(mine)).first()
    if row is not None:
        free = row.due if row.brake is None else row.brake_until and max(row.due, row.brake_until)
        _set(session, erasure, free_at=free)


def _with_the_person(session: Connection, account: str) -> None:
    """What was to go on its own later goes now, with the person."""
    session.execute(_WITH_THEM, {"whose": account})


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


def counted(session: Connection, account: str) -> int:
    mine = select(func.count()).select_from(erasures).where(erasures.c.account == account)
    return session.execute(mine).scalar_one()


def by_id(session: Connection, organisation: str | None, erasure: str) -> Row | None:  # type: ignore[type-arg]
    """None as `organisation` is the whole house: only who looks after all of it may ask so."""
    mine = erasures.c.erasure == erasure
    if organisation is not None:
        mine &= erasures.c.organisation == organisation
    return session.execute(select(erasures).where(mine)).first()


def page_of(session: Connection, organisation: str, since: tuple[int, str] | None, limit: int) -> Sequence[Row]:  # type: ignore[type-arg]
    """Whoever asked for them and however far they are, in the order of the entries that ask; from `since` on."""
    order = erasures.c.asked_in, erasures.c.erasure
    chosen = select(erasures).where(NO_SESSION, erasures.c.organisation == organisation)
    chosen = chosen.where(tuple_(*order) >= (since or FIRST))
    return session.execute(chosen.order_by(*order).limit(limit)).all()


def newest(session: Connection, organisation: str | None, before: tuple[int, str] | None, limit: int) -> Sequence[Row]:  # type: ignore[type-arg]
    """All but those of sessions, by the entries that ask for them, the newest first; `before` is the last one seen."""
    order = erasures.c.asked_in, erasures.c.erasure
    chosen = select(erasures).where(NO_SESSION).order_by(*(column.desc() for column in order)).limit(limit)
    if organisation is not None:
        chosen = chosen.where(erasures.c.organisation == organisation)
    if before is not None or organisation is not None:
        chosen = chosen.where(tuple_(*order) < (before or LAST))
    return session.execute(chosen).all()


def parts_of(session: Connection, chosen: Sequence[str]) -> dict[str, list[Row]]:  # type: ignore[type-arg]
    """Each service's share, by erasure."""
    found: dict[str, list[Row]] = {erasure: [] for erasure in chosen}  # type: ignore[type-arg]
    for row in session.execute(select(parts).where(parts.c.erasure.in_(chosen)).order_by(parts.c.service)):
        found[row.erasure].append(row)
    return found
