"""Everything of an organisation as one ZIP, made while it is sent: nothing of it rests here (P06, P07, AVG 28(3)(g)).

Files of at most 1,000 records each, as JSON Lines and as CSV; a JSON Schema; the manifest with every hash comes last.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import structlog

from gateway.ask import Ask
from gateway.schemas.leaving import EXPORT
from gateway.streaming import Streamed
from services.kernel.paper.archive import as_json
from services.kernel.paper.sheets import table

log = structlog.get_logger("gateway")

FORMAT = "crisisconnect.nl/organisation-export/v1"
PEOPLE_A_PAGE = 100
PEOPLE_A_FILE = 1000

Record = Mapping[str, Any]


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


class Export(Streamed):
    """Entered in the log with its last byte."""

    __slots__ = ("_content",)

    def __init__(self, ask: Ask, content: Mapping[str, Any]) -> None:
        super().__init__(ask, media_type=b"application/zip", filename="crisisconnect-export.zip")
        self._content = content

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        content, organisation = self._content, str(self.ask.organisation)
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
        await self.call("org.export_delivered", delivered)

    async def _people(self, organisation: str) -> AsyncIterator[list[Record]]:
        """Page by page: each is one look at its people, which stands in auth's store before the page is answered."""
        after: str | None = None
        while True:
            asked = {"organisation": organisation, "after": after, "limit": PEOPLE_A_PAGE}
            page = await self.call("auth.export_people", asked)
            yield page["items"]
            after = page["next"]
            if after is None:
                return


def _parts(records: Sequence[Record]) -> Iterator[Sequence[Record]]:
    for start in range(0, len(records), PEOPLE_A_FILE):
        yield records[start : start + PEOPLE_A_FILE]
