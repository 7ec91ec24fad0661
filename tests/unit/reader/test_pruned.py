"""Where a log begins is stated in one spelling, and let go of only forwards, in whole bundles that are counted."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from services.reader.entry import Statement
from services.reader.note import Malformed, SignatureLine
from services.reader.pruned import Beginning, LetGo
from services.reader.report import Findings
from services.reader.sources import PRUNED
from services.reader.stated import parse_stated

NOTE = base64.b64encode(b"a note").decode()
SOUND = f"crisisconnect-log-pruned@v1\nminimum 512\nentry 1034\nkey 0 {NOTE}\nkey 7 {NOTE}\n"


def statement(kind: str = PRUNED, source: str = "/audit", **data: Any) -> Statement:
    event = {"data": {"minimum": 512, "numbers": {"/audit": 4, "/auth": 508}} | data}
    return Statement(source, 9, "id", kind, event, b"", SignatureLine("log", b"", b""))


def test_what_is_stated_is_read_back() -> None:
    stated = parse_stated(SOUND.encode())
    assert (stated.minimum, stated.entry) == (512, 1034)
    assert [(one.place, one.note) for one in stated.left] == [(0, b"a note"), (7, b"a note")]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("@v1", "@v2"),
        ("minimum 512", "minimum 0512"),
        ("minimum 512", "minimum"),
        ("minimum 512\nentry 1034", "entry 1034\nminimum 512"),
        ("entry 1034", "entry -1"),
        ("key 7", "key 0"),
        ("key 7", "key 512"),
        ("key 7", "Key 7"),
        (f"key 7 {NOTE}", f"key 7  {NOTE}"),
        (f"key 7 {NOTE}", f"key 7 {NOTE} "),
        (f"key 7 {NOTE}", f"key 7 {NOTE[:-1]}"),
        (f"key 7 {NOTE}\n", f"key 7 {NOTE}"),
        (f"key 7 {NOTE}\n", f"key 7 {NOTE}\n\n"),
        ("key 7", "clé 7"),
    ],
)
def test_another_spelling_is_none(old: str, new: str) -> None:
    assert old in SOUND
    with pytest.raises(Malformed):
        parse_stated(SOUND.replace(old, new).encode())


def test_it_is_let_go_of_forwards_only() -> None:
    beginning = Beginning()
    beginning.hear(600, statement())
    beginning.hear(601, statement())
    beginning.hear(900, statement(minimum=768, numbers={"/audit": 4, "/auth": 764}))
    assert beginning.heard[900] == LetGo(768, {"/audit": 4, "/auth": 764})
    with pytest.raises(Malformed, match="less than one before"):
        beginning.hear(901, statement())
    with pytest.raises(Malformed, match="less than one before"):
        beginning.hear(901, statement(minimum=768, numbers={"/auth": 768}))


@pytest.mark.parametrize(
    "wrong",
    [
        {"minimum": 500, "numbers": {"/auth": 500}},
        {"minimum": 256},
        {"minimum": 0, "numbers": {}},
        {"minimum": "512"},
        {"minimum": True},
        {"numbers": {"/audit": 513, "/auth": -1}},
        {"numbers": {"/auth": 512.0}},
        {"numbers": [512]},
        {"minimum": 768, "numbers": {"/auth": 768}},
    ],
)
def test_what_cannot_be_is_not_heard(wrong: dict[str, Any]) -> None:
    beginning = Beginning()
    with pytest.raises(Malformed):
        beginning.hear(600, statement(**wrong))
    assert not beginning.heard


def test_no_other_source_and_no_other_event_lets_anything_go() -> None:
    for other in (statement(source="/auth"), statement(kind="nl.crisisconnect.audit.GapHealed.v1")):
        with pytest.raises(Malformed):
            Beginning().hear(600, other)


def test_an_entry_that_was_relied_on_has_to_be_met_in_its_place() -> None:
    said = LetGo(512, {"/audit": 4, "/auth": 508})
    for heard, count in (({}, 1), ({1034: said}, 0), ({1035: said}, 1), ({1034: LetGo(512, {"/auth": 512})}, 1)):
        findings = Findings()
        Beginning(512, 1034, dict(heard), said).confirm(findings)
        assert findings.count == count
