"""The versions of the statement that compliance posted, whole: no release has them in a file (P14)."""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import Column, Connection, Integer, MetaData, String, Table, Text, insert, select

from services.contracts.org import StatementParticularsWritten, StatementTextWritten
from services.kernel.envelope import Recorded

tables = MetaData()
particulars = Table(
    "statement_particulars",
    tables,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("said", Text, nullable=False),
)
texts = Table(
    "statement_texts",
    tables,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("lang", String(2), primary_key=True),
    Column("text", Text, nullable=False),
)
"""`said` is JSON: the fields of StatementParticularsWritten."""


def project(session: Connection, record: Recorded) -> None:
    match record.event:
        case StatementParticularsWritten() as event:
            said = {
                "lists": event.lists,
                "additions": event.additions,
                "changes": event.changes,
                "authority": event.authority,
                "promised": event.promised,
            }
            whole = orjson.dumps(said).decode()
            session.execute(insert(particulars).values(version=event.statement_version, said=whole))
        case StatementTextWritten() as event:
            one = {"version": event.statement_version, "lang": event.lang, "text": event.text}
            session.execute(insert(texts).values(one))


def posted(session: Connection) -> frozenset[int]:
    """The numbers of the versions that were posted."""
    return frozenset(session.execute(select(particulars.c.version)).scalars())


def of_version(session: Connection, version: int) -> tuple[dict[str, Any], dict[str, str]] | None:
    """The particulars and the texts by language; None where that version was not posted."""
    said = session.execute(select(particulars.c.said).where(particulars.c.version == version)).scalar()
    if said is None:
        return None
    rows = session.execute(select(texts.c.lang, texts.c.text).where(texts.c.version == version))
    return orjson.loads(said), {row.lang: row.text for row in rows}
