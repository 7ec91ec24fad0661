"""A backup is put together beside what is in place, and takes its place in one step: never half of it."""

from __future__ import annotations

import ctypes
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from sqlalchemy import Engine, create_engine, make_url, text

from crisisconnect.backup_manifest import settle
from crisisconnect.backup_stores import Server, copy
from services.kernel.store.database import is_sqlite, open_engine, postgres, sqlite

_AT_FDCWD, _RENAME_EXCHANGE = -100, 2
COMING, GOING = "_restoring", "_replaced"


class Place(Protocol):
    """Where databases are put together, by their names; `swap` is the one step."""

    def there(self, name: str) -> bool:
        """Whether a database of that name is in place."""
        ...

    def stage(self, name: str, source: Path) -> None: ...

    def leave(self, name: str) -> None:
        """What is in place stays."""
        ...

    def staged(self, name: str) -> Engine: ...

    def swap(self, names: Sequence[str]) -> None: ...

    def drop(self) -> None:
        """Nothing of what was begun stays."""
        ...


class Directory:
    """SQLite files: a directory beside theirs, exchanged with it."""

    def __init__(self, directory: Path) -> None:
        self.directory, self._room = directory, directory.with_name(f".{directory.name}{COMING}")
        self.drop()

    def there(self, name: str) -> bool:
        return (self.directory / f"{name}.sqlite3").exists()

    def stage(self, name: str, source: Path) -> None:
        self._room.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.copyfile(source, self._path(name))
        self._path(name).chmod(0o600)

    def leave(self, name: str) -> None:
        self._room.mkdir(parents=True, exist_ok=True, mode=0o700)
        copy(self.directory / f"{name}.sqlite3", self._path(name))

    def staged(self, name: str) -> Engine:
        return sqlite(self._path(name), pool=2)

    def swap(self, names: Sequence[str]) -> None:
        settle(self._room)
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        exchange(self._room, self.directory)
        settle(self.directory.parent / self.directory.name)
        self.drop()

    def drop(self) -> None:
        shutil.rmtree(self._room, ignore_errors=True)

    def _path(self, name: str) -> Path:
        return self._room / f"{name}.sqlite3"


class Databases:
    """PostgreSQL: databases beside theirs, renamed in one transaction."""

    def __init__(self, url: str) -> None:
        self._url, self._left = url, set[str]()
        server = make_url(url).set(drivername="postgresql+psycopg")
        self._server = create_engine(server.set(database=server.database or "postgres"), isolation_level="AUTOCOMMIT")

    def there(self, name: str) -> bool:
        return self._exists(f"crisisconnect_{name}")

    def stage(self, name: str, source: Path) -> None:
        made = f"{name}{COMING}"
        plain_text = "template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C'"
        self._run(f'drop database if exists "crisisconnect_{made}"')
        self._run(f'create database "crisisconnect_{made}" {plain_text}')
        Server(self._url).tool("pg_restore", "--no-owner", "--exit-on-error", str(source), database=made)

    def leave(self, name: str) -> None:
        self._left.add(name)

    def staged(self, name: str) -> Engine:
        return postgres(self._url, f"crisisconnect_{name}{'' if name in self._left else COMING}", pool=2)

    def swap(self, names: Sequence[str]) -> None:
        moved = [f"crisisconnect_{name}" for name in names if name not in self._left]
        for name in moved:
            self._run(f'drop database if exists "{name}{GOING}"')
        with self._server.connect().execution_options(isolation_level="READ COMMITTED") as session, session.begin():
            for name in moved:
                if self._exists(name):
                    session.exec_driver_sql(f'alter database "{name}" rename to "{name}{GOING}"')
                session.exec_driver_sql(f'alter database "{name}{COMING}" rename to "{name}"')
        for name in moved:
            self._run(f'drop database if exists "{name}{GOING}"')

    def drop(self) -> None:
        with self._server.connect() as session:
            begun = session.execute(text("select datname from pg_database where datname like 'crisisconnect\\_%'"))
            names = [name for (name,) in begun if name.endswith(COMING)]
        for name in names:
            self._run(f'drop database if exists "{name}"')
        self._server.dispose()

    def _exists(self, name: str) -> bool:
        with self._server.connect() as session:
            asked = text("select 1 from pg_database where datname = :name")
            return session.execute(asked, {"name": name}).first() is not None

    def _run(self, statement: str) -> None:
        with self._server.connect() as session:
            session.exec_driver_sql(statement)


def place(url: str | None, directory: Path) -> Place:
    return Databases(url) if url else Directory(directory)


def opened(url: str | None, name: str, directory: Path) -> Engine:
    """What is in place."""
    return open_engine(url, name, directory, pool=2)


def where(engine: Engine) -> str:
    """As the independent reader opens it."""
    return str(engine.url.database) if is_sqlite(engine) else engine.url.render_as_string(hide_password=False)


def exchange(one: Path, other: Path) -> None:
    """Each takes the other's name in one step; a kernel or a file system that cannot does it in three."""
    libc = ctypes.CDLL(None, use_errno=True)
    renameat2 = getattr(libc, "renameat2", None)
    paths = os.fsencode(one), os.fsencode(other)
    if renameat2 is not None and renameat2(_AT_FDCWD, paths[0], _AT_FDCWD, paths[1], _RENAME_EXCHANGE) == 0:
        return
    leaving = other.with_name(f".{other.name}.leaving")
    other.rename(leaving)
    one.rename(other)
    leaving.rename(one)
