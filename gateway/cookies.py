"""The Beheeromgeving's session rests in a cookie that no script reads, and that no other site makes use of (P10, P11).

It is the one of the register: `__Host-` binds it to this very host, and it goes when the session does.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import urlsplit

from gateway.answer import Header
from gateway.route import CHANGES
from services.kernel.codec import moment
from services.kernel.decider import Refused

NAME = "__Host-session"
_ATTRIBUTES = "Path=/; Secure; HttpOnly; SameSite=Strict"
_PORTS = {"http": 80, "https": 443}


def kept(token: str, expires_at: str) -> Header:
    """The browser keeps the token until the session ends; it counts from now, whatever its own clock says."""
    left = max(0, int((moment(expires_at) - datetime.now(UTC)).total_seconds()))
    return b"set-cookie", f"{NAME}={token}; Max-Age={left}; {_ATTRIBUTES}".encode()


CLEARED: Header = (b"set-cookie", f"{NAME}=; Max-Age=0; {_ATTRIBUTES}".encode())


def held(headers: Mapping[bytes, bytes]) -> str | None:
    """The token that the browser kept. Raises Refused malformed where the cookie stands twice."""
    pairs = [pair.strip().partition(b"=") for pair in headers.get(b"cookie", b"").split(b";")]
    found = [value for name, _, value in pairs if name == NAME.encode()]
    if len(found) > 1:
        raise Refused("malformed")
    return found[0].decode("latin-1") if found else None


def origin_of(url: str) -> bytes:
    """As a browser writes it in `Origin` (RFC 6454): no path, and no port that goes without saying."""
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port not in (None, _PORTS.get(parts.scheme)) else ""
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{host}{port}".encode()


def must_be_ours(method: str, headers: Mapping[bytes, bytes], origin: bytes) -> None:
    """That one of our own pages asks. No page can write Sec-Fetch-Site; where a browser knows none, Origin tells.

    Raises Refused cross_site for any other, and for a change of which nothing says where it comes from.
    """
    changes, site = method in CHANGES, headers.get(b"sec-fetch-site")
    if site is not None:
        ours = site == b"same-origin" or (site == b"none" and not changes)
    else:
        ours = headers.get(b"origin") == origin if changes else True
    if not ours:
        raise Refused("cross_site")
