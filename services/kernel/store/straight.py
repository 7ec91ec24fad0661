"""The few statements of every command go straight to PostgreSQL's driver, and fail as SQLAlchemy's would.

What SQLAlchemy adds to a statement (a context, a result, their events) costs more than the statement's own trip.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from services.kernel.store.database import BEGIN, begun, is_sqlite


def run(session: Connection, words: str, values: Sequence[Any] | None = None, *, begin: bool = True) -> Any:
    """Execute `words`, in the driver's own style of parameters; answers something with `fetchall()` and `rowcount`.

    On PostgreSQL the transaction begins first, unless `begin` says that the statement is a look or stands alone.
    Raises what SQLAlchemy raises.
    """
    if is_sqlite(session):
        return session.exec_driver_sql(words, tuple(values or ()))
    driver: Any = session.connection.driver_connection
    psycopg: Any = session.dialect.dbapi
    try:
        if begin and not begun(driver):
            driver.execute(BEGIN)
        return driver.execute(words, values)
    except psycopg.Error as error:
        if driver.closed:
            session.invalidate(error)
        raise DBAPIError.instance(
            words,
            None,  # values may be personal, and errors are logged
            error,
            psycopg.Error,
            connection_invalidated=driver.closed,
            dialect=session.dialect,
        ) from error
