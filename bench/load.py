"""Many clients at once over raw sockets, cheap enough that the server is what is measured."""

from __future__ import annotations

import asyncio
import re
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


@dataclass(frozen=True)
class Rate:
    """Answers a second, and their times in milliseconds."""

    a_second: float
    p50: float
    p99: float


def request(method: str, path: str, token: str, body: bytes = b"") -> bytes:
    head = f"{method} {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n"
    if body:
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"\r\n" + body


def corrections(token: str) -> Iterator[bytes]:
    """A person's infix, another one each time, so that every request is a command that changes something."""
    number = time.time_ns()
    while True:
        number += 1
        yield request("PATCH", "/v1/me", token, b'{"infix":"van %d"}' % number)


def looks(token: str) -> Iterator[bytes]:
    asked = request("GET", "/v1/me", token)
    while True:
        yield asked


def rate(url: str, clients: Sequence[Iterator[bytes]], seconds: float, *, warm: float = 1.0) -> Rate:
    """One connection a client, one request at a time on each, for `seconds` after `warm` ones that do not count.

    Raises AssertionError for any answer but 200.
    """
    return asyncio.run(_rate(url, clients, seconds, warm))


async def _rate(url: str, clients: Sequence[Iterator[bytes]], seconds: float, warm: float) -> Rate:
    parts = urlsplit(url)
    took: list[float] = []
    starts = time.perf_counter() + warm
    ends = starts + seconds

    async def one(requests: Iterator[bytes]) -> None:
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        began = time.perf_counter()
        while began < ends:
            writer.write(next(requests))
            head = await reader.readuntil(b"\r\n\r\n")
            length = LENGTH.search(head)
            body = await reader.readexactly(int(length[1])) if length else b""
            assert head.startswith(b"HTTP/1.1 200"), (head, body)
            done = time.perf_counter()
            if starts <= done < ends:
                took.append(done - began)
            began = done
        writer.close()

    await asyncio.gather(*(one(requests) for requests in clients))
    centiles = statistics.quantiles(took, n=100)
    return Rate(len(took) / seconds, centiles[49] * 1000, centiles[98] * 1000)
