"""Tell a waiting process that there is something new, at no cost to whoever tells. A wake-up may be lost: poll too.

A waiter listens on a datagram socket in the run directory, which is all there is to it on one machine. On PostgreSQL
it listens to a channel as well, and whoever finds no socket beside it (the waiter runs on another machine) notifies
there: after the commit, on a connection of its own, because a NOTIFY inside makes the commits queue for one lock.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import select
import socket
import tempfile
import threading
import weakref
from pathlib import Path
from types import TracebackType

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from services.kernel.store.database import ALONE, is_sqlite

log = logging.getLogger(__name__)

POLL = 1.0
"""Seconds after which a waiter looks for itself, whether it was woken or not."""
_LONGEST_ADDRESS = 100
_RETRY = 0.2, 5.0


def _address(run_dir: Path, name: str) -> str:
    """The socket's path. Paths of sockets are limited to about 100 bytes, so a long one gets a stand-in."""
    path = str(run_dir.absolute() / f"{name}.sock")
    if len(path.encode()) <= _LONGEST_ADDRESS:
        return path
    return f"{tempfile.gettempdir()}/crisisconnect-{hashlib.sha256(path.encode()).hexdigest()[:16]}.sock"


def _channel(name: str) -> str:
    return f"crisisconnect_{name.replace('-', '_')}"


class Wake:
    """The telling side; safe in threads and in greenlets."""

    def __init__(self, engine: Engine, run_dir: Path, name: str) -> None:
        self._engine = engine
        self._to = _address(run_dir, name)
        self._notify = text(f"NOTIFY {_channel(name)}")
        self._wanted = threading.Event()
        self._lock = threading.Lock()
        self._notifier: threading.Thread | None = None
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        weakref.finalize(self, self._socket.close)

    def up(self) -> None:
        """Never blocks, never raises. Several in a row may arrive as one."""
        try:
            self._socket.sendto(b"\0", self._to)
        except BlockingIOError:
            return  # it has not looked at the earlier ones yet
        except OSError:
            if not is_sqlite(self._engine):
                self._wanted.set()
                self._start()

    def _start(self) -> None:
        if self._notifier is not None and self._notifier.is_alive():
            return
        with self._lock:
            if self._notifier is None or not self._notifier.is_alive():
                self._notifier = threading.Thread(target=self._run, name="wake", daemon=True)
                self._notifier.start()

    def _run(self) -> None:
        """At most one NOTIFY is under way; what is asked meanwhile becomes the next one."""
        while self._wanted.wait(10):
            self._wanted.clear()
            try:
                with self._engine.connect() as session:
                    session.execution_options(**ALONE).execute(self._notify)
            except SQLAlchemyError as error:
                log.debug("a wake-up was not sent: %s", type(error).__name__)


class Waiter:
    """The waiting side. Only who is to do the work opens one: the newest takes the socket over."""

    def __init__(self, engine: Engine, run_dir: Path, name: str) -> None:
        self._engine = engine
        self._listen = text(f"LISTEN {_channel(name)}")
        self._address = _address(run_dir, name)
        run_dir.mkdir(parents=True, exist_ok=True)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        Path(self._address).unlink(missing_ok=True)
        self._socket.bind(self._address)
        os.chmod(self._address, 0o600)
        self._inode = os.stat(self._address).st_ino
        self._inner, self._outer = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._inner.setblocking(False)
        self._outer.setblocking(False)
        self._stopped = threading.Event()
        self._listener: threading.Thread | None = None
        if not is_sqlite(engine):
            self._listener = threading.Thread(target=self._hear, name="listen", daemon=True)
            self._listener.start()

    def __enter__(self) -> Waiter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def wait(self, timeout: float = POLL) -> bool:
        """Whether somebody called within `timeout` seconds. Calls that came before count, all of them as one."""
        ready, _, _ = select.select([self._socket, self._inner], [], [], timeout)
        return self._drain() if ready else False

    async def wait_async(self, timeout: float = POLL) -> bool:
        """The same for asyncio."""
        loop = asyncio.get_running_loop()
        called: asyncio.Future[None] = loop.create_future()

        def ready() -> None:
            if not called.done():
                called.set_result(None)

        for one in (self._socket, self._inner):
            loop.add_reader(one, ready)
        try:
            async with asyncio.timeout(timeout):
                await called
        except TimeoutError:
            return False
        finally:
            for one in (self._socket, self._inner):
                loop.remove_reader(one)
        return self._drain()

    def close(self) -> None:
        self._stopped.set()
        try:
            if os.stat(self._address).st_ino == self._inode:
                os.unlink(self._address)
        except FileNotFoundError:
            pass  # another waiter has taken over and gone
        if self._listener is not None:
            self._listener.join(POLL * 3)
        for one in (self._socket, self._inner, self._outer):
            one.close()

    def _drain(self) -> bool:
        called = False
        for one in (self._socket, self._inner):
            try:
                while True:
                    one.recv(16)
                    called = True
            except BlockingIOError:
                continue
        return called

    def _call(self) -> None:
        try:
            self._outer.send(b"\0")
        except OSError:
            return  # full, so it will look anyway; or closed

    def _hear(self) -> None:
        first, longest = _RETRY
        pause = first
        while not self._stopped.is_set():
            try:
                with self._engine.connect() as session:
                    try:
                        session.execution_options(**ALONE).execute(self._listen)
                        pause = first
                        self._call()  # what was said while nobody listened
                        driver = session.connection.driver_connection
                        while not self._stopped.is_set():
                            for _ in driver.notifies(timeout=POLL, stop_after=1):  # type: ignore[union-attr]
                                self._call()
                    finally:
                        session.invalidate()  # back in the pool it would go on listening
            except Exception as error:  # noqa: BLE001 - whatever a dying connection raises, the next one is fresh
                log.debug("the wake-up channel was lost: %s", type(error).__name__)
                self._stopped.wait(pause)
                pause = min(pause * 2, longest)
