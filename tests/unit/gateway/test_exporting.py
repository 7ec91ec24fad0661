"""What leaves for a spreadsheet is data, and what leaves at all is declared."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile

from gateway.exporting import PEOPLE_A_FILE, Package
from gateway.schemas.leaving import EXPORT


def test_a_package_can_be_opened_and_its_manifest_names_every_file() -> None:
    package = Package({"organisation": "o"})
    sent = b"".join(
        [
            package.records("people", 1, [{"username": "=cmd()", "pseudonym": "never"}] * PEOPLE_A_FILE),
            package.records("people", 2, [{"username": "noor", "first_name": "Noor"}]),
            package.end(),
        ]
    )
    with zipfile.ZipFile(io.BytesIO(sent)) as made:
        assert made.testzip() is None
        names = made.namelist()
        manifest = json.loads(made.read("manifest.json"))
        found = {name: made.read(name) for name in names}
    assert names[-1] == "manifest.json"
    assert hashlib.sha256(found["manifest.json"]).hexdigest() == package.manifest_sha256
    told = {one["name"]: one["sha256"] for one in manifest["files"]}
    assert told == {n: hashlib.sha256(body).hexdigest() for n, body in found.items() if n != "manifest.json"}
    assert [one["records"] for one in manifest["files"]] == [PEOPLE_A_FILE, PEOPLE_A_FILE, 1, 1, 1]
    assert b"never" not in b"".join(found.values())
    assert json.loads(found["people/0002.jsonl"])["first_name"] == "Noor"
    assert b"'=cmd()" in found["people/0001.csv"]
    assert json.loads(found["schema.json"]) == EXPORT


def test_what_is_sent_before_the_end_is_not_kept() -> None:
    package = Package({})
    first, second = package.records("people", 1, []), package.records("people", 2, [])
    assert first
    assert second
    assert not second.startswith(first)
    package.close()
