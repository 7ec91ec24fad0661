"""The tables of the rivals: an event and what follows from it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, LargeBinary, MetaData, String, Table, Text

tables = MetaData()
events = Table(
    "events",
    tables,
    Column("position", BigInteger, primary_key=True, autoincrement=True),
    Column("id", String(36), nullable=False, unique=True),
    Column("stream", String(120), nullable=False, index=True),
    Column("line", LargeBinary, nullable=False),
)
changes = Table(
    "changes",
    tables,
    Column("id", String(36), primary_key=True),
    Column("person", String(120), nullable=False, index=True),
    Column("infix", Text),
    Column("at", String(40), nullable=False),
)
people = Table(
    "people",
    tables,
    Column("id", String(36), primary_key=True),
    Column("organisation", String(36), nullable=False),
    Column("email", Text),
    Column("first_name", Text),
    Column("infix", Text),
    Column("last_name", Text),
)
tokens = Table(
    "tokens",
    tables,
    Column("digest", String(64), primary_key=True),
    Column("person", String(36), nullable=False),
    Column("expires_at", String(40), nullable=False),
)
