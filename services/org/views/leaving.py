"""What each organisation that leaves has chosen, what it took along, and whether its erasure is ordered (P06)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Column, Connection, Integer, MetaData, Row, String, Table, delete, insert, select, update

from services.contracts.org import ExportDelivered, LeavingCancelled, LeavingChosen, LeavingOrdered
from services.kernel.codec import instant
from services.kernel.envelope import Recorded
from services.org.views.agreements import BOTH, ENDING, agreements

tables = MetaData()
leaving = Table(
    "leaving",
    tables,
    Column("organisation", String(36), primary_key=True),
    Column("state", String(12), nullable=False),
    Column("agreement", String(36), nullable=False),
    Column("choice", String(12), nullable=False),
    Column("chosen_at", String(32), nullable=False),
    Column("ends_on", String(10), nullable=False),
    Column("erasure", String(36), nullable=False),
    Column("exported_at", String(32)),
    Column("manifest_sha256", String(64)),
    Column("files", Integer),
    Column("people", Integer),
)
"""`state`: `chosen`, or `ordered` once nothing is taken back. The export is the newest of what stands chosen."""


def project(session: Connection, record: Recorded) -> None:
    match record.event:
        case LeavingChosen() as event:
            session.execute(
                insert(leaving).values(
                    organisation=event.organisation,
                    state="chosen",
                    agreement=event.agreement,
                    choice=event.choice.value,
                    chosen_at=instant(event.at),
                    ends_on=event.ends_on.isoformat(),
                    erasure=event.erasure,
                )
            )
        case LeavingCancelled() as event:
            session.execute(delete(leaving).where(leaving.c.organisation == event.organisation))
        case ExportDelivered() as event:
            taken = {"manifest_sha256": event.manifest_sha256, "files": event.files, "people": event.people}
            _set(session, event.organisation, exported_at=instant(event.at), **taken)
        case LeavingOrdered() as event:
            _set(session, event.organisation, state="ordered")


def _set(session: Connection, organisation: str, **values: Any) -> None:
    session.execute(update(leaving).where(leaving.c.organisation == organisation).values(**values))


def of(session: Connection, organisation: str) -> Row[Any] | None:
    """What this organisation has chosen, None while it stays."""
    return session.execute(select(leaving).where(leaving.c.organisation == organisation)).first()


def undecided(session: Connection, organisation: str | None, today: date) -> Sequence[Row[Any]]:
    """The newest agreement of each organisation, of one or of all, that is ended or about to be and after which nobody
    has chosen yet whether everything is returned or deleted (AVG 28(3)(g)); what ends first before the rest.
    """
    later = agreements.alias()
    newer = select(later.c.agreement).where(
        later.c.organisation == agreements.c.organisation,
        later.c.version > agreements.c.version,
        later.c.signatures == BOTH,
    )
    over = agreements.c.terminated.is_(True) | (agreements.c.ends_on < today.isoformat())
    chosen = select(leaving.c.organisation).where(leaving.c.organisation == agreements.c.organisation)
    found = select(agreements).where(ENDING, over, ~newer.exists(), ~chosen.exists())
    if organisation is not None:
        found = found.where(agreements.c.organisation == organisation)
    return session.execute(found.order_by(agreements.c.ends_on, agreements.c.organisation)).all()
