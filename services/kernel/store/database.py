"""One database a service and one for its keys, SQLite or PostgreSQL behind the same engine."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError, OperationalError, TimeoutError as PoolExhausted
from sqlalchemy.pool import QueuePool

from services.kernel.transaction import guard

READ_ONLY = "25006"
IDLE = 0
"""libpq's PQTRANS_IDLE: no transaction is open. PostgreSQL's driver is loaded where there is a PostgreSQL."""
BUSY_MS = 4000
"""How long one writer waits for another before the answer is "away"; below the 5 seconds a caller waits."""


def open_engine(url: str | None, name: str, directory: Path, *, pool: int = 16) -> Engine:
    """The engine of the database `name`.

    Without `url` it is the SQLite file `<directory>/<name>.sqlite3`; else PostgreSQL's database
    `crisisconnect_<name>` on that server.
    """
    if not url:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        return sqlite(directory / f"{name}.sqlite3", pool=pool)
    return postgres(url, f"crisisconnect_{name}", pool=pool)


def sqlite(path: Path, *, pool: int = 16) -> Engine:
    engine = create_engine(
        f"sqlite:///{path}",
        poolclass=QueuePool,
        pool_size=pool,
        max_overflow=pool,
        connect_args={"check_same_thread": False, "isolation_level": None, "timeout": BUSY_MS / 1000},
    )

    @event.listens_for(engine, "connect")
    def _settings(connection: Any, _record: Any) -> None:
        connection.execute(f"PRAGMA busy_timeout={BUSY_MS}")
        _write_ahead(connection)
        for pragma in ("synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A deferred transaction that turns into a writer late fails at once instead of waiting its turn.
        reading = connection.get_execution_options().get("reading", False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Switch to the write-ahead log; of those who make one file at once, each waits for the others.

    They stand in each other's way, so that SQLite fails at once, whatever its busy timeout.
    """
    until = time.monotonic() + BUSY_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.01)


def _nothing() -> None: ...


before_postgres: Callable[[], None] = _nothing
"""What this process does before it has an engine there: a greened one waits for answers in a way of its own."""


def postgres(url: str, database: str, *, pool: int = 16) -> Engine:
    """An engine whose transactions begin at their first statement that is more than a look.

    At READ COMMITTED a look sees the same inside a transaction and before it, so what only looks, or looks and then
    writes once (ALONE), is spared the trips of BEGIN and COMMIT.
    """
    before_postgres()
    target = make_url(url).set(drivername="postgresql+psycopg", database=database)
    engine = create_engine(
        target,
        pool_size=pool,
        max_overflow=pool,
        pool_timeout=4,
        isolation_level="AUTOCOMMIT",
        connect_args={"connect_timeout": 3, "options": "-c statement_timeout=30000 -c lock_timeout=4000"},
    )

    @event.listens_for(engine, "before_cursor_execute")
    def _begin(_: Connection, cursor: Any, statement: str, _values: Any, context: Any, _many: bool) -> None:
        options = context.execution_options
        # Rows that are streamed come by a cursor of the server's, which lives in a transaction.
        alone = not options.get("yield_per") and (_looks(statement) or options.get("alone"))
        if alone or begun(cursor.connection):
            return
        cursor.connection.execute(BEGIN)

    return engine


BEGIN = "begin"
ALONE: Mapping[str, Any] = {"alone": True}
"""Execution options of a statement, or a connection, whose every statement is a transaction of its own."""


@lru_cache(maxsize=2_000)
def _looks(statement: str) -> bool:
    """Whether a statement may precede its transaction; the BEGIN itself is one that must."""
    words = statement.lstrip().lower()
    if words.startswith("select"):
        return " for update" not in words and "advisory" not in words
    return words.startswith(BEGIN)


def begun(driver: Any) -> bool:
    """Whether the driver has a transaction open, or opens one by itself."""
    return not driver.autocommit or driver.pgconn.transaction_status != IDLE


def ensure(url: str | None, name: str) -> None:
    """Make PostgreSQL's database `crisisconnect_<name>` when it is missing; safe from two processes at once.

    SQLite makes its own file.
    """
    if not url:
        return
    database = f"crisisconnect_{name}"
    server = make_url(url).set(drivername="postgresql+psycopg")
    engine = create_engine(server.set(database=server.database or "postgres"), isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as session:
            # Of two that find it missing, one would fail. Held until the engine is disposed of.
            session.execute(text("select pg_advisory_lock(hashtextextended('databases', 7))"))
            there = session.execute(text("select 1 from pg_database where datname = :name"), {"name": database})
            if there.first() is None:
                # Compared byte by byte: ids need no language, indexes grow faster, and every machine sorts alike.
                plain_text = "template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C'"
                session.exec_driver_sql(f'create database "{database}" {plain_text}')
    finally:
        engine.dispose()


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction, in which nothing waits for another party; commits at the end, rolls back on any error."""
    with engine.begin() as session, guard():
        yield session


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A look; takes no write lock on SQLite, where it is one consistent look.

    On PostgreSQL each statement sees what is committed by then, as it would in a transaction at READ COMMITTED; so
    none is opened, and a question is one trip instead of three.
    """
    with engine.connect().execution_options(reading=True, **ALONE) as session, guard():
        yield session


def scrub(engine: Engine) -> bool:
    """Leave nothing in SQLite's write-ahead log of what was deleted; False when a reader stood in the way.

    Deleted rows are overwritten in the file itself, but the log goes on holding the pages they stood on. On
    PostgreSQL it does nothing: what a deleted row leaves there ends with the epoch of its key.
    """
    if not is_sqlite(engine):
        return True
    connection = engine.raw_connection()
    try:
        (busy, *_) = connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        connection.close()
    return not busy


def is_sqlite(session: Connection | Engine) -> bool:
    return session.dialect.name == "sqlite"


def is_away(error: BaseException) -> bool:
    """Whether the database could not be reached, was busy too long, or cannot write: worth a later try."""
    if isinstance(error, OperationalError | PoolExhausted):
        return True
    if not isinstance(error, DBAPIError):
        return False
    # A server that has become a standby answers with an "internal" error: it is read-only for now.
    return error.connection_invalidated or getattr(error.orig, "sqlstate", None) == READ_ONLY


def plain(row: Mapping[Any, Any]) -> dict[str, Any]:
    """A row as a dictionary of plain names: SQLAlchemy's own are a kind of str that JSON writers refuse."""
    return {str.__str__(name): value for name, value in row.items()}
