"""Which answers were prepared for whom, and what became of each; what is in them does not stand here (P15)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import (
    Column,
    Connection,
    Index,
    Integer,
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

from services.contracts.facts import PERSON
from services.contracts.retention import (
    DeliveryCodeRefused,
    DeliveryCollected,
    DeliveryExpired,
    DeliveryPrepared,
    DeliveryVoided,
    ErasureCompleted,
)
from services.kernel.codec import instant
from services.kernel.envelope import Recorded

tables = MetaData()
deliveries = Table(
    "deliveries",
    tables,
    Column("delivery", String(36), primary_key=True),
    Column("request", String(36), nullable=False, index=True),
    Column("organisation", String(36), nullable=False, index=True),
    Column("account", String(36), index=True),
    Column("right", String(20), nullable=False),
    Column("state", String(12), nullable=False),
    Column("why", String(20)),
    Column("token_digest", String(64), unique=True),
    Column("code", Text),
    Column("size", Integer, nullable=False),
    Column("rule", String(80), nullable=False),
    Column("prepared_at", String(32), nullable=False),
    Column("expires_at", String(32), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("wait_until", String(32)),
    Column("ended_at", String(32)),
    Index("deliveries_by_end", "state", "expires_at"),
)
"""`state`: prepared, collected, void or expired; `erased` where the person's erasure came first."""
PREPARED = "prepared"
ERASED = "erased"


def project(session: Connection, record: Recorded) -> None:
    match record.event:
        case DeliveryPrepared() as event:
            session.execute(
                insert(deliveries).values(
                    delivery=event.delivery,
                    request=event.request,
                    organisation=event.organisation,
                    account=event.account,
                    right=event.right.value,
                    state=PREPARED,
                    token_digest=event.token_digest,
                    code=record.sealed.get("code"),
                    size=event.size,
                    rule=event.rule,
                    prepared_at=instant(event.at),
                    expires_at=instant(event.expires_at),
                    tries=0,
                )
            )
        case DeliveryCodeRefused() as event:
            _set(session, event.delivery, tries=event.tries, wait_until=instant(event.wait_until))
        case DeliveryCollected() as event:
            _set(session, event.delivery, state="collected", ended_at=instant(event.at), code=None)
        case DeliveryVoided() as event:
            ended = instant(event.at)
            _set(session, event.delivery, state="void", why=event.why.value, ended_at=ended, code=None)
        case DeliveryExpired() as event:
            _set(session, event.delivery, state="expired", ended_at=instant(event.at), code=None)
        case ErasureCompleted() as event if event.scope == PERSON:
            drop(session, event.account)


def _set(session: Connection, delivery: str, **values: object) -> None:
    session.execute(update(deliveries).where(deliveries.c.delivery == delivery).values(**values))


WITHOUT_THEM = {"account": None, "code": None, "token_digest": None}


def drop(session: Connection, account: str) -> int:
    """Leave that there was an answer and what became of it; take out whose, and by what it could be found."""
    mine = deliveries.c.account == account
    session.execute(update(deliveries).where(mine, deliveries.c.state == PREPARED).values(state=ERASED))
    return session.execute(update(deliveries).where(mine).values(WITHOUT_THEM)).rowcount


def counted(session: Connection, account: str) -> int:
    mine = select(func.count()).select_from(deliveries).where(deliveries.c.account == account)
    return session.execute(mine).scalar_one()


def of_account(session: Connection, account: str) -> Sequence[Row]:  # type: ignore[type-arg]
    """Every answer prepared for a person, the newest first."""
    mine = select(deliveries).where(deliveries.c.account == account)
    return session.execute(mine.order_by(deliveries.c.delivery.desc())).all()


def of_request(session: Connection, organisation: str, request: str, before: str | None, limit: int) -> Sequence[Row]:  # type: ignore[type-arg]
    """Answers to a data request, the newest first, from the one after `before`."""
    mine = (deliveries.c.request == request) & (deliveries.c.organisation == organisation)
    if before is not None:
        mine &= deliveries.c.delivery < before
    return session.execute(select(deliveries).where(mine).order_by(deliveries.c.delivery.desc()).limit(limit)).all()


def waiting(session: Connection, organisation: str, request: str) -> Sequence[Row]:  # type: ignore[type-arg]
    """Answers to a data request that wait to be collected."""
    mine = (deliveries.c.request == request) & (deliveries.c.organisation == organisation)
    return session.execute(select(deliveries).where(mine, deliveries.c.state == PREPARED)).all()


def by_token(session: Connection, digest: str) -> Row | None:  # type: ignore[type-arg]
    """Which answer somebody's link leads to; it is of 256 random bits, and names its organisation by that."""
    return session.execute(select(deliveries).where(deliveries.c.token_digest == digest)).first()


def over_by(session: Connection, now: datetime, limit: int) -> Sequence[Row]:  # type: ignore[type-arg]
    """What waits to be collected, and whose term is over, in whatever organisation."""
    over = (deliveries.c.state == PREPARED) & (deliveries.c.expires_at <= instant(now))
    return session.execute(select(deliveries).where(over).order_by(deliveries.c.expires_at).limit(limit)).all()
