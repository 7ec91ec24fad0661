"""Which certificates are owed, and in which event each moment of an erasure was last stated."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Index,
    MetaData,
    Row,
    SmallInteger,
    String,
    Table,
    insert,
    select,
    true,
    update,
)

from services.contracts.facts import PERSON
from services.contracts.retention import CertificateIssued, CopiesUnreadable, ErasureCertified, ErasureOrdered
from services.kernel.envelope import Recorded

tables = MetaData()
certificates = Table(
    "certificates",
    tables,
    Column("erasure", String(36), primary_key=True),
    Column("organisation", String(36), nullable=False),
    Column("stage", SmallInteger, nullable=False),
    Column("owed", Boolean, nullable=False),
    Column("erased_in", String(36)),
    Column("unreadable_in", String(36)),
)
"""`stage`: 0 ordered, 1 certified, 2 unreadable in copies; `owed`: that stage is not stated. `…_in` are event ids."""
_ORDERED = insert(certificates)
OWED = Index(
    "certificates_owed",
    certificates.c.erasure,
    sqlite_where=certificates.c.owed.is_(True),
    postgresql_where=certificates.c.owed.is_(True),
)


def project(session: Connection, record: Recorded) -> None:
    match record.event:
        # Nobody holds the id of a session's erasure, and there are many: nothing is issued for them.
        case ErasureOrdered() as event if not event.scope.startswith("session/"):
            session.execute(_ORDERED, _row(event))
        case ErasureCertified(erasure=erasure):
            _set(session, erasure, stage=1, owed=True)
        case CopiesUnreadable(erasure=erasure):
            _set(session, erasure, stage=2, owed=True)
        case CertificateIssued() as event if event.unreadable_in_copies_at is None:
            # What became true while this was on its way is still owed.
            _set(session, event.erasure, erased_in=record.envelope.id, owed=certificates.c.stage > 1)
        case CertificateIssued(erasure=erasure):
            _set(session, erasure, unreadable_in=record.envelope.id, owed=False)


def project_all(session: Connection, records: Sequence[Recorded]) -> None:
    """A sweep's batch of orders in one trip."""
    orders = []
    for record in records:
        if isinstance(event := record.event, ErasureOrdered) and event.scope == PERSON:
            orders.append(event)
        else:
            project(session, record)
    if orders:
        session.execute(_ORDERED, [_row(event) for event in orders])


def _row(event: ErasureOrdered) -> dict[str, object]:
    return {"erasure": event.erasure, "organisation": event.organisation, "stage": 0, "owed": False}


def _set(session: Connection, erasure: str, **values: object) -> None:
    session.execute(update(certificates).where(certificates.c.erasure == erasure).values(**values))


def owed(session: Connection, limit: int) -> Sequence[Row]:  # type: ignore[type-arg]
    """Certificates that state less than is true by now."""
    mine = select(certificates).where(certificates.c.owed.is_(true()))
    return session.execute(mine.order_by(certificates.c.erasure).limit(limit)).all()


def issued(session: Connection, erasure: str) -> Sequence[str]:
    """The events that state it, the one that says most first; maybe none."""
    mine = select(certificates.c.unreadable_in, certificates.c.erased_in).where(certificates.c.erasure == erasure)
    found = session.execute(mine).first()
    return [event for event in found if event] if found else []
