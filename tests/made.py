"""What every test would make anew and is the same each time is made once: compiled statements, the tables' own SQL."""

from __future__ import annotations

from functools import cache

from sqlalchemy import Connection, Dialect, Engine, MetaData, create_engine, event
from sqlalchemy.util import LRUCache

_dialects: dict[type[Dialect], Dialect] = {}
_compiled: LRUCache = LRUCache(4000)


def compile_once() -> None:
    """From now on all SQLite engines of this process share what was compiled, as all of one service's life does."""
    if not event.contains(Engine, "engine_connect", _share):
        event.listen(Engine, "engine_connect", _share)


def _share(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    # The compiled ones are kept by dialect; that of the first engine serves for all, they differ in nothing.
    one = _dialects.setdefault(type(connection.dialect), connection.dialect)
    connection.dialect = connection.engine.dialect = one
    connection.engine._compiled_cache = _compiled


def tables_in(engine: Engine, *metadata: MetaData) -> None:
    """As `create_all` on a new SQLite database, by the very statements that it gave the first time."""
    raw = engine.raw_connection()
    try:
        raw.driver_connection.executescript(f"BEGIN;{''.join(map(_statements, metadata))}COMMIT;")
    finally:
        raw.close()


@cache
def _statements(metadata: MetaData) -> str:
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    with engine.begin() as session:
        found = session.exec_driver_sql("select sql from sqlite_master where sql is not null order by rowid")
        statements = [f"{sql};" for (sql,) in found if not sql.startswith("CREATE TABLE sqlite_")]
    engine.dispose()
    return "".join(statements)
