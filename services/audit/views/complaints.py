"""The register of complaints: whose, when, and what they came to; what they say stays with the events, sealed (P16)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Boolean, Column, Connection, Index, MetaData, String, Table, insert, select, text, update

from services.contracts.audit import ComplaintAnswered, ComplaintRegistered, ComplaintTextErased
from services.kernel.codec import instant
from services.kernel.envelope import Recorded
from services.kernel.store import sums

tables = MetaData()
WAITS = text("answered_at IS NULL AND erased_at IS NULL")
"""The indexes are found by these very words."""
complaints = Table(
    "complaints",
    tables,
    Column("complaint", String(36), primary_key=True),
    Column("complainant", String(36), index=True),
    Column("organisation", String(36), nullable=False),
    Column("known", Boolean, nullable=False),
    Column("channel", String(20), nullable=False),
    Column("received_at", String(32), nullable=False),
    Column("due", String(32)),
    Column("rule", String(60)),
    Column("outcome", String(20)),
    Column("answered_at", String(32)),
    Column("erased_at", String(32)),
    Index("complaints_by_organisation", "organisation", "complaint"),
    Index("complaints_unanswered", "received_at", "complaint", sqlite_where=WAITS, postgresql_where=WAITS),
    Index("complaints_unanswered_of", "organisation", sqlite_where=WAITS, postgresql_where=WAITS),
)
"""`complainant` is a pseudonym, and empty once the words are erased; `due` and `rule` are so in what an earlier version
took in."""
kept = sums.sums("complaint_sums", tables, "registered")
"""By the day on which they were received."""


def project(session: Connection, record: Recorded) -> None:
    match record.event:
        case ComplaintRegistered() as event:
            session.execute(
                insert(complaints).values(
                    complaint=event.complaint,
                    complainant=event.complainant,
                    organisation=event.organisation,
                    known=event.known,
                    channel=event.channel.value,
                    received_at=instant(event.received_at),
                    due=instant(event.due) if event.due else None,
                    rule=event.rule,
                )
            )
            sums.add(session, kept, event.organisation, instant(event.received_at), {"registered": 1})
        case ComplaintAnswered() as event:
            mine = complaints.c.complaint == event.complaint
            said = {"outcome": event.outcome.value, "answered_at": instant(event.at)}
            session.execute(update(complaints).where(mine).values(said))
        case ComplaintTextErased() as event:
            mine = complaints.c.complaint == event.complaint
            gone = {"complainant": None, "erased_at": instant(event.at)}
            session.execute(update(complaints).where(mine).values(gone))


def by_id(session: Connection, organisation: str | None, complaint: str) -> Any | None:
    """One complaint in reach; of any organisation (None) for who looks after all of them."""
    found = select(complaints).where(complaints.c.complaint == complaint)
    if organisation is not None:
        found = found.where(complaints.c.organisation == organisation)
    return session.execute(found).first()


def after(session: Connection, organisation: str | None, complaint: str, limit: int) -> Sequence[Any]:
    """A page of the register, by id, those after `complaint`."""
    found = select(complaints).where(complaints.c.complaint > complaint)
    if organisation is not None:
        found = found.where(complaints.c.organisation == organisation)
    return session.execute(found.order_by(complaints.c.complaint).limit(limit)).all()


def of_person(session: Connection, person: str, complaint: str = "", limit: int | None = None) -> Sequence[Any]:
    """A person's own complaints that still say something, by id, those after `complaint`."""
    mine = (complaints.c.complainant == person) & (complaints.c.complaint > complaint)
    return session.execute(select(complaints).where(mine).order_by(complaints.c.complaint).limit(limit)).all()


def of_organisation(session: Connection, organisation: str, excepted: Sequence[str]) -> list[str]:
    """An organisation's complaints that still say something, but for those of the people excepted."""
    mine = (complaints.c.organisation == organisation) & complaints.c.complainant.is_not(None)
    rows = session.execute(select(complaints.c.complaint, complaints.c.complainant).where(mine))
    return sorted(row.complaint for row in rows if row.complainant not in set(excepted))


def unanswered(session: Connection, organisation: str | None) -> Sequence[Any]:
    """Those that still say something and have no answer, the oldest first."""
    mine = select(complaints).where(WAITS)
    if organisation is not None:
        mine = mine.where(complaints.c.organisation == organisation)
    return session.execute(mine.order_by(complaints.c.received_at, complaints.c.complaint)).all()


def registered(session: Connection, organisation: str | None) -> int:
    """How many complaints there ever were, of one organisation or of all."""
    return sums.total(session, kept, organisation, None, None)["registered"]
