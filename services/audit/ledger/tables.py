"""Where the log rests: entries, hash tiles, checkpoints, and what is not yet or will never be an entry."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Engine,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from services.kernel.store.database import is_sqlite

tables = MetaData()
Number = BigInteger().with_variant(Integer, "sqlite")

entries = Table(
    "log_entries",
    tables,
    Column("idx", Number, primary_key=True, autoincrement=False),
    Column("source", Text, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("event_id", Text, nullable=False, unique=True),
    Column("type", Text, nullable=False),
    Column("organisation", Text),
    Column("subject", Text, nullable=False),
    Column("correlation", Text, nullable=False),
    Column("time", Text, nullable=False),
    Column("note", LargeBinary, nullable=False),
    UniqueConstraint("source", "sequence", name="log_one_entry_per_number"),
)
"""0-based, without a gap. `note` is the signed note as it came, and the leaf's data; the rest is copied out of it."""
Index("log_entries_of_organisation", entries.c.organisation, entries.c.idx)
Index("log_entries_of_correlation", entries.c.correlation)
Index("log_entries_of_type", entries.c.type, entries.c.idx)

tiles = Table(
    "log_tiles",
    tables,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("n", Number, primary_key=True, autoincrement=False),
    Column("hashes", LargeBinary, nullable=False),
)
"""C2SP tlog-tiles: up to 256 hashes of 32 bytes a row; a partial tile is the beginning of its row."""

checkpoints = Table(
    "log_checkpoints",
    tables,
    Column("size", Number, primary_key=True, autoincrement=False),
    Column("note", LargeBinary, nullable=False),
)
"""Every checkpoint that was ever signed and stored."""

head = Table(
    "log_head",
    tables,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("size", BigInteger, nullable=False),
    Column("root", LargeBinary, nullable=False),
    Column("note", LargeBinary, nullable=False),
)
"""One row, id 1: the newest checkpoint. Only what lies under it is *integrated*."""

cosignatures = Table(
    "log_cosignatures",
    tables,
    Column("size", Number, primary_key=True, autoincrement=False),
    Column("witness", Text, primary_key=True),
    Column("line", LargeBinary, nullable=False),
    Column("at", String(32), nullable=False),
)
Index("log_cosignatures_of_witness", cosignatures.c.witness, cosignatures.c.size)
"""Verified lines below the checkpoint of a size. `witness` is a verifier key, `line` ends in a newline."""

witnessed = Table(
    "log_witnessed",
    tables,
    Column("policy", String(64), primary_key=True),
    Column("size", Number, primary_key=True, autoincrement=False),
)
"""The checkpoints that enough witnesses cosigned; `policy` is the digest of what was enough."""

sources = Table(
    "log_sources",
    tables,
    Column("source", Text, primary_key=True),
    Column("vkey", Text),
    Column("high_water", BigInteger, nullable=False),
)
"""`vkey` is None until the source's KeyRegistered is an entry; `high_water` is its last number that is an entry."""

keys = Table(
    "log_keys",
    tables,
    Column("source", Text, primary_key=True),
    Column("since", Number, primary_key=True, autoincrement=False),
    Column("vkey", Text, nullable=False),
    Column("idx", Number, nullable=False, unique=True),
)
"""The keys that sources handed over to: from which number on each holds, and the entry that says so."""

recorded = Table(
    "log_recorded",
    tables,
    Column("n", Number, primary_key=True, autoincrement=False),
    Column("at", String(32), nullable=False),
)
"""When each full bundle of 256 entries was full, by the writer's clock; the log's own term counts from here."""

prunings = Table(
    "log_prunings",
    tables,
    Column("idx", Number, primary_key=True, autoincrement=False),
    Column("minimum", Number, nullable=False),
    Column("numbers", Text, nullable=False),
    Column("gone", Boolean, nullable=False),
)
"""Every LogPruned among the entries, what is copied out of it, and whether the bytes that it lets go are gone."""

pending = Table(
    "log_pending",
    tables,
    Column("source", Text, primary_key=True),
    Column("sequence", Number, primary_key=True, autoincrement=False),
    Column("note", LargeBinary, nullable=False),
    Column("at", String(32), nullable=False),
)
"""Verified, but early: a lower number of its source, or the source's registration, is still missing."""

quarantine = Table(
    "log_quarantine",
    tables,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("source", Text),
    Column("reason", String(40), nullable=False),
    Column("digest", String(64), nullable=False, unique=True),
    Column("note", LargeBinary, nullable=False),
    Column("at", String(32), nullable=False),
)
Index("log_quarantine_by_reason", quarantine.c.reason, quarantine.c.source, quarantine.c.at)
"""What came and was refused. `digest` is the SHA-256 of the whole message, `note` its first 65,535 bytes."""


def create(engine: Engine) -> None:
    """Make the tables that are missing; safe from two processes at once."""
    with engine.begin() as session:
        _alone(session)
        tables.create_all(session)


def _alone(session: Connection) -> None:
    if not is_sqlite(session):
        session.execute(text("select pg_advisory_xact_lock(hashtextextended('log/tables', 7))"))
