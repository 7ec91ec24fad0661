"""What is too big for an event of a case lies beside it, sealed under the case's key: originals, a copy, a package."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import Column, Connection, MetaData, String, Table, Text, delete, insert, select

tables = MetaData()
papers = Table(
    "papers",
    tables,
    Column("case_id", String(36), primary_key=True),
    Column("kind", String(20), primary_key=True),
    Column("sealed", Text, nullable=False),
)
"""`sealed` holds base64 of the bytes, under the keyring's seal; an event of the case says their SHA-256."""


class Kind(StrEnum):
    ORIGINAL = "original"
    WRITTEN_FORM = "written_form"
    COPY = "copy"
    PACKAGE = "package"


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
