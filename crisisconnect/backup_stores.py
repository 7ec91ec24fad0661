"""One database into one file of a backup, as it is at one moment, while everybody works on."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Protocol

from sqlalchemy import URL, make_url

from crisisconnect.machine import Missing

PATIENCE = 3600.0


class Stores(Protocol):
    """Where a kind of databases lives: those of the services, or those of their keys."""

    kind: str

    def file(self, name: str) -> str:
        """What the database `name` is called in a backup."""
        ...

    def save(self, name: str, directory: Path) -> None: ...


class Files:
    """SQLite files in one directory."""

    kind = "sqlite"

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def file(self, name: str) -> str:
        return f"{name}.sqlite3"

    def save(self, name: str, directory: Path) -> None:
        copy(self.directory / self.file(name), directory / self.file(name))


class Server:
    """PostgreSQL's databases `crisisconnect_<name>` on one server, by its own tools."""

    kind = "postgresql"

    def __init__(self, url: str) -> None:
        self._url = make_url(url)

    def file(self, name: str) -> str:
        return f"{name}.pgdump"

    def save(self, name: str, directory: Path) -> None:
        target = directory / self.file(name)
        self.tool("pg_dump", "--format=custom", "--no-owner", "--no-acl", f"--file={target}", database=name)
        target.chmod(0o600)

    def tool(self, program: str, *arguments: str, database: str) -> None:
        """Raises Missing where the program is not here, CalledProcessError with what it said where it failed."""
        subprocess.run(
            [_found(program), *arguments, f"--dbname={_plain(self._url, database)}"],
            env={**os.environ, **_password(self._url)},
            check=True,
            timeout=PATIENCE,
            stdin=subprocess.DEVNULL,
        )


def stores(url: str | None, directory: Path) -> Stores:
    """As services.kernel.store.database opens them: files without a `url`."""
    return Server(url) if url else Files(directory)


def copy(source: Path, target: Path) -> None:
    """One consistent copy of a living SQLite file, complete in itself. FileNotFoundError where there is none."""
    if not source.exists():
        raise FileNotFoundError(source)
    with closing(sqlite3.connect(source, timeout=30)) as living, closing(sqlite3.connect(target)) as made:
        target.chmod(0o600)
        living.backup(made, pages=2000, sleep=0.01)
        made.execute("pragma journal_mode=delete")


def _found(program: str) -> str:
    here = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), key=lambda path: int(path.parts[4]))
    found = str(here[-1]) if here else shutil.which(program)
    if found is None:
        raise Missing(f"{program} is not installed. Run: sudo apt-get install postgresql-client")
    return found


def _plain(url: URL, name: str) -> str:
    """For libpq; the password goes by the environment, where no list of processes shows it."""
    bare = URL.create("postgresql", url.username, None, url.host, url.port, f"crisisconnect_{name}", url.query)
    return bare.render_as_string(hide_password=False)


def _password(url: URL) -> dict[str, str]:
    return {"PGPASSWORD": str(url.password)} if url.password else {}
