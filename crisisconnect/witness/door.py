"""The witness over HTTP: every request is bounded in size and time, and a few at once are enough."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from crisisconnect.witness.judging import MAX_REQUEST, TEXT, Verdict, judge
from crisisconnect.witness.memory import Damaged, Memory, identity

AT_ONCE = 32
SECONDS = 10.0


class Door(ThreadingHTTPServer):
    """Listens at (host, port); port 0 takes a free one."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, where: tuple[str, int], logs: Mapping[str, Memory], alarm: Callable[[str], None]) -> None:
        self.logs = dict(logs)
        self.by_identity = {identity(origin): memory for origin, memory in logs.items()}
        self.alarm = alarm
        self._room = threading.BoundedSemaphore(AT_ONCE)
        super().__init__(where, Visitor)

    def process_request(self, request: Any, client_address: Any) -> None:
        # Who finds no room is hung up on: a log asks again, and a flood takes no threads.
        if self._room.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        late = threading.Timer(SECONDS, _cut, (request,))
        late.daemon = True
        late.start()
        try:
            super().process_request_thread(request, client_address)
        finally:
            late.cancel()
            self._room.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Connections break; that is no news, and a traceback would be."""


class Visitor(BaseHTTPRequestHandler):
    """One request on one connection."""

    server: Door
    server_version = "witness"
    sys_version = ""
    timeout = SECONDS

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if self.path != "/add-checkpoint":
            self._answer(Verdict(HTTPStatus.NOT_FOUND, b"add-checkpoint is all that can be posted\n"))
        elif not (length.isascii() and length.isdigit()):
            self._answer(Verdict(HTTPStatus.LENGTH_REQUIRED, b"say how long the request is\n"))
        elif len(length) > 9 or int(length) > MAX_REQUEST:
            self._answer(Verdict(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, b"too long\n"))
        else:
            self._answer(self._judged(self.rfile.read(int(length))))

    def do_GET(self) -> None:
        """`/<hex SHA-256 of the origin>/checkpoint`: what was cosigned last."""
        name, _, rest = self.path[1:].partition("/")
        memory = self.server.by_identity.get(name) if rest == "checkpoint" else None
        try:
            note = memory.read().note if memory else b""
        except (Damaged, OSError) as error:
            self._answer(self._broken(error))
            return
        found = Verdict(HTTPStatus.OK, note) if note else Verdict(HTTPStatus.NOT_FOUND, b"nothing was cosigned\n")
        self._answer(found)

    def _judged(self, body: bytes) -> Verdict:
        try:
            return judge(self.server.logs, body, int(time.time()))
        except (Damaged, OSError) as error:
            return self._broken(error)

    def _broken(self, error: Exception) -> Verdict:
        self.server.alarm(f"nothing is cosigned: {error}")
        return Verdict(HTTPStatus.INTERNAL_SERVER_ERROR, b"this witness has to be looked at\n")

    def _answer(self, verdict: Verdict) -> None:
        self.send_response(verdict.status)
        self.send_header("Content-Type", verdict.media_type or TEXT)
        self.send_header("Content-Length", str(len(verdict.body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(verdict.body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name for it
        """Only alarms are worth a line."""


def _cut(request: socket.socket) -> None:
    try:
        request.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
