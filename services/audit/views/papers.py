"""What is too big for an event of a case lies beside it, sealed: originals and a package under the case's key, and
under a key of its own the copy of people's data, which goes before the rest does."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from sqlalchemy import (
    Column,
    Connection,
    Index,
    MetaData,
    String,
    Table,
    Text,
    delete,
    insert,
    select,
)

from services.audit.views.disclosure_rows import disclosures

tables = MetaData()
papers = Table(
    "papers",
    tables,
    Column("case_id", String(36), primary_key=True),
    Column("kind", String(20), primary_key=True),
    Column("sealed", Text, nullable=False),
    Index("papers_of_kind", "kind", "case_id"),
)
"""`sealed` holds base64 of the bytes, under the keyring's seal; an event of the case says their SHA-256."""


class Kind(StrEnum):
    ORIGINAL = "original"
    WRITTEN_FORM = "written_form"
    COPY = "copy"
    PACKAGE = "package"


def owner_of(case: str, kind: Kind) -> str:
    """Whose key seals a paper of this kind."""
    return f"copy/{case}" if kind is Kind.COPY else f"disclosure/{case}"


def put(session: Connection, case: str, kind: Kind, sealed: str) -> None:
    session.execute(insert(papers).values(case_id=case, kind=kind.value, sealed=sealed))


def get(session: Connection, case: str, kind: Kind) -> str | None:
    mine = (papers.c.case_id == case) & (papers.c.kind == kind.value)
    found: str | None = session.execute(select(papers.c.sealed).where(mine)).scalar()
    return found


def drop(session: Connection, case: str, kind: Kind | None = None) -> int:
    """One kind of them, or all."""
    mine = papers.c.case_id == case
    if kind is not None:
        mine &= papers.c.kind == kind.value
    return session.execute(delete(papers).where(mine)).rowcount


def over(session: Connection, now: str, limit: int) -> Sequence[str]:
    """The cases whose copy is still there though nothing is made of it any more.

    Handed over, or rejected; or closed without either, as after an order to preserve, and the term that it was kept for
    has ended by `now`.
    """
    ended = disclosures.c.handed_over_at.is_not(None) | disclosures.c.rejected.is_not(None)
    ended |= disclosures.c.closed_at.is_not(None) & (disclosures.c.held_until <= now)
    found = select(papers.c.case_id).join(disclosures, disclosures.c.disclosure == papers.c.case_id)
    return session.execute(found.where(papers.c.kind == Kind.COPY.value, ended).limit(limit)).scalars().all()
