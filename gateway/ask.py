"""One request on its way: who asks, for what, in whose name it goes on, and until when somebody waits."""

from __future__ import annotations

import hashlib
import time
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from starlette.types import Receive
from uuid_utils import uuid7

from gateway import origin
from gateway.identity import Who
from gateway.route import For, Route
from gateway.secrets import digest, idempotency
from services.contracts.privacy import purpose_of
from services.kernel.context import Context
from services.kernel.decider import Refused

if TYPE_CHECKING:
    from gateway.door import Door

MOST_HEADERS = 32 * 1024
PATIENCE = 4.6
"""Seconds in which every request is answered, whatever is away."""
_ONCE = frozenset(
    {b"authorization", b"content-type", b"content-length", b"host", b"idempotency-key", b"if-match"}
    | {b"origin", b"sec-fetch-site"}
)
_JOINS = {b"cookie": b"; "}
"""By what a header is joined that came in several pieces (RFC 9113, 8.2.3); all others by a comma."""


@dataclass(slots=True)
class Ask:
    """Filled in the order of the checks: what is not yet there has not been looked at."""

    door: Door
    route: Route
    scope: MutableMapping[str, Any]
    correlation: str
    headers: dict[bytes, bytes] = field(default_factory=dict)
    token: str = ""
    by_cookie: bool = False
    who: Who | None = None
    query: dict[str, Any] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)
    raw: Any = None
    after: Any = None
    receive: Receive | None = None
    """What else the caller says, for an answer that is made while it is sent: that they are gone."""
    deadline: float = field(default_factory=lambda: time.monotonic() + PATIENCE)

    @property
    def path(self) -> dict[str, str]:
        found: dict[str, str] = self.scope["path_params"]
        return found

    @property
    def caller(self) -> Who:
        """Whoever signed in; only for routes that need it."""
        if self.who is None:
            raise Refused("unauthenticated")
        return self.who

    @property
    def organisation(self) -> str | None:
        """Whose data this is about: the organisation in the path, else the caller's own."""
        return self.path.get("org") or (self.who.organisation if self.who else None)

    @property
    def local(self) -> bool:
        return origin.is_local(self.scope, self.headers)

    @property
    def address(self) -> str | None:
        return self.door.origins.address(self.scope, self.headers)

    @property
    def agent(self) -> str | None:
        said = self.headers.get(b"user-agent")
        return said.decode("latin-1")[:500] if said else None

    def read_headers(self) -> None:
        """Raises Refused headers_too_large, or malformed where they can be read in two ways."""
        size = len(self.scope.get("raw_path") or b"") + len(self.scope.get("query_string", b""))
        found = self.headers
        for name, value in self.scope["headers"]:
            size += len(name) + len(value)
            if name in found:
                if name in _ONCE:
                    raise Refused("malformed")
                value = found[name] + _JOINS.get(name, b",") + value
            found[name] = value
        if size > MOST_HEADERS:
            raise Refused("headers_too_large")
        # What is read in two ways is read in both, by a proxy and by us (RFC 9112, 3.2 and 6.1).
        nameless = b"host" not in found and self.scope.get("http_version") == "1.1"
        if nameless or (b"transfer-encoding" in found and b"content-length" in found):
            raise Refused("malformed")

    def context(self) -> Context:
        """What travels with the call, in its sealed body."""
        who, route = self.who, self.route
        purpose = route.purpose
        if purpose is For.ROLE:
            purpose = purpose_of(who.role) if who else None
        return Context(
            actor=f"account/{who.pseudonym}" if who else "",
            organisation=self.organisation,
            role=who.role.value if who else None,
            session=who.session if who else None,
            purpose=purpose.value if purpose and not isinstance(purpose, For) else None,
            correlation=self.correlation,
            idempotency=self._idempotency(),
            digest=digest(self.door.digests, self.raw, route.secrets),
        )

    def _idempotency(self) -> str:
        """The caller's key in its scope; else a fresh one, so our own second attempt is no second deed."""
        key = self.headers.get(b"idempotency-key") if self.route.takes_key else None
        if key is None:
            return f"gateway:{uuid7()}"
        if not (1 <= len(key) <= 255 and all(0x20 <= byte < 0x7F for byte in key)):
            raise Refused("malformed", errors={"idempotency-key": ["1 to 255 printable ASCII characters."]})
        scope = self.who.pseudonym if self.who else ""
        if self.route.ends_session:
            scope = f"token:{hashlib.sha256(self.token.encode()).hexdigest()}"
        return idempotency(scope, self.route.method, self.scope["path"], key.decode("ascii"))

    @property
    def asks_again(self) -> bool:
        """Whether this may be the second time, and the first has ended the session."""
        return self.route.ends_session and b"idempotency-key" in self.headers and bool(self.token)

    @property
    def asks_cookie(self) -> bool:
        """Whether a session is to begin that a cookie keeps."""
        return self.route.starts_session and self.body.get("cookie") is True

    @property
    def ends_cookie(self) -> bool:
        """Whether this ends the session that the cookie stands for: of another session of one's own it does not."""
        if not (self.by_cookie and self.route.ends_session):
            return False
        return self.path.get("session") in (None, self.who.session if self.who else None)

    def version(self) -> int | None:
        """What `If-Match` holds on to. Raises Refused precondition_failed for a tag that we never gave."""
        tag = self.headers.get(b"if-match")
        if tag is None or tag == b"*":
            return None
        if not (tag[:1] == tag[-1:] == b'"' and tag[1:-1].isdigit() and len(tag) <= 20):
            raise Refused("precondition_failed")
        return int(tag[1:-1])

    async def call(self, target: str, args: dict[str, Any]) -> Any:
        """One question to a service, in the caller's name. Raises Refused, Unavailable or Failed."""
        return await self.door.call(target, args, self.context(), self.deadline)
