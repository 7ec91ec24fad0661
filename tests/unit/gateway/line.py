"""The other party of the door, played by hand: it keeps what was asked, and answers what the test says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import orjson

from gateway.app import application
from gateway.cookies import NAME
from services.kernel.configuration import Configuration
from services.kernel.context import Context

OURS, THEIRS = "0f6d3c1e-6a1f-4a53-9a54-0d4e5c5b7a01", "7c9e6679-7425-40de-944b-e07fc1f90ae7"


@dataclass(frozen=True)
class Asked:
    target: str
    args: dict[str, Any]
    context: Context
    timeout: float


@dataclass
class Line:
    """Answers by `<service>.<method>`: a value, an exception to raise, or a function of the arguments.

    A token is the role that its bearer has in OURS; `gone` belongs to nobody.
    """

    connected: bool = True
    asked: list[Asked] = field(default_factory=list)
    answers: dict[str, Any] = field(default_factory=dict)

    async def call(
        self, service: str, method: str, args: Mapping[str, Any], context: Context, *, timeout: float = 4.0
    ) -> Any:
        target = f"{service}.{method}"
        self.asked.append(Asked(target, orjson.loads(orjson.dumps(args)), context, timeout))
        answer = self.answers.get(target, self._usual(target, args))
        if callable(answer):
            answer = answer(args)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _usual(self, target: str, args: Mapping[str, Any]) -> Any:
        if target == "auth.who":
            return person(args["token"])
        return {"items": [], "next": None, "events": []}

    def commands(self) -> list[Asked]:
        """Everything but the question who it is."""
        return [one for one in self.asked if one.target != "auth.who"]


def person(role: str) -> dict[str, str]:
    return {
        "pseudonym": f"pseudonym-of-{role}",
        "account": f"account-of-{role}",
        "organisation": OURS,
        "role": role,
        "session": f"session-of-{role}",
        "expires_at": "2100-01-01T00:00:00.000000Z",
    }


def configuration(**changed: Any) -> Configuration:
    said: dict[str, Any] = {
        "environment": "development",
        "var": Path("var"),
        "secrets": Path("secrets"),
        "amqp_url": "amqp://127.0.0.1",
        "database_url": None,
        "keyring_url": None,
        "port": 8000,
        "public_url": "http://127.0.0.1:8000",
        "smtp_url": None,
        "retention_sweep_seconds": 1.0,
        "key_epoch_hours": 24.0,
        "workers": 1,
        "trusted_proxies": (),
    }
    return Configuration(**(said | changed))


class Client:
    """The application as a caller at `peer` meets it, one loop for all of a test's requests."""

    def __init__(self, line: Line, *, peer: str = "127.0.0.1", **changed: Any) -> None:
        self.line = line
        app = application(configuration(**changed), line, b"k" * 32)
        transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=(peer, 4711))
        self._http = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000")
        self._runner = asyncio.Runner()

    def __call__(
        self, method: str, path: str, *, role: str | None = None, by: str = "bearer", **rest: Any
    ) -> httpx.Response:
        """In a role, `by` a bearer token or by the cookie of a browser that shows our own page."""
        headers = list(httpx.Headers(rest.pop("headers", {})).raw)
        if role is not None and by == "cookie":
            headers += [(b"Cookie", f"{NAME}={role}".encode()), (b"Sec-Fetch-Site", b"same-origin")]
        elif role is not None:
            headers.append((b"Authorization", f"Bearer {role}".encode()))
        return self._runner.run(self._http.request(method, path, headers=headers, **rest))

    def close(self) -> None:
        self._runner.run(self._http.aclose())
        self._runner.close()


Ask = Callable[..., httpx.Response]
