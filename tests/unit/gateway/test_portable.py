"""What a person takes along opens anywhere, says what it is, and holds what they provided and nothing else (AVG 20)."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest

from gateway.portable import portable
from gateway.schemas.portable import PORTABLE
from tests.unit.gateway.line import Client, Line

HELD: dict[str, Any] = {
    "account": {
        "account": "public",
        "organisation": "o",
        "role": "member",
        "status": "open",
        "username": "sanne.devries",
        "email": "sanne@voorbeeld.example",
        "first_name": "=cmd|' /C calc'!A0",
        "infix": None,
        "last_name": "Vriës, de\r\nTweede",
        "invited_at": "2025-01-01T00:00:00Z",
        "registered_at": "2025-01-02T00:00:00Z",
    },
    "sessions": [],
    "fields": [{"field": "f", "value": "=ploeg", "set_at": "m"}],
    "mails": [{"kind": "invitation", "to": "x", "due": "y"}],
    "sign_in_failures": {"in_a_row": 7, "wait_until": None},
}
REQUEST = {"id": "r", "kind": "access", "channel": "app", "received_at": "m", "said": "../../etc", "refusal": "Nee."}


def opened(made: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(made)) as found:
        assert found.testzip() is None
        return {name: found.read(name) for name in found.namelist()}


@pytest.fixture
def ask() -> Iterator[Client]:
    line = Line()
    line.answers["auth.my_data"] = HELD
    given = {"purpose": "usage_insight", "legal_basis": "consent", "in_force": True, "statement_version": None}
    line.answers["org.my_consents"] = {"items": [given]}
    line.answers["retention.my_dates"] = {"recorded": {}}
    line.answers["retention.my_requests"] = {"items": [REQUEST], "next": None}
    client = Client(line)
    yield client
    client.close()


def test_the_archive_holds_each_kind_as_json_and_csv_under_its_schema(ask):
    answer = ask("GET", "/v1/me/export", role="member")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    files = opened(answer.content)

    kinds = {f"{kind}{end}" for kind in PORTABLE for end in (".json", ".csv", ".schema.json")}
    assert set(files) == kinds | {"manifest.json", "readme.txt"}
    manifest = json.loads(files["manifest.json"])
    assert (manifest["format"], manifest["version"]) == ("crisisconnect.nl/portable-archive", 1)
    hashes = {one["name"]: one["sha256"] for one in manifest["files"]}
    assert hashes == {n: hashlib.sha256(body).hexdigest() for n, body in files.items() if n != "manifest.json"}
    for kind in PORTABLE:
        declared = json.loads(files[f"{kind}.schema.json"])["items"]["properties"]
        for record in json.loads(files[f"{kind}.json"]):
            assert list(record) == list(declared)


def test_what_was_provided_is_exact_in_json_and_harmless_in_csv(ask):
    files = opened(ask("GET", "/v1/me/export", role="member").content)

    assert json.loads(files["account.json"])[0]["first_name"] == HELD["account"]["first_name"]
    head, line = csv.reader(io.StringIO(files["account.csv"].decode(), newline=""))
    found = dict(zip(head, line, strict=True))
    assert (found["first_name"], found["infix"]) == (f"'{HELD['account']['first_name']}", "")
    assert found["last_name"] == HELD["account"]["last_name"]
    assert json.loads(files["requests.json"])[0]["said"] == "../../etc"


def test_what_others_made_of_a_person_stays_here(ask):
    files = b"".join(opened(ask("GET", "/v1/me/export", role="member").content).values())

    assert b"Nee." not in files
    assert b"in_a_row" not in files
    assert b"public" not in files


def test_the_same_data_makes_the_same_bytes_and_nothing_makes_an_archive_as_well():
    empty = {kind: [] for kind in PORTABLE}

    assert portable(empty) == portable(dict(reversed(empty.items())))
    assert json.loads(opened(portable(empty))["sessions.json"]) == []
