"""What goes back over the wire: bytes once made, and the headers that every answer carries."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.types import Send

Header = tuple[bytes, bytes]

JSON = b"application/json"
NO_STORE: Header = (b"cache-control", b"no-store")
GUARDS: tuple[Header, ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (
        b"content-security-policy",
        b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    ),
    (b"cross-origin-resource-policy", b"same-origin"),
)
SECURE: tuple[Header, ...] = ((b"strict-transport-security", b"max-age=31536000; includeSubDomains"),)
"""Where the door stands behind TLS: never again without."""


class Answer:
    """A status, the bytes of a body, and headers beside the usual ones. `store` is its Cache-Control."""

    __slots__ = ("body", "headers", "media_type", "status", "store")

    def __init__(
        self,
        status: int,
        body: bytes,
        *,
        media_type: bytes = JSON,
        headers: tuple[Header, ...] = (),
        store: bytes = b"no-store",
    ) -> None:
        self.status, self.body, self.media_type, self.headers, self.store = (
            status,
            body,
            media_type,
            headers,
            store,
        )

    @classmethod
    def json(cls, status: int, value: Any, headers: tuple[Header, ...] = (), store: bytes = b"no-store") -> Answer:
        return cls(status, orjson.dumps(value), headers=headers, store=store)

    async def send(
        self, send: Send, correlation: str, *, head: bool = False, guards: tuple[Header, ...] = GUARDS
    ) -> None:
        headers = [
            (b"content-type", self.media_type),
            (b"content-length", str(len(self.body)).encode()),
            (b"cache-control", self.store),
            (b"correlation-id", correlation.encode()),
            *guards,
            *self.headers,
        ]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if head else self.body})
