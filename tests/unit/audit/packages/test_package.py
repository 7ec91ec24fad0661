"""A package is the same bytes for the same contents, holds what was granted and nothing else, and opens with age."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import asdict, fields, replace
from hashlib import sha256
from pathlib import Path

import pyrage
import pytest

from services.audit.packaging import page as pages
from services.audit.packaging.contents import LANGUAGES, Field, Person
from services.audit.packaging.package import Package, Unfit, build, fit
from services.audit.packaging.page import DisclosurePage, page
from services.audit.packaging.sealing import is_recipient, sealed
from services.audit.packaging.words import README, WORDS
from services.contracts.privacy import Category
from services.kernel.paper import lettering
from services.kernel.paper.lettering import shown
from services.kernel.paper.pressing import pdf
from services.reader import verify_disclosure
from tests.unit.audit.packages.world import PEOPLE, RECIPIENT, SCOPE, Tiny
from tests.unit.reader.tinylog import LOG

HOSTILE = [
    '#panic("x")',
    '#read("/etc/passwd")',
    "]#import sys: *[",
    "$ x^2 $",
    "\\u{202e}\u202e\x00\x07\t",
    "../../etc",
    "مرحبا 👩‍🚒 ﷽ \ud7ff\ufffe",
]


@pytest.fixture(scope="module")
def package() -> Package:
    return build(Tiny().contents)


def files(package: Package) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(package.archive)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_same_contents_give_the_same_bytes(package):
    again = build(Tiny().contents)

    assert again == package


def test_who_receives_it_finds_it_sound(package):
    report = verify_disclosure(package.archive, log_vkey=LOG.vkey, manifest=package.manifest_sha256)
    assert report.ok, report.text()


def test_the_manifest_names_every_file_but_itself(package):
    held = files(package)
    listed = json.loads(held["manifest.json"])

    assert sha256(held["manifest.json"]).hexdigest() == package.manifest_sha256
    assert {one["name"]: (one["sha256"], one["bytes"]) for one in listed["files"]} == {
        name: (sha256(raw).hexdigest(), len(raw)) for name, raw in held.items() if name != "manifest.json"
    }


def test_no_name_climbs_out_and_none_is_compressed(package):
    with zipfile.ZipFile(io.BytesIO(package.archive)) as archive:
        assert all(one.compress_type == zipfile.ZIP_STORED for one in archive.infolist())
        assert not [name for name in archive.namelist() if name.startswith("/") or ".." in name or "\\" in name]


def test_the_pages_are_pdf_a_in_both_languages(package):
    held = files(package)
    for lang in LANGUAGES:
        made = held[f"disclosure.{lang}.pdf"]
        assert made.startswith(b"%PDF-1.7")
        assert b"<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>" in made
        assert b"<pdfuaid:part>1</pdfuaid:part>" in made


def test_a_formula_reaches_a_spreadsheet_as_text(package):
    held = files(package)
    assert b"'=HYPERLINK" in held["data/people.csv"]
    assert json.loads(held["data/people.json"])[0]["fields"][1]["value"].startswith("=HYPERLINK")


def test_whatever_a_value_holds_is_text_on_the_page():
    named = [Field(category=Category.NAME, name=one, value=one) for one in HOSTILE]
    hostile = Tiny().but(people=(Person(label="1", fields=tuple(named)),))
    assert pdf(page(hostile, "en")).startswith(b"%PDF")


def test_every_letter_that_a_page_shows_can_be_printed():
    every = "\n".join(chr(code) for first, last in lettering.LETTERS for code in range(first, last + 1))
    fact = pages.Fact(label="letters", lines=tuple(shown(every[at : at + 999]) for at in range(0, len(every), 999)))
    assert pdf(replace(page(Tiny().contents, "en"), facts=(fact, replace(fact, exact=True)))).startswith(b"%PDF")
    assert (shown("漢"), shown("\x00\u202e")) == ("[U+6F22]", "[U+0000][U+202E]")


def test_what_does_not_fit_on_the_page_is_said_to_be_elsewhere(monkeypatch):
    monkeypatch.setattr(pages, "ROWS", 2)
    shown = page(Tiny().contents, "en")
    assert (len(shown.values), shown.more) == (2, "1")


@pytest.mark.parametrize("outcome", ["agreed", "objected", "lapsed", "barred", "own_suspicion"])
def test_every_outcome_is_on_the_page_in_both_languages(outcome):
    for lang in LANGUAGES:
        assert page(Tiny(outcome).contents, lang).consultation == WORDS[lang][outcome]


def other(**fields: object) -> Person:
    return replace(PEOPLE[0], **fields)


@pytest.mark.parametrize(
    "changes",
    [
        {"people": (other(label="2"),)},
        {"people": (other(fields=(Field(category=Category.IP_ADDRESS, name="ip", value="192.0.2.1"),)),)},
        {"scope": replace(SCOPE, granted=replace(SCOPE.granted, people=("1", "3")))},
        {"scope": replace(SCOPE, granted=replace(SCOPE.granted, categories=tuple(Category)))},
        {"deciders": (Tiny().contents.deciders[0],) * 2},
        {"consultation": replace(Tiny("objected").contents.consultation, reasons="Andere woorden.")},
        {"consultation": replace(Tiny().contents.consultation, signature="")},
        {"consultation": replace(Tiny("lapsed").contents.consultation, asked_entry=99)},
        {"consultation": replace(Tiny().contents.consultation, key_entry=99)},
        {"scope_entry": 99},
        {"log": replace(Tiny().contents.log, entries=Tiny().contents.log.entries[:-1])},
        {"consultation": replace(Tiny().contents.consultation, key="AAAA")},
    ],
)  # fmt: skip
def test_what_does_not_agree_with_itself_is_never_built(changes):
    with pytest.raises(Unfit):
        fit(Tiny().but(**changes))


def test_sealed_it_opens_for_its_recipient_alone(package):
    own, other = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
    closed = sealed(package.archive, str(own.to_public()))

    assert pyrage.decrypt(closed, [own]) == package.archive
    assert b"Fenna" not in closed
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(closed, [other])


@pytest.mark.parametrize(
    "text", ["", "age1", "AGE-SECRET-KEY-1", "ssh-ed25519 AAAA", "age1" + "q" * 58, RECIPIENT.upper()]
)
def test_a_key_that_is_none_is_refused(text):
    assert not is_recipient(text)
    with pytest.raises(ValueError, match="no age recipient"):
        sealed(b"x", text)


def test_a_key_is_one():
    assert is_recipient(str(pyrage.x25519.Identity.generate().to_public()))


def test_every_word_has_both_languages_and_every_one_is_used():
    nl, en = (WORDS[lang] for lang in LANGUAGES)
    assert set(nl) == set(en)
    assert set(README) == set(LANGUAGES)
    template = Path(pages.__file__).with_name("disclosure.typ").read_text()
    maker = Path(pages.__file__).read_text()
    outcomes = {"agreed", "objected", "lapsed", "barred", "own_suspicion"}
    used = {n for n in nl if f"w.{n}" in template or f'words["{n}"]' in maker or f"words['{n}']" in maker}
    assert set(nl) == used | outcomes


def test_the_template_sees_every_field_of_the_page_and_nothing_else():
    template = Path(pages.__file__).with_name("disclosure.typ").read_text()
    for name in asdict(page(Tiny().contents, "nl")):
        assert name in {"template", "at", "words"} or f"page-data.{name}" in template
    assert len(fields(DisclosurePage)) == len(asdict(page(Tiny().contents, "nl")))
