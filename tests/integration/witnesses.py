"""Witnesses as a log meets them: a real one in a process of its own, and strange ones that answer as they like."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path

from crisisconnect.witness.key import CosignerKey, mint
from crisisconnect.witness.memory import identity

COMMAND = (sys.executable, "-m", "crisisconnect", "witness")


class Witness:
    """A real `crisisconnect witness serve` in a process of its own."""

    def __init__(self, directory: Path, name: str, log: str) -> None:
        self.directory, self.log = directory, log
        self.vkey = mint(directory, name).vkey
        self.errors = directory.with_suffix(".err")
        self.start()
        self.url = ""

    def start(self) -> None:
        with self.errors.open("a") as errors:
            self.process = subprocess.Popen(
                [*COMMAND, "serve", self.directory, "--log-vkey", self.log, "--listen", "127.0.0.1:0"],
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )

    def listen(self) -> Witness:
        """Wait until it says where it listens."""
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().split()[-1]
        return self

    def stop(self, number: int = signal.SIGTERM) -> None:
        self.process.send_signal(number)
        self.process.wait(10)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def shown(self, origin: str) -> tuple[int, bytes]:
        return fetch(self.url, f"/{identity(origin)}/checkpoint")

    def evidence(self) -> list[str]:
        return sorted(path.parent.name for path in self.directory.glob("logs/*/evidence/*/seen"))


def fetch(url: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
    connection = HTTPConnection(url.removeprefix("http://"), timeout=10)
    try:
        connection.request("GET" if body is None else "POST", path, body)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


class Strange:
    """A witness that answers each connection as `how` does."""

    def __init__(self, how: Callable[[socket.socket], None]) -> None:
        self._how = how
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self.asked = 0
        self._held: list[socket.socket] = []
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            try:
                line, _ = self._listening.accept()
            except OSError:
                return
            self.asked += 1
            self._held.append(line)
            threading.Thread(target=self._answer, args=(line,), daemon=True).start()

    def _answer(self, line: socket.socket) -> None:
        try:
            self._how(line)
        except OSError:
            return

    def close(self) -> None:
        # Closing alone would not wake the thread that accepts.
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for line in self._held:
            line.close()


def nonsense(line: socket.socket) -> None:
    line.recv(65536)
    line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 22\r\n\r\n\xe2\x80\x94 w AAAA\nnonsense \xff\xff\n")
    line.close()


def silent(line: socket.socket) -> None:
    line.recv(65536)


def dripping(line: socket.socket) -> None:
    line.recv(65536)
    for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\n" + b"x" * 4000:
        line.sendall(bytes([byte]))
        time.sleep(0.05)


def lingering(line: socket.socket) -> None:
    line.recv(65536)
    line.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    for _ in range(400):
        line.sendall(b"x")
        time.sleep(0.05)


def endless(line: socket.socket) -> None:
    line.recv(65536)
    line.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        line.sendall(b"x" * 4096)


STRANGE = (nonsense, silent, dripping, lingering, endless)


def written(path: Path, witnesses: list[Witness], strangers: list[Strange]) -> Path:
    """A policy with the true witnesses and, under keys of their own, the strange ones."""
    lines = [f"witness w{n} {one.vkey} {one.url}\n" for n, one in enumerate(witnesses)]
    for n, one in enumerate(strangers):
        lines.append(f"witness s{n} {CosignerKey(f's{n}.example', os.urandom(32)).vkey} {one.url}\n")
    path.write_text("".join(lines) + "group both all w0 w1\nquorum both\n")
    return path
