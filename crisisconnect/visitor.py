"""Somebody who uses a running installation from outside, as an app or a browser does: over HTTP alone."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx

AWAY_TRIES = 20
MAIL_SECONDS = 10.0


class Unexpected(Exception):
    """An answer that was not counted on; its text is method, path without ids, status and problem code."""

    def __init__(self, method: str, path: str, status: int, code: str) -> None:
        place = "/".join(part if len(part) < 20 else "…" for part in path.split("?")[0].split("/"))
        super().__init__(f"{method} {place}: {status} {code}".rstrip())
        self.status = status
        self.code = code


class Visitor:
    """One client with one session."""

    def __init__(self, http: httpx.AsyncClient, agent: str = "") -> None:
        self._http = http
        self._headers = {"User-Agent": agent} if agent else {}
        self.account = ""
        self.organisation = ""

    async def ask(self, method: str, path: str, body: Any = None, *, once: str = "") -> dict[str, Any]:
        """The answer's JSON, `{}` where there is none. Raises Unexpected for every status but a 2xx.

        `once` is the idempotency key. Where a part is away, the same is asked again, at most twenty times.
        """
        headers = {**self._headers, **({"Idempotency-Key": once} if once else {})}
        for tries_left in reversed(range(AWAY_TRIES)):
            try:
                answer = await self._http.request(method, path, json=body, headers=headers)
                if answer.status_code != 503:
                    break
            except httpx.TransportError:
                if not tries_left:
                    raise
            await asyncio.sleep(0.5)
        said: dict[str, Any] = answer.json() if "json" in answer.headers.get("content-type", "") else {}
        if not answer.is_success:
            raise Unexpected(method, path, answer.status_code, str(said.get("code", "")))
        return said

    async def sign_in(self, username: str, password: str) -> None:
        """A session of one's own. Raises Unexpected(401) where there is no such account."""
        said = await self.ask("POST", "/v1/sessions", {"username": username, "password": password})
        self._headers["Authorization"] = f"Bearer {said['token']}"
        self.account, self.organisation = said["account"], said["organisation"]

    async def accept(self, token: str, person: Mapping[str, Any]) -> None:
        """Open the account that an invitation is for. `person`: username, password and the three names."""
        await self.ask("POST", f"/v1/invitations/{token}", dict(person), once=f"accept {person['username']}")


async def mailed_link(http: httpx.AsyncClient, to: str, *, seconds: float = MAIL_SECONDS) -> str | None:
    """The newest link mailed to an address, as the development mail page shows it; None where none comes in time."""
    for _ in range(max(1, int(seconds / 0.2))):
        answer = await http.get("/dev/mail.json", params={"to": to})
        if answer.is_success and (mails := answer.json()):
            return str(mails[0]["links"][0])
        await asyncio.sleep(0.2)
    return None
