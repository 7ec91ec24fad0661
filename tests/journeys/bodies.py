"""Bodies that no door should let in, with the status and the code that name what is wrong."""

from __future__ import annotations

from typing import Any

BODIES: list[tuple[str, dict[str, Any], tuple[int, str]]] = [
    ("unknown field", {"json": {"first_name": "Noor", "shoe_size": 38}}, (422, "unknown_field")),
    ("wrong type", {"json": {"first_name": 12}}, (422, "invalid")),
    ("too long", {"json": {"first_name": "N" * 101}}, (422, "invalid")),
    ("no address", {"json": {"email": "no address at all"}}, (422, "invalid")),
    ("not an object", {"content": b"[]", "headers": {"Content-Type": "application/json"}}, (422, "invalid")),
    ("no JSON", {"content": b"{", "headers": {"Content-Type": "application/json"}}, (400, "malformed")),
    (
        "not UTF-8",
        {"content": b'{"first_name":"\xff"}', "headers": {"Content-Type": "application/json"}},
        (400, "not_utf8"),
    ),
    (
        "the same key twice",
        {"content": b'{"first_name":"A","first_name":"B"}', "headers": {"Content-Type": "application/json"}},
        (400, "duplicate_key"),
    ),
    (
        "10,000 deep",
        {"content": b"[" * 10_000 + b"]" * 10_000, "headers": {"Content-Type": "application/json"}},
        (400, "too_deep"),
    ),
    (
        "over 1 MiB",
        {"content": b'{"first_name":"' + b"N" * (1 << 20) + b'"}', "headers": {"Content-Type": "application/json"}},
        (413, "too_large"),
    ),
    (
        "no JSON at all",
        {"content": b"first_name=N", "headers": {"Content-Type": "text/plain"}},
        (415, "unsupported_media_type"),
    ),
]
