"""Which measures of security were checked, when, and what came of it (P09)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Index, Integer, MetaData, String, Table, insert, select, tuple_

from services.contracts.audit import CheckKind, SecurityCheckRecorded
from services.kernel.codec import instant
from services.kernel.envelope import Recorded

tables = MetaData()
checks = Table(
    "security_checks",
    tables,
    Column("check_id", String(36), primary_key=True),
    Column("kind", String(30), nullable=False),
    Column("outcome", String(12), nullable=False),
    Column("findings", Integer, nullable=False),
    Column("evidence_sha256", String(64), nullable=False),
    Column("performed_at", String(32), nullable=False),
    Column("recorded_at", String(32), nullable=False),
    Index("checks_by_performance", "performed_at", "check_id"),
    Index("checks_by_kind", "kind", "performed_at", "check_id"),
)


def project(session: Connection, record: Recorded) -> None:
    match record.event:
        case SecurityCheckRecorded() as event:
            session.execute(
                insert(checks).values(
                    check_id=event.check,
                    kind=event.check_kind.value,
                    outcome=event.outcome.value,
                    findings=event.findings,
                    evidence_sha256=event.evidence_sha256,
                    performed_at=instant(event.performed_at),
                    recorded_at=instant(event.at),
                )
            )


def before(session: Connection, place: tuple[str, str] | None, limit: int) -> Sequence[Any]:
    """A page, the newest first; `place` is the moment and the id of the last one of the page before."""
    found = select(checks)
    if place is not None:
        found = found.where(tuple_(checks.c.performed_at, checks.c.check_id) < place)
    return session.execute(found.order_by(checks.c.performed_at.desc(), checks.c.check_id.desc()).limit(limit)).all()


def newest(session: Connection) -> Mapping[str, Any]:
    """By kind the one that was performed last."""
    found: dict[str, Any] = {}
    for kind in CheckKind:
        mine = select(checks).where(checks.c.kind == kind.value)
        row = session.execute(mine.order_by(checks.c.performed_at.desc(), checks.c.check_id.desc()).limit(1)).first()
        if row is not None:
            found[kind.value] = row
    return found
