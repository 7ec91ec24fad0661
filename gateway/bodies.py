"""Bytes from strangers become values or a refusal: bounded in size, time and depth, read in one way only."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from starlette.types import Receive

from services.kernel.decider import Refused

MOST_BYTES = 1024 * 1024
MOST_DEPTH = 32
SECONDS = 15.0


class Gone(Exception):
    """The request ended before it was whole: the caller hung up, or what came was no body."""


async def read(headers: Mapping[bytes, bytes], receive: Receive) -> bytes:
    """The whole body. Raises Refused too_large (however it is sent) or request_timeout, and Gone."""
    said = headers.get(b"content-length", b"0")
    if not said.isdigit() or int(said[:20]) > MOST_BYTES:
        raise Refused("too_large" if said.isdigit() else "malformed")
    chunks: list[bytes] = []
    size, more = 0, True
    try:
        async with asyncio.timeout(SECONDS):
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise Gone
                chunk = message.get("body", b"")
                size += len(chunk)
                if size > MOST_BYTES:
                    raise Refused("too_large")
                chunks.append(chunk)
                more = message.get("more_body", False)
    except TimeoutError:
        raise Refused("request_timeout") from None
    return b"".join(chunks)


def must_be_json(headers: Mapping[bytes, bytes]) -> None:
    """Raises Refused unless the body is said to be uncompressed JSON, in UTF-8 where a charset is named."""
    kind, *parameters = headers.get(b"content-type", b"").lower().split(b";")
    charset = [p.strip().removeprefix(b"charset=").strip(b'"') for p in parameters if p.strip().startswith(b"charset=")]
    if kind.strip() != b"application/json" or any(c not in (b"utf-8", b"utf8", b"us-ascii") for c in charset):
        raise Refused("unsupported_media_type")
    if headers.get(b"content-encoding", b"identity").lower() != b"identity":
        raise Refused("unsupported_media_type")


def parse(body: bytes) -> Any:
    """The value of a JSON text. NaN, Infinity and lone surrogates are no JSON.

    Raises Refused not_utf8, too_deep, duplicate_key or malformed.
    """
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("not_utf8") from None
    try:
        value = orjson.loads(body)  # bounded in depth by itself, unlike the standard library's
    except orjson.JSONDecodeError as error:
        raise Refused("too_deep" if "depth" in error.msg else "malformed") from None
    if body.count(b"{") + body.count(b"[") > MOST_DEPTH:
        _must_be_shallow(value)
    try:
        json.loads(text, object_pairs_hook=_without_doubles)
    except ValueError:
        raise Refused("malformed") from None
    return value


def _must_be_shallow(value: Any) -> None:
    level = _containers([value])
    for _ in range(MOST_DEPTH):
        level = [
            inner for outer in level for inner in _containers(outer.values() if isinstance(outer, dict) else outer)
        ]
    if level:
        raise Refused("too_deep")


def _containers(values: Iterable[Any]) -> list[Any]:
    return [value for value in values if isinstance(value, dict | list)]


def _without_doubles(pairs: list[tuple[str, Any]]) -> None:
    if len({name for name, _ in pairs}) < len(pairs):
        raise Refused("duplicate_key")
