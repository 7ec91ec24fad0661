"""A person goes; whoever holds the certificate proves it off-line, twice, and learns from it nothing of who it was."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.journeys.people import Cast, Person, eventually
from tests.journeys.running import System

pytestmark = pytest.mark.timeout(300)
ROOT = Path(__file__).parents[2]
USERNAME = "sanne.devries"
EMAIL = "sanne@voorbeeld.example"


def test_a_certificate_is_proved_off_line_and_names_nobody(system: System, tmp_path: Path) -> None:
    cast = Cast(system.url)
    cast.assemble()
    member = cast.member(EMAIL, USERNAME, "Sanne", "Vries")
    # The statement is then signed by a key that the log's first entries do not know.
    system.command("keys", "rotate", "--signing", "retention")
    waits = _removed(cast)
    asked = member.ask("DELETE", "/v1/me", expect=202)
    path = f"/v1/erasures/{asked['erasure']['id']}/certificate"
    holder = Person(system.url)

    first = _fetched(holder, path, unreadable=False)
    _check(system, first, tmp_path / "first.json")
    system.command("keys", "rotate")
    second = _fetched(holder, path, unreadable=True)
    _check(system, second, tmp_path / "second.json")
    _check(system, first, tmp_path / "first.json")
    assert json.loads(second)["erased_here"] == json.loads(first)["erased_here"]

    pages = [_page(holder, path, lang) for lang in ("nl", "en")]
    for name in _names(cast, member, asked["events"][0]):
        for document in (first, second, *pages):
            assert name.encode() not in document, name
    _entries_are_what_they_are_said_to_be(cast.officer, json.loads(second))
    compared = system.command("log", "verify", "--certificate", str(tmp_path / "second.json"), "--here").stdout
    assert "compared: those entries say what the certificate says of them" in compared
    assert holder.get(f"/v1/erasures/{waits}/certificate", expect=409)["code"] == "not_yet"
    assert holder.get(f"/v1/erasures/{'0' * 8}-0000-4000-8000-{'0' * 12}/certificate", expect=404)
    assert system.command("log", "verify").stdout.endswith("ok\n")


def _removed(cast: Cast) -> str:
    """Somebody whom the Beheerder removed: that erasure waits for its grace."""
    other = cast.member("jan@voorbeeld.example", "jan.jansen", "Jan", "Jansen")
    path = f"/v1/organisations/{cast.organisation}/members/{other.account}"
    erasure = str(cast.beheerder.ask("DELETE", path)["erasure"]["id"])

    def scheduled() -> bool:
        return Person(cast.url).http.get(f"/v1/erasures/{erasure}").status_code == 200

    eventually(scheduled, what="an erasure that waits")
    return erasure


def _fetched(holder: Person, path: str, *, unreadable: bool) -> bytes:
    """The certificate as it is served, once it states that moment; the same bytes when it is asked for again."""

    def look() -> bytes | None:
        answer = holder.http.get(path)
        assert answer.status_code in (200, 404, 409), answer.text
        stated = answer.status_code == 200 and answer.json()["unreadable_in_every_earlier_copy"] is not None
        return answer.content if answer.status_code == 200 and stated == unreadable else None

    found = eventually(look, what=f"a certificate, unreadable in copies: {unreadable}")
    assert holder.http.get(path).content == found
    return found


def _check(system: System, certificate: bytes, file: Path) -> None:
    """By the reader alone, in a process without an installation; a byte that is changed is found wherever it stands."""
    key = json.loads((system.secrets / "installation.json").read_text())["log"]
    file.write_bytes(certificate)
    said = _verified(file, key)
    assert (said.returncode, said.stdout.splitlines()[-1]) == (0, "ok"), said.stdout + said.stderr
    assert system.command("log", "verify", "--certificate", str(file), "--log-vkey", key).stdout == said.stdout
    stranger = f"other.example/log+{'0' * 8}+{key.rsplit('+', 1)[0]}"
    assert _verified(file, stranger).returncode == 2

    spoilt = file.with_suffix(".spoilt.json")
    for place in (b'"remaining":0', b'"rule":"', b"\xe2\x80\x94 ", b'"leaf":"', b'"sequence'):
        at = certificate.index(place) + len(place) - 1
        spoilt.write_bytes(certificate[:at] + bytes([certificate[at] ^ 1]) + certificate[at + 1 :])
        said = _verified(spoilt, key)
        assert said.returncode in (1, 2), place
        assert "WRONG" in said.stdout or "no certificate" in said.stderr, place


def _verified(file: Path, key: str) -> subprocess.CompletedProcess[str]:
    bare = {name: value for name, value in os.environ.items() if not name.startswith("CRISISCONNECT")}
    command = [sys.executable, "-m", "services.reader", "--certificate", str(file), "--log-vkey", key]
    return subprocess.run(
        command,
        cwd=file.parent,
        env={**bare, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _page(holder: Person, path: str, lang: str) -> bytes:
    """The page for people, opened; asked for again it is the same."""
    answer = holder.http.get(path, params={"format": "pdf", "lang": lang})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert holder.http.get(path, params={"format": "pdf", "lang": lang}).content == answer.content
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", answer.content, re.DOTALL)
    opened = [answer.content]
    for stream in streams:
        try:
            opened.append(zlib.decompress(stream))
        except zlib.error:
            continue
    return b"\n".join(opened)


def _names(cast: Cast, member: Person, closed: str) -> list[str]:
    """What the person was called, here and in the log; and the request that asked, which stands in their entries."""
    index = eventually(lambda: cast.officer.get(f"/v1/receipts/{closed}")["index"], what="the entry that asks")
    event: dict[str, Any] = cast.officer.get(f"/v1/log/entries/{index}")["event"]
    pseudonym = event["subject"].removeprefix("account/")
    assert len(pseudonym) == 36
    return [pseudonym, member.account, USERNAME, EMAIL, "Sanne", closed, event["correlationid"]]


def _entries_are_what_they_are_said_to_be(officer: Person, certificate: dict[str, Any]) -> None:
    """Who may read the entries sees what a certificate only names."""
    erased, copies = certificate["erased_here"]["entries"], certificate["unreadable_in_every_earlier_copy"]["entries"]
    assert set(erased) == set(copies) == {"auth", "org", "audit", "retention"}
    named = {certificate["ordered"]["entry"]: "nl.crisisconnect.retention.ErasureOrdered.v1"}
    named |= {index: f"nl.crisisconnect.{service}.ErasureCompleted.v1" for service, index in erased.items()}
    named |= {index: f"nl.crisisconnect.{service}.KeyEpochRetired.v1" for service, index in copies.items()}
    for index, kind in named.items():
        assert officer.get(f"/v1/log/entries/{index}")["event"]["type"] == kind
    page = officer.get(f"/v1/log/entries?type={quote('nl.crisisconnect.retention.CertificateIssued.v1')}")
    stated = [item["index"] for item in page["items"]]
    assert certificate["statement"]["index"] in stated
    assert len(stated) == 2, "one for each moment"
