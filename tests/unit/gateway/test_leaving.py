"""An export is sent while it is made; it is entered as delivered once it has an end, and never otherwise."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import pytest

from gateway.app import application
from gateway.streaming import CutOff
from services.kernel.calls.rpc import Unavailable
from services.kernel.decider import Refused
from tests.unit.gateway.line import OURS, Client, Line, configuration

EXPORT = f"/v1/organisations/{OURS}/leaving/export"
CONTENT = {
    "export": "e8b1c2d3-7ea0-4bbe-a2d3-8b9c0d1e2f11",
    "organisation": {"organisation": OURS, "name": "Gemeente Voorbeeld", "kind": "public", "contact": None},
    "agreements": [],
}


@pytest.fixture
def ask() -> Any:
    client = Client(Line())
    client.line.answers["org.export_content"] = CONTENT
    yield client
    client.close()


def people(pages: int, then: Exception | None = None) -> Callable[[Mapping[str, Any]], Any]:
    """So many pages of one person each; after them the end, or what goes wrong."""

    def answer(args: Mapping[str, Any]) -> Any:
        page = int(args["after"] or 0) + 1
        if page > pages and then is not None:
            raise then
        last = page == pages and then is None
        return {"items": [{"username": f"lid.{page}"}], "next": None if last else str(page)}

    return answer


def asked(ask: Client, target: str) -> list[dict[str, Any]]:
    return [one.args for one in ask.line.asked if one.target == target]


def fetched(ask: Client, method: str = "GET") -> httpx.Response:
    return ask(method, EXPORT, role="beheerder")


def test_what_was_sent_is_what_is_entered_as_delivered(ask: Client) -> None:
    ask.line.answers["auth.export_people"] = people(3)
    answer = fetched(ask)
    with zipfile.ZipFile(io.BytesIO(answer.content)) as package:
        manifest = package.read("manifest.json")
    [delivered] = asked(ask, "org.export_delivered")
    assert delivered["manifest_sha256"] == hashlib.sha256(manifest).hexdigest()
    assert (delivered["people"], delivered["files"]) == (3, len(json.loads(manifest)["files"]))
    assert ask.line.asked[-1].target == "org.export_delivered"
    assert [page["limit"] for page in asked(ask, "auth.export_people")] == [100, 100, 100]


def test_what_breaks_off_has_no_end_and_is_not_delivered(ask: Client) -> None:
    ask.line.answers["auth.export_people"] = people(2, Unavailable("auth"))
    answer = fetched(ask)
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(io.BytesIO(answer.content))
    assert asked(ask, "org.export_delivered") == []


def test_who_hangs_up_is_shown_nobody_more_and_is_not_noted_as_having_them(ask: Client) -> None:
    ask.line.answers["auth.export_people"] = people(50)
    hung_up = asyncio.Event()
    said = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> dict[str, Any]:
        if said:
            return said.pop()
        await hung_up.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.body":
            hung_up.set()

    scope = {
        "type": "http",
        "method": "GET",
        "path": EXPORT,
        "raw_path": EXPORT.encode(),
        "query_string": b"",
        "headers": [(b"authorization", b"Bearer beheerder"), (b"host", b"127.0.0.1:8000")],
        "client": ("127.0.0.1", 4711),
        "root_path": "",
    }
    app = application(configuration(), ask.line, b"k" * 32)
    with pytest.raises(CutOff):
        asyncio.run(app(scope, receive, send))
    assert asked(ask, "org.export_delivered") == []
    assert len(asked(ask, "auth.export_people")) < 3


def test_a_refusal_comes_before_the_first_byte(ask: Client) -> None:
    ask.line.answers["org.export_content"] = Refused("leaving_not_chosen")
    answer = fetched(ask)
    assert (answer.status_code, answer.json()["code"]) == (409, "leaving_not_chosen")
    assert asked(ask, "auth.export_people") == []


def test_asking_for_the_head_looks_at_nobody(ask: Client) -> None:
    assert fetched(ask, "HEAD").headers["content-type"] == "application/zip"
    assert asked(ask, "auth.export_people") == []


def test_the_state_is_of_both_who_know_it(ask: Client) -> None:
    said = {"state": "chosen", "choice": "delete", "chosen_at": "2026-03-02T09:00:00Z", "export": None}
    ask.line.answers["org.leaving"] = {**said, "erasure": "d7a0"}
    ask.line.answers["retention.erasure"] = Refused("not_found")
    path = EXPORT.removesuffix("/export")
    answer = ask("GET", path, role="beheerder").json()
    assert (answer["erasure"]["id"], answer["erasure"]["state"], answer["grace_until"]) == ("d7a0", "requested", None)
    ask.line.answers["retention.erasure"] = {"id": "d7a0", "state": "scheduled", "due": "2026-04-01T09:00:00Z"}
    assert ask("GET", path, role="beheerder").json()["grace_until"] == "2026-04-01T09:00:00Z"
