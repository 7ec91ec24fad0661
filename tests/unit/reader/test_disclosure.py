"""A package of a disclosure verifies as it was built, and in no other way: not a byte, nor an outcome, less."""

from __future__ import annotations

import base64
import io
import json
import random
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from nacl.signing import SigningKey
from typer.testing import CliRunner

from crisisconnect.cli import app
from services.audit.packaging.consultation import OwnSuspicion
from services.audit.packaging.contents import Field, Person
from services.audit.packaging.package import Package, build
from services.audit.packaging.scope import Removed
from services.contracts.privacy import Category
from services.reader import Unusable, disclosure_archive, verify_disclosure
from services.reader.__main__ import main
from tests.unit.audit.packages.world import FIRST, KEY, NOON, OPENER, SCOPE, Tiny, statement
from tests.unit.reader.tinylog import LOG, Signer

OUTCOMES = ("agreed", "objected", "lapsed", "barred", "own_suspicion")
Files = dict[str, bytes]


@pytest.fixture(scope="module")
def printed() -> Iterator[None]:
    """Pages are printed elsewhere: here a package is built for what else is in it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("services.audit.packaging.package.pdf", lambda page: b"%PDF " + page.lang.encode())
        yield


@pytest.fixture(scope="module")
def built(printed) -> dict[str, Package]:
    return {outcome: build(Tiny(outcome).contents) for outcome in OUTCOMES}


def unpacked(package: Package) -> Files:
    with zipfile.ZipFile(io.BytesIO(package.archive)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(files: list[tuple[str, bytes]], method: int = zipfile.ZIP_STORED) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", method) as made:
        for name, raw in files:
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type, entry.external_attr, entry.create_system = method, 0o600 << 16, 3
            made.writestr(entry, raw)
    return sink.getvalue()


def repacked(files: Files) -> bytes:
    """As a forger would: with a manifest that is right again."""
    listed = {name: raw for name, raw in files.items() if name != "manifest.json"}
    head = json.loads(files["manifest.json"])
    head["files"] = [
        {"name": name, "sha256": sha256(listed[name]).hexdigest(), "bytes": len(listed[name])}
        for name in sorted(listed)
    ]
    return zipped(sorted({**listed, "manifest.json": dumped(head)}.items()))


def dumped(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=2).encode() + b"\n"


def wrong(archive: bytes, **options: Any) -> str:
    report = verify_disclosure(archive, log_vkey=LOG.vkey, **options)
    assert report.exit_code == 1
    return str(report.wrong)


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_a_package_verifies_as_it_was_built(built, outcome):
    package = built[outcome]
    report = verify_disclosure(package.archive, log_vkey=LOG.vkey, manifest=package.manifest_sha256)

    assert (report.ok, report.outcome, report.people) == (True, outcome, 1)
    assert report.manifest == package.manifest_sha256
    assert report.text().endswith("ok")
    assert repacked(unpacked(package)) == package.archive


@pytest.mark.parametrize("outcome", ["agreed", "barred"])
def test_one_changed_byte_in_any_file_fails(built, outcome):
    archive, chance = built[outcome].archive, random.Random(5)
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        places = [(one.header_offset + 30 + len(one.filename), one.file_size) for one in opened.infolist()]
    for start, size in places:
        for at in {start, start + size - 1, start + chance.randrange(size)}:
            assert not verify_disclosure(flipped(archive, at, chance)).ok


TEXT = st.text(st.characters(codec="utf-8"), max_size=40)


@given(reason=TEXT.filter(str.strip), name=TEXT, values=st.lists(st.tuples(TEXT, TEXT), max_size=4))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_was_written_in_it_it_verifies(printed, reason, name, values):
    """Writer and reader spell JSON, digests and the table each in their own way: it is the same for any text."""
    narrowed = replace(SCOPE, removed=tuple(Removed(what=one.what, reason=reason) for one in SCOPE.removed))
    tiny = Tiny("objected", scope=narrowed, reasons=reason)
    fields = tuple(Field(category=Category.NAME, name=what, value=value) for what, value in values)
    people = (Person(label="1", fields=fields),)
    report = verify_disclosure(build(tiny.but(people=people, file=replace(tiny.contents.file, maker=name))).archive)
    assert report.ok, report.text()


def test_one_changed_byte_anywhere_fails(built):
    archive, chance = built["lapsed"].archive, random.Random(6)
    listed = archive.index(b"PK\x01\x02")
    for at in {
        *range(4, 60),
        *chance.sample(range(4, len(archive)), 60),
        *chance.sample(range(listed, len(archive)), 200),
    }:
        assert not verify_disclosure(flipped(archive, at, chance)).ok


def flipped(archive: bytes, at: int, chance: random.Random) -> bytes:
    return archive[:at] + bytes([archive[at] ^ 1 << chance.randrange(8)]) + archive[at + 1 :]


def test_a_package_that_was_made_again_is_another_than_the_one_that_was_handed_over(built):
    files = unpacked(built["agreed"])
    said = json.loads(files["disclosure.json"])
    said["authority"]["official"] = "B. Anders"
    again = repacked({**files, "disclosure.json": dumped(said)})

    assert "another one" in wrong(again, manifest=built["agreed"].manifest_sha256)


@pytest.mark.parametrize("outcome", ["agreed", "objected", "lapsed", "barred"])
@pytest.mark.parametrize(
    "name", ["consultation/record.json", "data/people.json", "log/checkpoint.note", "disclosure.nl.pdf"]
)
def test_without_one_of_its_files_it_does_not_verify(built, outcome, name):
    files = unpacked(built[outcome])
    del files[name]
    assert name in wrong(repacked(files))


@pytest.mark.parametrize("name", ["consultation/statement.sig", "consultation/statement.txt", "consultation/key.pem"])
def test_an_answer_without_its_signature_does_not_verify(built, name):
    files = unpacked(built["objected"])
    del files[name]
    assert name in wrong(repacked(files))


def forged(files: Files) -> None:
    other = SigningKey(sha256(b"somebody else").digest())
    files["consultation/statement.sig"] = other.sign(files["consultation/statement.txt"]).signature


def emptied(files: Files) -> None:
    files["consultation/statement.sig"] = b""


def of_another_key(files: Files) -> None:
    other = SigningKey(sha256(b"somebody else").digest())
    public = base64.b64encode(bytes.fromhex("302a300506032b6570032100") + bytes(other.verify_key)).decode()
    record = json.loads(files["consultation/record.json"])
    files["consultation/record.json"] = dumped({**record, "key": public})
    files["consultation/key.pem"] = f"-----BEGIN PUBLIC KEY-----\n{public}\n-----END PUBLIC KEY-----\n".encode()
    forged(files)


def agreed_instead(files: Files) -> None:
    """With a signature that is the organisation's, over a text that is not in the log."""
    record = json.loads(files["consultation/record.json"])
    said = files["consultation/statement.txt"].replace(b"objected", b"agreed")
    said = said[: said.index(b"reasons ")] + b"reasons -\n"
    files["consultation/record.json"] = dumped({**record, "outcome": "agreed", "reasons": None})
    files["consultation/statement.txt"], files["consultation/statement.sig"] = said, KEY.sign(said).signature


def other_reasons(files: Files) -> None:
    record = json.loads(files["consultation/record.json"])
    files["consultation/record.json"] = dumped({**record, "reasons": "Geen bezwaar, bij nader inzien."})


def of_another_case(files: Files) -> None:
    said = statement("00000000-0000-4000-8000-000000000000", "o", "0" * 64, "objected", "x")
    files["consultation/statement.txt"], files["consultation/statement.sig"] = said, KEY.sign(said).signature


@pytest.mark.parametrize("forge", [forged, emptied, of_another_key, agreed_instead, other_reasons, of_another_case])
def test_a_forged_answer_does_not_verify(built, forge: Callable[[Files], None]):
    files = unpacked(built["objected"])
    forge(files)
    assert wrong(repacked(files)).startswith("consultation/")


def test_where_an_authority_asked_silence_is_no_outcome(built):
    """Not for a file in which the Beheerder answered, let the term lapse, or was not asked as the law forbids it."""
    for outcome in ("agreed", "lapsed", "barred"):
        tiny = Tiny(outcome)
        silent = build(tiny.but(consultation=OwnSuspicion(entry=tiny.at["began"])))
        assert "nothing says how that ended" in wrong(silent.archive)


def test_a_lapse_that_the_log_does_not_tell_is_none():
    lapsed = Tiny("lapsed").contents.consultation
    for outcome in ("agreed", "barred"):
        tiny = Tiny(outcome)
        told = replace(lapsed, asked_entry=tiny.at.get("consulted", 5), entry=tiny.at["answered"])
        assert not verify_disclosure(build(tiny.but(consultation=told)).archive).ok


LIES: list[tuple[str, dict[str, Any], str]] = [
    ("agreed", {"lies": {"second": {"by": FIRST}}}, "one officer approved twice"),
    ("agreed", {"lies": {"second": {"by": OPENER}}}, "who opened the file approved it"),
    ("agreed", {"lies": {"second": {"scope_version": 1}}}, "another version"),
    ("agreed", {"lies": {"first": {"digest": "0" * 64}}}, "another version"),
    ("agreed", {"lies": {"first": {"at": "2026-03-05T12:00:00.000001Z"}}}, "another moment"),
    ("agreed", {"lies": {"scoped": {"digest": "0" * 64}}}, "not the one that was set"),
    ("agreed", {"lies": {"opened": {"basis": "sv_126ng"}}}, "another legal basis"),
    ("agreed", {"lies": {"opened": {"rule": "sv_126nd@2"}}}, "another version of the table"),
    ("agreed", {"lies": {"opened": {"at": "2026-03-05T12:00:00.000001Z"}}}, "at another moment"),
    ("agreed", {"lies": {"answered": {"outcome": "objected"}}}, "something else was answered"),
    ("agreed", {"lies": {"answered": {"asked": "0" * 64}}}, "something else was answered"),
    ("agreed", {"lies": {"consulted": {"asked": "0" * 64}}}, "was asked about this"),
    ("agreed", {"without": ("second",)}, "should be audit.DisclosureApproved"),
    ("agreed", {"without": ("opened",)}, "one audit.DisclosureOpened"),
    ("agreed", {"without": ("began",)}, "one audit.SuspicionReported"),
    ("agreed", {"without": ("consulted",)}, "was asked about this"),
    ("lapsed", {"lies": {"answered": {"due": "2026-03-11T12:00:00.000000Z"}}}, "another term"),
    ("lapsed", {"without": ("answered",)}, "was asked about this"),
    ("barred", {"lies": {"answered": {"by": OPENER}}}, "no other officer"),
    ("barred", {"lies": {"opened": {"secrecy": "none"}}}, "that a law keeps secret"),
    ("barred", {"lies": {"answered": {"review_at": "2026-03-11T12:00:00.000000Z"}}}, "another day of review"),
]  # fmt: skip


@pytest.mark.parametrize(("outcome", "how", "why"), LIES)
def test_entries_that_tell_another_story_do_not_verify(outcome, how, why, printed):
    tiny = Tiny(outcome, **how)
    first, second = tiny.contents.deciders
    # Built all the same, as somebody would who writes the package by hand.
    contents = tiny.but(deciders=(first, replace(second, entry=second.entry or tiny.at["began"])))
    assert why in wrong(build(contents).archive)


SCOPES = [
    replace(SCOPE, removed=()),
    replace(SCOPE, removed=(SCOPE.removed[0], Removed(what="person/2", reason=" "))),
    replace(SCOPE, granted=replace(SCOPE.granted, since=None)),
    replace(SCOPE, asked=replace(SCOPE.asked, until=NOON)),
]


@pytest.mark.parametrize("scope", SCOPES)
def test_a_scope_that_was_widened_or_narrowed_without_a_reason_does_not_verify(scope, printed):
    assert wrong(build(Tiny("lapsed", scope=scope).contents).archive).startswith("disclosure.json")


def person(files: Files) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(files["data/people.json"])
    return found


def test_data_outside_the_scope_does_not_verify(built):
    for change in ({"person": "2"}, {"fields": [{"category": "ip_address", "name": "ip", "value": "192.0.2.1"}]}):
        files = unpacked(built["agreed"])
        files["data/people.json"] = dumped([{**person(files)[0], **change}])
        assert wrong(repacked(files)).startswith("data/people.json")


def test_a_table_that_says_something_else_than_the_data_does_not_verify(built):
    files = unpacked(built["agreed"])
    files["data/people.csv"] = files["data/people.csv"].replace(b"Fenna", b"Femke")
    assert wrong(repacked(files)).startswith("data/people.csv")


def test_an_entry_of_another_log_key_or_case_does_not_verify(built):
    files = unpacked(built["agreed"])
    changed = files["log/entries/9.note"].replace(b'"scope_version":2', b'"scope_version":3')
    assert "log/entries/9.note" in wrong(repacked({**files, "log/entries/9.note": changed}))
    other = verify_disclosure(built["agreed"].archive, log_vkey=Signer("other.example").vkey)
    assert "log.vkey" in str(other.wrong)


CLIMBING = ["../up.txt", "/etc/passwd", "a/../b.txt", "a\\b.txt", "C:x.txt", "A.TXT", "a//b.txt", ".hidden.txt"]


@pytest.mark.parametrize("name", [*CLIMBING, "extra.txt", "log/entries/007.note", "log/entries/99.note"])
def test_a_file_that_no_package_has_is_refused(built, name):
    files = {**unpacked(built["lapsed"]), name: b"x"}
    assert wrong(repacked(files))


def test_a_name_twice_an_expansion_a_tail_and_an_end_too_soon_are_refused(built):
    archive, files = built["lapsed"].archive, list(unpacked(built["lapsed"]).items())
    with pytest.warns(UserWarning, match="Duplicate name"):
        doubled = zipped([*files, files[-1]])
    for broken in (
        doubled,
        zipped(files, zipfile.ZIP_DEFLATED),
        archive + b"x",
        archive[:-1],
        archive[: len(archive) // 2],
    ):
        assert wrong(broken).startswith("archive")
    assert wrong(zipped(files[::-1])).startswith("archive")


def test_a_bomb_is_never_expanded(built):
    bomb = zipped([("manifest.json", bytes(1 << 26))], zipfile.ZIP_DEFLATED)
    assert "compressed" in wrong(bomb)


@pytest.mark.parametrize("raw", [b"", b"PK", b"age-encryption.org/v1\n", b"%PDF-1.7", b"{}"])
def test_what_is_no_package_is_unusable(raw, tmp_path: Path):
    with pytest.raises(Unusable):
        verify_disclosure(raw)
    (tmp_path / "x").write_bytes(raw)
    assert CliRunner().invoke(app, ["disclosure", "verify", str(tmp_path / "x")]).exit_code == 2


def test_what_is_too_large_is_not_read(monkeypatch):
    monkeypatch.setattr(disclosure_archive, "LARGEST", 10)
    monkeypatch.setattr("services.reader.disclosure.LARGEST", 10)
    with pytest.raises(Unusable):
        verify_disclosure(b"PK\x03\x04" + bytes(10))


TEXTS = ["null", "[]", "{}", '{"outcome": "agreed", "outcome": "lapsed"}', '{"outcome": []}']


@pytest.mark.parametrize("text", [*TEXTS, "[" * 100_000, '"\\ud800"', "1e999", "\x00", "9" * 5000])
def test_any_json_in_the_place_of_another_is_refused_and_breaks_nothing(built, text):
    for name in ("consultation/record.json", "disclosure.json", "data/people.json"):
        assert name in wrong(repacked({**unpacked(built["lapsed"]), name: text.encode()}))
    assert wrong(zipped(sorted({**unpacked(built["lapsed"]), "manifest.json": text.encode()}.items())))


def test_the_command_says_it_with_its_exit_code(built, tmp_path: Path):
    sound, broken = tmp_path / "sound.zip", tmp_path / "broken.zip"
    sound.write_bytes(built["objected"].archive)
    broken.write_bytes(built["objected"].archive.replace(b"Fenna", b"Femke"))
    options = ["--log-vkey", LOG.vkey, "--manifest", built["objected"].manifest_sha256]
    good = CliRunner().invoke(app, ["disclosure", "verify", str(sound), *options])
    bad = CliRunner().invoke(app, ["disclosure", "verify", str(broken), *options])

    assert (good.exit_code, good.output.splitlines()[-1]) == (0, "ok")
    assert (bad.exit_code, "WRONG" in bad.output) == (1, True)
    assert main(["--disclosure", str(sound), *options]) == 0
    assert CliRunner().invoke(app, ["disclosure", "verify", str(tmp_path / "none")]).exit_code == 2


def test_whose_log_and_which_package_it_is_must_be_given_to_be_shown(built):
    said = verify_disclosure(built["agreed"].archive).text()
    assert "taken from the package itself" in said
    assert "no SHA-256 of a manifest was given" in said
