"""One question to one witness: bounded in time and in size, whatever the other side does or leaves undone."""

from __future__ import annotations

import base64
import http.client
import os
import re
import socket
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from services.kernel.transaction import must_not_be_open

SIZE_TYPE = "text/x.tlog.size"
MAX_ANSWER = 16 * 1024
_SIZE = re.compile(rb"(0|[1-9][0-9]{0,18})\n")


class NoAnswer(Exception):
    """The witness is away, too slow, or says what no witness says; the message names the way of failing only."""


@dataclass(frozen=True)
class Answer:
    """`knows` is the size that the witness cosigned last, where that is its answer (409)."""

    status: int
    body: bytes
    knows: int | None


def request(old: int, proof: Sequence[bytes], checkpoint: bytes) -> bytes:
    """The body of add-checkpoint (C2SP tlog-witness)."""
    lines = [b"old %d\n" % old, *(base64.b64encode(node) + b"\n" for node in proof), b"\n", checkpoint]
    return b"".join(lines)


def ask(url: str, body: bytes, seconds: float) -> Answer:
    """Post to `<url>/add-checkpoint`. Raises NoAnswer at the latest after about `seconds`.

    Under the services' host its sockets are green: it waits alone, and holds nobody up.
    """
    must_not_be_open("a witness")
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    connection = kind(str(parts.hostname), parts.port, timeout=seconds)
    late = threading.Event()
    twins: list[socket.socket] = []

    def cut() -> None:
        # A time limit of each read alone would let one byte now and then go on for ever.
        late.set()
        for line in (*twins, connection.sock):
            _shut(line)

    clock = threading.Timer(seconds, cut)
    clock.daemon = True
    clock.start()
    try:
        connection.connect()
        # Ours to cut, whatever becomes of the connection's own: an answer that ends with it takes it away.
        twins.append(_twin(connection.sock))
        connection.request("POST", f"{parts.path}/add-checkpoint", body, {"Content-Type": "application/octet-stream"})
        with connection.getresponse() as answer:
            said = answer.read(MAX_ANSWER + 1)
        if late.is_set():
            raise NoAnswer("too slow")
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NoAnswer("too slow" if late.is_set() else type(error).__name__) from error
    finally:
        clock.cancel()
        connection.close()
        for twin in twins:
            twin.close()
    if len(said) > MAX_ANSWER:
        raise NoAnswer("too long an answer")
    # A body is read only when its type says what it is.
    typed = answer.status == http.client.CONFLICT and answer.headers.get_content_type() == SIZE_TYPE
    found = _SIZE.fullmatch(said) if typed else None
    return Answer(answer.status, said, int(found[1]) if found else None)


def _twin(line: socket.socket) -> socket.socket:
    """The same connection under a descriptor of its own."""
    return socket.socket(fileno=os.dup(line.fileno()))


def _shut(line: socket.socket | None) -> None:
    if line is None:
        return
    try:
        # By a twin: a TLS connection's own `shutdown` would forget its state under the reader's hands.
        with _twin(line) as twin:
            twin.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
