"""Everything of an organisation as one ZIP, made while it is sent: nothing of it rests here (P06, P07, AVG 28(3)(g)).

Files of at most 1,000 records each, as JSON Lines and as CSV; a JSON Schema; the manifest with every hash comes last.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import time
import zipfile
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping, Sequence
from contextlib import aclosing, closing
from datetime import UTC, datetime
from typing import Any

import structlog
from starlette.types import Receive, Send

from gateway.answer import GUARDS, NO_STORE, Answer, Header
from gateway.ask import PATIENCE, Ask
from gateway.schemas.leaving import EXPORT
from services.kernel.archive import as_json
from services.kernel.decider import Refused
from services.kernel.rpc import Unavailable
from services.kernel.sheets import table

log = structlog.get_logger("gateway")

FORMAT = "crisisconnect.nl/organisation-export/v1"
PEOPLE_A_PAGE = 100
PEOPLE_A_FILE = 1000

Record = Mapping[str, Any]


class CutOff(Exception):
    """A part, or the caller, went away meanwhile; what was sent has no end, so nobody takes it for a whole."""


class Package:
    """A ZIP that is written to nobody: what is new in it is taken out after each file."""

    def __init__(self, head: Mapping[str, Any]) -> None:
        self._head = head
        self._files: list[dict[str, Any]] = []
        self._sink = _Sink()
        self._zip = zipfile.ZipFile(self._sink, "w", zipfile.ZIP_DEFLATED)
        self._now = datetime.now(UTC)
        self.people = 0
        self.manifest_sha256 = ""

    @property
    def files(self) -> int:
        """Without the manifest itself."""
        return len(self._files)

    def records(self, kind: str, part: int, records: Sequence[Record]) -> bytes:
        """One kind's next file, twice: exact for programs, and for people in a form that no spreadsheet executes."""
        names = list(EXPORT["$defs"][kind]["properties"])  # type: ignore[index]
        picked = [{name: record.get(name) for name in names} for record in records]
        lines = b"".join(json.dumps(one, ensure_ascii=False).encode() + b"\n" for one in picked)
        self._add(f"{kind}/{part:04}.jsonl", lines, len(picked))
        self._add(f"{kind}/{part:04}.csv", table(names, picked), len(picked))
        return self._sink.taken()

    def end(self) -> bytes:
        """The schema, the manifest, and the ZIP's own end."""
        self._add("schema.json", as_json(EXPORT), 1)
        manifest = {**self._head, "people": self.people, "made_at": self._now.isoformat(), "files": self._files}
        body = as_json(manifest)
        self.manifest_sha256 = hashlib.sha256(body).hexdigest()
        self._zip.writestr(self._named("manifest.json"), body)
        self.close()
        return self._sink.taken()

    def close(self) -> None:
        """Let go of it; what it would have ended with goes nowhere."""
        self._zip.close()

    def _add(self, name: str, body: bytes, records: int) -> None:
        digest = hashlib.sha256(body).hexdigest()
        self._files.append({"name": name, "sha256": digest, "bytes": len(body), "records": records})
        self._zip.writestr(self._named(name), body)

    def _named(self, name: str) -> zipfile.ZipInfo:
        found = zipfile.ZipInfo(name, self._now.timetuple()[:6])
        found.compress_type, found.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
        return found


class _Sink(io.RawIOBase):
    """Cannot be read or gone back in, so the ZIP is written in one direction."""

    def __init__(self) -> None:
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._held += data
        return len(data)

    def taken(self) -> bytes:
        held, self._held = bytes(self._held), bytearray()
        return held


class Streamed(Answer):
    """An answer that is made while it is sent, from page to page, and is entered in the log with its last byte."""

    __slots__ = ("_ask", "_content", "_gone")

    def __init__(self, ask: Ask, content: Mapping[str, Any]) -> None:
        disposition: Header = (b"content-disposition", b'attachment; filename="crisisconnect-export.zip"')
        super().__init__(200, b"", media_type=b"application/zip", headers=(disposition,))
        self._ask, self._content = ask, content
        self._gone: asyncio.Future[None] | None = None

    async def send(
        self, send: Send, correlation: str, *, head: bool = False, guards: tuple[Header, ...] = GUARDS
    ) -> None:
        named = ((b"content-type", self.media_type), NO_STORE, (b"correlation-id", correlation.encode()))
        headers = [*named, *guards, *self.headers]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        if not head:
            self._gone = asyncio.ensure_future(_gone(self._ask.receive))
            try:
                async with aclosing(self._pieces()) as pieces:
                    async for piece in pieces:
                        await send({"type": "http.response.body", "body": piece, "more_body": True})
                        await asyncio.sleep(0)
                        self._must_be_there()
            except (CutOff, Refused, Unavailable) as error:
                log.warning("an export was cut off", why=type(error).__name__, correlation=correlation)
                raise CutOff from None
            finally:
                self._gone.cancel()
        await send({"type": "http.response.body", "body": b""})

    def _must_be_there(self) -> None:
        """Raises CutOff: nobody is shown people, or noted as having them, who does not listen any more."""
        if self._gone is not None and self._gone.done():
            raise CutOff

    async def _pieces(self) -> AsyncGenerator[bytes, None]:
        content, organisation = self._content, str(self._ask.organisation)
        package = Package({"format": FORMAT, "export": content["export"], "organisation": organisation})
        with closing(package):
            yield package.records("organisation", 1, [content["organisation"]])
            for kind in ("agreements", "instructions", "fields", "supplements", "content"):
                for part, some in enumerate(_parts(content.get(kind, [])), start=1):
                    yield package.records(kind, part, some)
            part, held = 1, list[Record]()
            async for page in self._people(organisation):
                held += page
                package.people += len(page)
                if len(held) >= PEOPLE_A_FILE:
                    yield package.records("people", part, held)
                    part, held = part + 1, []
            if held:
                yield package.records("people", part, held)
            yield package.end()
        delivered = {
            "organisation": organisation,
            "export": content["export"],
            "manifest_sha256": package.manifest_sha256,
            "files": package.files,
            "people": package.people,
        }
        await self._call("org.export_delivered", delivered)

    async def _people(self, organisation: str) -> AsyncIterator[list[Record]]:
        """Page by page: each is one look at its people, which stands in auth's store before the page is answered."""
        after: str | None = None
        while True:
            asked = {"organisation": organisation, "after": after, "limit": PEOPLE_A_PAGE}
            page = await self._call("auth.export_people", asked)
            yield page["items"]
            after = page["next"]
            if after is None:
                return

    async def _call(self, target: str, args: dict[str, Any]) -> Any:
        self._must_be_there()
        self._ask.deadline = time.monotonic() + PATIENCE  # each page has its own time
        return await self._ask.call(target, args)


async def _gone(receive: Receive | None) -> None:
    """Ends once the caller has hung up."""
    while receive is not None and (await receive())["type"] != "http.disconnect":
        pass
    if receive is None:
        await asyncio.Future()


def _parts(records: Sequence[Record]) -> Iterator[Sequence[Record]]:
    for start in range(0, len(records), PEOPLE_A_FILE):
        yield records[start : start + PEOPLE_A_FILE]
