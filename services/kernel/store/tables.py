"""The tables that every service has beside its views: events, what it answered, where it stands in the log."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from services.kernel.context import LONGEST_KEY

tables = MetaData()
Position = BigInteger().with_variant(Integer, "sqlite")
events = Table(
    "events",
    tables,
    Column("position", Position, primary_key=True, autoincrement=True),
    Column("id", String(36), nullable=False, unique=True),
    Column("stream", String(120), nullable=False),
    Column("version", Integer, nullable=False),
    Column("type", String(120), nullable=False),
    Column("line", LargeBinary, nullable=False),
    Column("sequence", BigInteger, unique=True),
    UniqueConstraint("stream", "version", name="one_event_per_version"),
)
Index(
    "events_without_number",
    events.c.position,
    sqlite_where=events.c.sequence.is_(None),
    postgresql_where=events.c.sequence.is_(None),
)
erased = Table("erased", tables, Column("owner", String(120), primary_key=True))
answers = Table(
    "answers",
    tables,
    Column("key", String(LONGEST_KEY), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("actor", String(120), nullable=False),
    Column("answer", Text, nullable=False),
    Column("until", String(32), nullable=False),
)
"""Idempotency keys with the ids they were answered with; never a personal value."""
cursors = Table(
    "cursors",
    tables,
    Column("name", String(60), primary_key=True),
    Column("after", BigInteger, nullable=False),
)
FETCHING, REBUILDING = "store-fetching", "store-rebuilding"
"""Rows of `cursors` that stand while a store comes back: the last number it had given; how far its views were made."""
parked = Table(
    "parked",
    tables,
    Column("feed", String(60), primary_key=True),
    Column("idx", BigInteger, primary_key=True, autoincrement=False),
    Column("stream", String(120), nullable=False, index=True),
    Column("type", String(120), nullable=False),
    Column("error", String(200), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("at", String(32), nullable=False),
)
"""Log entries that this service could not follow, and those of the same stream that wait behind them."""
relay_state = Table(
    "relay_state",
    tables,
    Column("name", String(20), primary_key=True),
    Column("term", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
    Column("integrated", BigInteger, nullable=False),
)
"""One row: whose turn it is to number, the last number given, and up to which number the log has all of them."""
