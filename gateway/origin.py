"""Where a request comes from: the peer itself, and what a proxy adds only where that proxy was named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

_FORWARDS = (b"x-forwarded-for", b"forwarded", b"x-real-ip", b"via")
_OURSELVES = frozenset({b"127.0.0.1", b"localhost", b"[::1]"})


class Origins:
    """`proxies` are addresses or networks whose X-Forwarded-For is believed."""

    def __init__(self, proxies: Iterable[str]) -> None:
        self._proxies: list[IPv4Network | IPv6Network] = [ip_network(proxy, strict=False) for proxy in proxies]

    def address(self, scope: Mapping[str, Any], headers: Mapping[bytes, bytes]) -> str | None:
        """The nearest address that no named proxy speaks for; None where there is none, or is none."""
        peer = _read((scope.get("client") or ("",))[0])
        chain = [_read(part.strip()) for part in headers.get(b"x-forwarded-for", b"").decode("latin-1").split(",")]
        while peer is not None and self._trusts(peer) and chain:
            before = chain.pop()
            if before is None:
                break
            peer = before
        return str(peer) if peer is not None else None

    def _trusts(self, address: IPv4Address | IPv6Address) -> bool:
        return any(address in network for network in self._proxies)


def is_local(scope: Mapping[str, Any], headers: Mapping[bytes, bytes]) -> bool:
    """Whether a program on this machine asks for this machine: not through a proxy, and not a page in a
    browser that was lured here under another name (the Host is checked).
    """
    peer = _read((scope.get("client") or ("",))[0])
    host = headers.get(b"host", b"").lower()
    name = host if host.endswith(b"]") else host.rsplit(b":", 1)[0]
    return (
        peer is not None and peer.is_loopback and name in _OURSELVES and not any(name in headers for name in _FORWARDS)
    )


def _read(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return address.ipv4_mapped or address if isinstance(address, IPv6Address) else address
