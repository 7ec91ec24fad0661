"""What a package says of itself has to agree with itself, with the log and with whoever was asked: item by item."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from nacl.signing import SigningKey

from services.audit.packaging.package import Package, build
from services.reader import Unusable, verify_disclosure
from tests.unit.audit.packages.world import DISCLOSURE, KEY, ORGANISATION, SPKI, Tiny, statement
from tests.unit.reader.test_disclosure import Files, dumped, repacked, unpacked, wrong, zipped
from tests.unit.reader.tinylog import LOG, Signer, event

OTHER = SigningKey(b"another key of the organisation.")
OTHER_SPKI = base64.b64encode(base64.b64decode(SPKI)[:12] + bytes(OTHER.verify_key)).decode()
RECORD, STATEMENT = "consultation/record.json", "consultation/statement.txt"
ANNE = Signer("witness.example/anne", 4)


@pytest.fixture(scope="module")
def built() -> Iterator[dict[str, Package]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("services.audit.packaging.package.pdf", lambda page: b"%PDF " + page.lang.encode())
        yield {outcome: build(Tiny(outcome).contents) for outcome in ("agreed", "objected", "lapsed", "barred")}


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.audit.packaging.package.pdf", lambda page: b"%PDF " + page.lang.encode())


def as_it_is(files: Files) -> bytes:
    """As somebody would who changes a file and leaves the manifest that was handed over."""
    return zipped(sorted(files.items()))


def rewritten(among: Files, name: str, **but: Any) -> Files:
    return {**among, name: dumped({**json.loads(among[name]), **but})}


def test_the_report_has_each_fact_on_a_line(built):
    package, size = built["objected"], 12
    report = verify_disclosure(package.archive, log_vkey=LOG.vkey, manifest=package.manifest_sha256)

    assert report.text().splitlines() == [
        f"package of disclosure {DISCLOSURE}",
        f"organisation {ORGANISATION}, 1 people",
        "approved by two who did not open it",
        "consultation: objected",
        f"{size} entries proved in log {LOG.name}, whose size was {size}",
        f"SHA-256 of the manifest {package.manifest_sha256}",
        "not compared: what the PDF pages say; the data beside them was",
        "ok",
    ]
    other = verify_disclosure(package.archive, log_vkey=LOG.vkey, manifest="00" * 32)
    assert other.text().splitlines() == [
        "package of disclosure ?",
        "WRONG: manifest.json: it is another one than that whose SHA-256 was given",
    ]


def test_a_package_is_witnessed_as_much_as_was_asked(built):
    report = verify_disclosure(built["agreed"].archive, log_vkey=LOG.vkey, witnesses=[ANNE.vkey])
    assert str(report.wrong).startswith("log/checkpoint.note")
    assert not report.witnesses


def test_a_key_that_is_none_is_the_asker_s_mistake_and_in_the_package_it_is_a_fault_of_it(built):
    package = built["agreed"].archive
    with pytest.raises(Unusable):
        verify_disclosure(package, log_vkey="no key")
    with pytest.raises(Unusable):
        verify_disclosure(package, pins={"/audit": "no key"})
    for own in (b"no key\n", b"\xff\n"):
        report = verify_disclosure(repacked({**unpacked(built["agreed"]), "log/log.vkey": own}))
        assert str(report.wrong).startswith("log/log.vkey")


def test_what_is_larger_than_a_package_can_be_is_not_read_to_its_end(built, tmp_path, monkeypatch):
    file = tmp_path / "package"
    file.write_bytes(built["agreed"].archive)
    monkeypatch.setattr("services.reader.disclosure.LARGEST", len(built["agreed"].archive))
    assert verify_disclosure(file).ok
    monkeypatch.setattr("services.reader.disclosure.LARGEST", len(built["agreed"].archive) - 1)
    with pytest.raises(Unusable):
        verify_disclosure(file)


@pytest.mark.parametrize("name", ["data/people.json", "disclosure.nl.pdf", "log/entries/4.note", "readme.nl.txt"])
def test_the_manifest_stands_for_every_byte_of_every_file(built, name):
    files = unpacked(built["agreed"])
    for changed in (files[name][:-2] + b"x" + files[name][-1:], files[name] + b"\n"):
        assert wrong(as_it_is({**files, name: changed})) == f"{name}: it is not what the manifest lists"
    told = json.loads(files["manifest.json"])
    for one in told["files"]:
        one["bytes"] += one["name"] == name
    assert wrong(as_it_is({**files, "manifest.json": dumped(told)})) == f"{name}: it is not what the manifest lists"


def test_the_manifest_lists_each_file_once_and_in_order(built):
    files = unpacked(built["agreed"])
    listed = json.loads(files["manifest.json"])["files"]
    for other in (listed[1:], listed[::-1], [*listed, listed[-1]]):
        told = rewritten(files, "manifest.json", files=other)
        assert wrong(as_it_is(told)) == "manifest.json: it does not list exactly the files that are there"


def test_the_manifest_is_of_this_disclosure_of_this_moment_and_of_this_format(built):
    files = unpacked(built["agreed"])
    said = {"disclosure": ORGANISATION, "at": "2026-03-05T12:00:00.000001Z", "format": "another/v1"}
    for name, value in said.items():
        assert f"its {name} is not that of" in wrong(repacked(rewritten(files, "manifest.json", **{name: value})))
    both = rewritten(rewritten(files, "manifest.json", format="another/v1"), "disclosure.json", format="another/v1")
    assert "its format is not" in wrong(repacked(both))


@pytest.mark.parametrize("name", ["manifest.json", "disclosure.json", "data/people.json", RECORD])
def test_json_has_one_spelling_and_its_own_fields(built, name):
    files = unpacked(built["lapsed"])
    tight = {**files, name: json.dumps(json.loads(files[name])).encode()}
    assert "one spelling" in wrong(as_it_is(tight) if name == "manifest.json" else repacked(tight))
    said = json.loads(files[name])
    more = {**files, name: dumped([{**said[0], "more": 1}] if isinstance(said, list) else {**said, "more": 1})}
    assert wrong(as_it_is(more) if name == "manifest.json" else repacked(more)).startswith(name)


@pytest.mark.parametrize("outcome", ["silence", None, ["agreed"]])
def test_an_outcome_is_one_of_those_there_are(built, outcome):
    told = rewritten(unpacked(built["lapsed"]), RECORD, outcome=outcome)
    assert "names no outcome" in wrong(repacked(told))


def test_an_entry_without_its_proof_and_a_proof_without_its_entry_are_refused(built):
    files = unpacked(built["lapsed"])
    for gone in ("log/entries/2.note", "log/proofs/2.proof"):
        left = {name: raw for name, raw in files.items() if name != gone}
        assert "not every entry has its proof" in wrong(repacked(left))
    for strange in ("log/entries/2.proof", "log/proofs/2.note"):
        assert "no package has such a file" in wrong(repacked({**files, strange: b"x"}))


def test_an_archive_that_breaks_off_in_a_header_is_refused(built):
    archive = built["lapsed"].archive
    second = archive.index(b"PK\x03\x04", 4)
    for end in (4, 29, 30, second + 4, second + 29, second + 40):
        assert wrong(archive[:end]).startswith("archive")


def answered(files: Files, outcome: str, reasons: str | None) -> Files:
    """As the organisation signed it."""
    record = json.loads(files[RECORD])
    asked = json.loads(files["disclosure.json"])["scope"]["asked_sha256"]
    said = statement(DISCLOSURE, ORGANISATION, asked, outcome, reasons)
    told = {RECORD: dumped({**record, "outcome": outcome, "reasons": reasons}), STATEMENT: said}
    return {**files, **told, "consultation/statement.sig": KEY.sign(said).signature}


def test_an_objection_has_reasons_and_an_agreement_has_none(built):
    for outcome, reasons in (("agreed", "Toch niet."), ("objected", None)):
        assert "an objection has reasons" in wrong(repacked(answered(unpacked(built[outcome]), outcome, reasons)))


def test_the_key_beside_an_answer_is_the_one_that_its_record_names(built):
    files = unpacked(built["agreed"])
    pem = files["consultation/key.pem"].replace(SPKI.encode(), OTHER_SPKI.encode())
    assert "it is not the key that the record names" in wrong(repacked({**files, "consultation/key.pem": pem}))


class Rekeyed(Tiny):
    """The organisation registers another key, before its answer or after it."""

    def __init__(self, *, before: bool) -> None:
        self._before = before
        super().__init__("agreed")

    def _consulted(self, outcome: str) -> list[tuple[str, str, dict[str, Any], str]]:
        asked, answer = super()._consulted(outcome)
        other = ("rekeyed", "ConsultationKeyRegistered", {"organisation": ORGANISATION, "key": OTHER_SPKI}, "b")
        return [asked, other, answer] if self._before else [asked, answer, other]

    def _event(self, name: str, data: dict[str, Any]) -> bytes:
        if name != "ConsultationKeyRegistered":
            return super()._event(name, data)
        return event("/org", 2, name, "id-k2", data, **self._of_org())


def test_an_answer_is_signed_with_the_key_that_was_registered_last_before_it(printed):
    after, before = Rekeyed(before=False), Rekeyed(before=True)
    assert verify_disclosure(build(after.contents).archive, log_vkey=LOG.vkey).ok
    assert "its key is not the one" in wrong(build(before.contents).archive)
    newer = replace(before.contents.consultation, key_entry=before.at["rekeyed"])
    assert "its key is not the one" in wrong(build(before.but(consultation=newer)).archive)
    older = replace(after.contents.consultation, key_entry=after.at["rekeyed"])
    assert "its key is not the one" in wrong(build(after.but(consultation=older)).archive)


class Keyed(Tiny):
    """The organisation registered what is no key of the kind that signs."""

    def __init__(self, key: str) -> None:
        self._said = key
        super().__init__("agreed")

    def _key(self) -> dict[str, str]:
        return {"organisation": ORGANISATION, "key": self._said}


DER = base64.b64decode(SPKI)
X25519 = base64.b64encode(DER[:8] + b"\x6e" + DER[9:]).decode()


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ("no key!", "is not base64"),
        (base64.b64encode(DER + b"\x00").decode(), "no Ed25519 key"),
        (base64.b64encode(DER[12:]).decode(), "no Ed25519 key"),
        (X25519, "no Ed25519 key"),
    ],
)
def test_a_registered_key_of_another_kind_signs_nothing(key, why, printed):
    files = rewritten(unpacked(build(Keyed(key).contents)), RECORD, key=key)
    pem = files["consultation/key.pem"].replace(SPKI.encode(), key.encode())
    assert why in wrong(repacked({**files, "consultation/key.pem": pem}))


def test_a_term_lapsed_without_an_answer_and_from_the_moment_of_the_question(built, printed):
    late = rewritten(unpacked(built["lapsed"]), RECORD, asked_at="2026-03-05T12:00:00.000001Z")
    assert "asked at another moment" in wrong(repacked(late))
    tiny = Answered()
    assert "there was an answer" in wrong(build(tiny.contents).archive)


class Answered(Tiny):
    """The term lapsed, as the log says, and there was an answer all the same."""

    def __init__(self) -> None:
        super().__init__("lapsed")

    def _consulted(self, outcome: str) -> list[tuple[str, str, dict[str, Any], str]]:
        return [*super()._consulted(outcome), ("late", "ConsultationAnswered", {"outcome": "objected"}, "b")]


def test_what_a_law_bars_has_its_ground_and_another_officer(built, printed):
    bare = rewritten(unpacked(built["barred"]), RECORD, ground=" ")
    assert "no ground is given" in wrong(repacked(bare))
    for nobody in (None, ""):
        tiny = Tiny("barred", lies={"answered": {"by": nobody}})
        assert "no other officer" in wrong(build(tiny.contents).archive)
