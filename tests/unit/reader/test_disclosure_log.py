"""In a package's part of the log each proof holds by itself: the log's signature, each entry's, and the path."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest

from services.audit.packaging.package import build
from tests.unit.audit.packages.world import DISCLOSURE, ORGANISATION, Tiny
from tests.unit.reader.test_disclosure import Files, repacked, unpacked, wrong
from tests.unit.reader.tinylog import KEYS, LOG, Signer, event

NINE, PROOF = "log/entries/9.note", "log/proofs/9.proof"


@pytest.fixture(scope="module", autouse=True)
def printed() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("services.audit.packaging.package.pdf", lambda page: b"%PDF " + page.lang.encode())
        yield


@pytest.fixture(scope="module")
def files(printed: None) -> Files:
    return unpacked(build(Tiny("agreed").contents))


def spoilt(signed: bytes) -> bytes:
    """A note with the last signature's last byte another."""
    head, _, line = signed.rstrip(b"\n").rpartition(b" ")
    raw = base64.b64decode(line)
    return head + b" " + base64.b64encode(raw[:-1] + bytes([raw[-1] ^ 1])) + b"\n"


def under(files: Files, note: bytes) -> Files:
    """The same entries, their proofs under another checkpoint."""
    old = files["log/checkpoint.note"]
    proofs = {name: raw.replace(old, note) for name, raw in files.items() if name.endswith(".proof")}
    return {**files, **proofs, "log/checkpoint.note": note}


def test_the_checkpoint_is_signed_by_the_log_that_was_asked_for(files):
    text = files["log/checkpoint.note"].partition(b"\n\n")[0] + b"\n"
    other = Signer(LOG.name, seed=b"another")
    for note in (spoilt(files["log/checkpoint.note"]), other.sign(text), text + b"\n", b"nothing"):
        assert wrong(repacked(under(files, note))).startswith("log/")
    assert wrong(repacked(under(files, other.sign(text)))).startswith("log/checkpoint.note")
    assert repacked(under(files, LOG.sign(text))) == repacked(files)


class Told(Tiny):
    """A log in which one event of the case is another than it should be."""

    def __init__(self, name: str, how: Any) -> None:
        self._name, self._how = name, how
        super().__init__("agreed")

    def _event(self, name: str, data: dict[str, Any]) -> bytes:
        made = super()._event(name, data)
        return self._how(made) if name == self._name else made


def said(made: bytes, **but: Any) -> bytes:
    """The same event, signed by its source, saying something else."""
    one = {**json.loads(made.partition(b"\n")[0]), **but}
    kind = one.pop("type").split(".")[-2]
    return event(one.pop("source"), int(one.pop("sequence")), kind, one.pop("id"), one.pop("data"), **one)


OTHERS: list[tuple[Any, str]] = [
    (spoilt, "not signed by the key of /audit"),
    (lambda made: KEYS["/org"].sign(made.partition(b"\n")[0] + b"\n"), "not signed under a key that /audit registered"),
    (lambda made: said(made, subject=f"disclosure/{ORGANISATION}"), "an entry of another case"),
    (lambda made: said(made, subject=f"organisation/{ORGANISATION}"), "an entry of another case"),
    (lambda made: said(made, source="/org", sequence="2"), "an entry of another case"),
    (lambda made: said(made, data=["x"]), "an entry of another case"),
]


@pytest.mark.parametrize(("how", "why"), OTHERS, ids=[str(number) for number in range(len(OTHERS))])
def test_each_entry_is_signed_by_its_source_and_of_this_case(how, why):
    assert why in wrong(repacked(unpacked(build(Told("BeheerderConsulted", how).contents))))


def test_a_proof_is_of_its_own_entry_and_of_nothing_beside_it(files):
    eight = files["log/proofs/8.proof"]
    extra = files[PROOF].replace(b"\nindex", b"\nextra eA==\nindex")
    for raw in (eight, extra, files[PROOF].rpartition(b"\n\n")[0] + b"\n\n" + b"x\n"):
        assert wrong(repacked({**files, PROOF: raw})).startswith(("log/proofs/9.proof", "log/entries/9.note"))
    assert "no proof of that entry" in wrong(repacked({**files, PROOF: eight}))
    assert "no proof of that entry" in wrong(repacked({**files, PROOF: extra}))
    other = files["log/checkpoint.note"].replace(b"\n12\n", b"\n13\n")
    moved = files[PROOF].replace(files["log/checkpoint.note"], other)
    assert "no proof of that entry" in wrong(repacked({**files, PROOF: moved}))


def test_its_path_leads_to_the_root_and_what_cannot_be_read_is_no_entry(files):
    lines = files[PROOF].split(b"\n")
    lines[2] = base64.b64encode(bytes(32))
    assert "does not lead from it to the root" in wrong(repacked({**files, PROOF: b"\n".join(lines)}))
    for name in (NINE, PROOF):
        assert wrong(repacked({**files, name: b"x"})).startswith(NINE)


def test_an_entry_that_is_named_and_is_not_there_is_said(files):
    told = json.loads(files["disclosure.json"])
    told["scope"]["entry"] = 999
    raw = json.dumps(told, ensure_ascii=False, indent=2).encode() + b"\n"
    assert "log/entries/999.note: it should be audit.DisclosureScoped" in wrong(
        repacked({**files, "disclosure.json": raw})
    )
    assert told["disclosure"] == DISCLOSURE
