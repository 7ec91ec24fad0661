"""A log behind a URL: checkpoint and tiles over HTTP, entry bundles where the asker may have them (C2SP tlog-tiles)."""

from __future__ import annotations

import http.client
import ssl
import time
import zlib
from urllib.parse import urlsplit

from services.reader import tiles
from services.reader.report import Unusable
from services.reader.shelf import Bundle, Shelf
from services.reader.stated import Stated, parse_stated

_TRIES = 4
_SECONDS = 30.0
_FORBIDDEN = (401, 403)
_SMALL = 64 * 1024
_STATED = 4 * 1024 * 1024
_BUNDLE = tiles.WIDTH * (2 + tiles.MAX_ENTRY_BYTES)


class Remote(Shelf):
    """Reads over one connection that stays open; an answer is never longer than its format allows."""

    def __init__(self, url: str, token: str | None = None) -> None:
        """`token` is sent with requests for entries alone, and never in the clear over a network. Raises Unusable."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise Unusable("a log's URL is http(s)://host/prefix")
        if parts.username is not None:
            raise Unusable("secrets do not stand in a URL")
        if token is not None and parts.scheme == "http" and parts.hostname not in ("127.0.0.1", "::1", "localhost"):
            raise Unusable("a token is sent over https only")
        self._prefix, self._token = parts.path.rstrip("/"), token
        self._connection: http.client.HTTPConnection
        if parts.scheme == "https":
            context = ssl.create_default_context()
            self._connection = http.client.HTTPSConnection(
                parts.hostname, parts.port, timeout=_SECONDS, context=context
            )
        else:
            self._connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=_SECONDS)

    def close(self) -> None:
        self._connection.close()

    def checkpoint(self) -> bytes:
        """The signed checkpoint. Raises Unusable when there is none."""
        found = self._get("checkpoint", _SMALL)
        if found is None:
            raise Unusable("there is no checkpoint at this URL")
        return found

    def log_vkey(self) -> str:
        """The verifier key kept beside the log. Raises Unusable when there is none."""
        found = self._get("log.vkey", _SMALL)
        if found is None:
            raise Unusable("no verifier key was given, and there is no log.vkey at this URL")
        return found.decode("utf-8", "replace").strip()

    def try_entries(self, size: int) -> None:
        """Find out whether entries are for us, by the first bundle. Raises Unusable for a token that is refused."""
        if size:
            try:
                self.bundle(0, min(size, tiles.WIDTH))
            except _Forbidden as refused:
                if self._token is not None:
                    raise Unusable("the token does not open the entries") from refused
                self.holds_entries = False

    def bundle(self, n: int, width: int) -> Bundle:
        where = tiles.entries_path(n, width)
        raw = self._get(where, _BUNDLE, self._token)
        if raw is None and width < tiles.WIDTH:
            raw = self._get(tiles.entries_path(n), _BUNDLE, self._token)
        entries = tiles.split_bundle(raw, width)[0] if raw is not None else []
        return Bundle([*entries, *[None] * (width - len(entries))], where)

    def tile(self, level: int, n: int, width: int) -> bytes | None:
        exact = self._get(tiles.tile_path(level, n, width), _SMALL)
        if exact is not None or width == tiles.WIDTH:
            return exact
        full = self._get(tiles.tile_path(level, n), _SMALL)
        return None if full is None else full[: width * tiles.HASH_BYTES]

    def pruned(self) -> Stated | None:
        raw = self._get("pruned", _STATED, self._token)
        return None if raw is None else parse_stated(raw)

    def tile_name(self, level: int, n: int, width: int) -> str:
        return tiles.tile_path(level, n, width)

    def _get(self, path: str, limit: int, token: str | None = None) -> bytes | None:
        """The body, None for 404. Raises _Forbidden, and Unusable when no answer comes after a few tries."""
        headers = {"Accept-Encoding": "gzip"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        reason = "no answer"
        for attempt in range(_TRIES):
            if attempt:
                time.sleep(0.25 * 2**attempt)
            try:
                self._connection.request("GET", f"{self._prefix}/{path}", headers=headers)
                answer = self._connection.getresponse()
                body = answer.read(limit + 1)
            except (OSError, http.client.HTTPException) as error:
                self._connection.close()
                reason = type(error).__name__
                continue
            if len(body) > limit:
                self._connection.close()
                raise Unusable(f"the answer for {path} is longer than its format allows")
            if answer.status == 200:
                return _plain(body, limit) if answer.headers.get("Content-Encoding") == "gzip" else body
            if answer.status in (404, 410):
                return None
            if answer.status in _FORBIDDEN:
                raise _Forbidden(f"{path} is not for us: {answer.status}")
            reason = f"status {answer.status}"
            if answer.status < 500 and answer.status != 429:
                break
        raise Unusable(f"{path} cannot be read: {reason}")


class _Forbidden(Unusable):
    """What is asked for is not for the asker."""


def _plain(body: bytes, limit: int) -> bytes:
    unzip = zlib.decompressobj(wbits=31)
    try:
        plain = unzip.decompress(body, limit + 1)
    except zlib.error as error:
        raise Unusable("an answer said to be gzip is not") from error
    if len(plain) > limit or not unzip.eof:
        raise Unusable("a compressed answer is cut short, or longer than its format allows")
    return plain
