"""A database that is thrown away is written without waiting for a disk, and without building a statement twice.

Views write into it as into a living one: a statement that comes a second time is compiled once, and goes straight to
SQLite from then on. What SQLAlchemy adds to each costs several times what SQLite needs to run it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, event
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import UpdateBase

from services.kernel.store.database import sqlite

PRAGMAS = ("journal_mode=OFF", "synchronous=OFF", "cache_size=-16000")
"""What a crash would lose is made again; what fails is thrown away whole. 16 MB of pages stay in memory."""
Values = Mapping[str, Any]


def engine(path: Path) -> Engine:
    made = sqlite(path)
    event.listen(made, "connect", _hasty)
    return made


def _hasty(connection: Any, _: Any) -> None:
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


@dataclass(frozen=True)
class _Words:
    """One statement in SQLite's words; `names` are its parameters in their order, `fixed` those that it brings."""

    text: str
    names: tuple[str, ...]
    fixed: Values

    def values(self, given: Values) -> list[Any]:
        if self.fixed:
            given = {**self.fixed, **given}
        return [given[name] for name in self.names]


_KNOWN: WeakKeyDictionary[Any, dict[tuple[str, ...], _Words | None]] = WeakKeyDictionary()
"""By statement and the names of its parameters; it goes with the statement."""


class Scratch:
    """What a view's `project` sees of a connection."""

    def __init__(self, session: Connection) -> None:
        self._session = session
        self._driver: Any = session.connection.driver_connection

    @property
    def dialect(self) -> Any:
        return self._session.dialect

    def execute(self, statement: Any, values: Values | Sequence[Values] | None = None) -> Any:
        """As Connection.execute; what is written answers with its `rowcount`."""
        if not values or not isinstance(statement, UpdateBase):
            return self._session.execute(statement, values)
        many = not isinstance(values, Mapping)
        first: Any = values[0] if many else values  # type: ignore[index]
        words = self._words(statement, tuple(first))
        if words is None:
            return self._session.execute(statement, values)
        if many:
            return self._driver.executemany(words.text, [words.values(one) for one in values])  # type: ignore[arg-type]
        return self._driver.execute(words.text, words.values(first))

    def _words(self, statement: UpdateBase, names: tuple[str, ...]) -> _Words | None:
        """None the first time: what is built anew for every event is not worth compiling apart."""
        known = _KNOWN.get(statement)
        if known is None:
            _KNOWN[statement] = {}
            return None
        if names not in known:
            known[names] = _compiled(statement, names, self._session)
        return known[names]


def _compiled(statement: UpdateBase, names: tuple[str, ...], session: Connection) -> _Words | None:
    """None where SQLAlchemy does more with the values than to hand them over."""
    made = statement.compile(dialect=session.dialect, column_keys=list(names))
    assert isinstance(made, SQLCompiler)  # noqa: S101 - the dialect's own kind
    order = tuple(made.positiontup or ())
    changes = any(
        bind.expanding or bind.callable or bind.type.dialect_impl(session.dialect).bind_processor(session.dialect)
        for name, bind in made.binds.items()
        if name in order
    )
    if changes or made.insert_prefetch or made.update_prefetch or made.effective_returning:
        return None
    fixed = {name: value for name, value in made.params.items() if name not in names}
    return _Words(str(made), order, fixed)
