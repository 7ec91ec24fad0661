"""Addresses are believed only from named proxies, and only a program on this machine counts as local."""

from __future__ import annotations

import pytest

from gateway.origin import Origins, is_local


def _from(peer: str) -> dict[str, object]:
    return {"client": (peer, 1)}


@pytest.mark.parametrize(
    ("peer", "forwarded", "proxies", "address"),
    [
        ("203.0.113.9", None, (), "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", (), "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1", ("10.0.0.0/8",), "198.51.100.1"),
        ("10.0.0.1", "6.6.6.6, 198.51.100.1", ("10.0.0.0/8",), "198.51.100.1"),
        ("10.0.0.1", "198.51.100.1, 10.0.0.2", ("10.0.0.0/8",), "198.51.100.1"),
        ("10.0.0.1", "nonsense", ("10.0.0.1",), "10.0.0.1"),
        ("10.0.0.1", None, ("10.0.0.1",), "10.0.0.1"),
        ("::ffff:10.0.0.1", "2001:db8::1", ("10.0.0.1",), "2001:db8::1"),
        ("", None, (), None),
    ],
)
def test_a_proxy_is_believed_only_if_it_was_named(
    peer: str, forwarded: str | None, proxies: tuple[str, ...], address: str | None
) -> None:
    headers = {b"x-forwarded-for": forwarded.encode()} if forwarded else {}
    assert Origins(proxies).address(_from(peer), headers) == address


@pytest.mark.parametrize(
    ("peer", "headers", "local"),
    [
        ("127.0.0.1", {b"host": b"127.0.0.1:8000"}, True),
        ("127.0.0.1", {b"host": b"LocalHost"}, True),
        ("::1", {b"host": b"[::1]:8000"}, True),
        ("127.0.0.1", {b"host": b"evil.example"}, False),
        ("127.0.0.1", {b"host": b"127.0.0.1.evil.example:80"}, False),
        ("127.0.0.1", {}, False),
        ("127.0.0.1", {b"host": b"localhost", b"x-forwarded-for": b"203.0.113.9"}, False),
        ("203.0.113.9", {b"host": b"localhost"}, False),
        ("", {b"host": b"localhost"}, False),
    ],
)
def test_local_is_a_program_on_this_machine_that_asks_this_machine(
    peer: str, headers: dict[bytes, bytes], local: bool
) -> None:
    assert is_local(_from(peer), headers) is local
