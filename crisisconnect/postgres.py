"""A private PostgreSQL: own directory, own port, loopback only, with a password.

In a container where an engine answers, else from the machine's own binaries. PostgreSQL refuses root, so
under root it runs as `postgres` or `nobody`, and in /var/tmp where the wished-for place is closed to others.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import secrets
import shutil
import signal
import stat
import subprocess
import time
from pathlib import Path
from typing import Any

from crisisconnect.machine import (
    Missing,
    answers,
    as_root,
    dies_with_us,
    free_ports,
    has_containers,
    install,
    is_debian_with_rights,
    is_free,
)

USER = "crisisconnect"
IMAGE = "postgres:15-alpine"
STOP_SECONDS = 20.0


class Cluster:
    """`start()` gives a superuser's URL; the same directory gives the same data again."""

    def __init__(self, directory: Path, *, durable: bool = True) -> None:
        """`durable=False` spares the syncs: it survives a killed process, not a power cut. For tests."""
        self.directory = _reachable(directory.resolve())
        self.durable = durable
        self._process: subprocess.Popen[bytes] | None = None
        self._container: Any = None
        self._port: int | None = None

    @property
    def url(self) -> str:
        password = (self.directory / "password").read_text().strip()
        return f"postgresql+psycopg://{USER}:{password}@127.0.0.1:{self._port}/postgres"

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process and self._process.poll() is None else None

    def start(self, timeout: float = 60) -> str:
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        password = self.directory / "password"
        if not password.exists():
            password.touch(mode=0o600)
            password.write_text(secrets.token_urlsafe(24))
        self._port = self._choose_port()
        if has_containers():
            self._start_container(password.read_text())
        else:
            self._start_process()
        until = time.monotonic() + timeout
        while not self._accepts():
            if time.monotonic() > until:
                self.kill()
                raise RuntimeError(f"PostgreSQL did not start; see {self.directory / 'log'}")
            time.sleep(0.05)
        return self.url

    def stop(self) -> None:
        """Stop cleanly; clients are disconnected."""
        if self._container is not None:
            self._container.stop()
            self._container = None
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    def kill(self) -> None:
        """As a crash would: no checkpoint, no good-bye; its own recovery does the rest at the next start."""
        if self._container is not None:
            self._container.get_wrapped_container().kill()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def restart(self) -> str:
        if self._container is not None:
            self._container.get_wrapped_container().start()
            return self.url
        self.stop()
        return self.start()

    def remove(self) -> None:
        """Stop, and leave nothing on the disk."""
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    def _choose_port(self) -> int:
        kept = self.directory / "port"
        if kept.exists() and is_free(int(kept.read_text())):
            return int(kept.read_text())
        (port,) = free_ports(1)
        kept.write_text(str(port))
        return port

    def _start_container(self, password: str) -> None:
        from testcontainers.community.postgres import PostgresContainer

        container = PostgresContainer(IMAGE, username=USER, password=password, dbname="postgres", driver=None)
        self._container = container.with_bind_ports(5432, self._port)
        self._container.start()

    def _start_process(self) -> None:
        binaries = _binaries()
        account = _account()
        data = self.directory / "data"
        as_account: dict[str, Any] = {}
        if account is not None:
            as_account = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
            for path in (self.directory, self.directory / "password"):
                os.chown(path, account.pw_uid, account.pw_gid)
        environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TZ": "UTC"}
        if not (data / "PG_VERSION").exists():
            command: list[str | Path] = [
                binaries / "initdb",
                "-D",
                data,
                "-U",
                USER,
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
            ]
            subprocess.run(
                [*command, "--auth=scram-sha-256", f"--pwfile={self.directory / 'password'}"],
                env=environment,
                cwd=self.directory,
                check=True,
                capture_output=True,
                **as_account,
            )
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self._port),
            "unix_socket_directories": "",
            "max_connections": "200",
            # In the data directory, so that a killed server leaves nothing in the machine's shared memory.
            "dynamic_shared_memory_type": "mmap",
            "fsync": "on" if self.durable else "off",
            # Statements carry personal values; an error log must not.
            "log_statement": "none",
            "log_min_error_statement": "panic",
            "log_parameter_max_length_on_error": "0",
        }
        with (self.directory / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    binaries / "postgres",
                    "-D",
                    data,
                    *(part for name, value in settings.items() for part in ("-c", f"{name}={value}")),
                ],
                env=environment,
                cwd=self.directory,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=dies_with_us(),
                **as_account,
            )

    def _accepts(self) -> bool:
        """Ready means that a query is answered: the port opens while recovery still refuses."""
        import psycopg

        if self._process is not None and self._process.poll() is not None:
            # A killed predecessor's children may hold its shared memory for a moment longer.
            time.sleep(0.3)
            self._start_process()
        if self._port is None or not answers(self._port):
            return False
        try:
            psycopg.connect(self.url.replace("+psycopg", ""), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


def _binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[4]))
    if not found:
        if not is_debian_with_rights():
            raise Missing("PostgreSQL is not installed. Run: sudo apt-get install postgresql")
        install("postgresql-common")
        # Debian would make a system-wide cluster beside ours; only the binaries are wanted.
        setting = "s/^#\\?create_main_cluster.*/create_main_cluster = false/"
        as_root("sed", "-i", setting, "/etc/postgresql-common/createcluster.conf")
        install("postgresql", unit="postgresql")
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    return found[-1].parent


def _account() -> pwd.struct_passwd | None:
    """Whom PostgreSQL runs as when we are root; None when we are not."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise Missing("PostgreSQL refuses root, and there is no other account. Run as an ordinary user.")


def _reachable(directory: Path) -> Path:
    account = _account()
    closed = any(
        parent.exists() and not parent.stat().st_mode & stat.S_IXOTH and parent.stat().st_uid != account.pw_uid
        for parent in directory.parents
        if account is not None
    )
    if account is None or not closed:
        return directory
    name = f"crisisconnect-postgres-{hashlib.sha256(str(directory).encode()).hexdigest()[:12]}"
    return Path("/var/tmp") / name  # noqa: S108 - made 0700 and handed to the server's account
