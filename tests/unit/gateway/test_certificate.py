"""The certificate at the door: data as it is, or a page for people; the page is text only, and the same each time."""

from __future__ import annotations

import asyncio
import json
import re
import time
import zlib
from collections.abc import Iterator
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

import pytest

from gateway.openapi import document
from gateway.paper import certificate, printing, words
from gateway.paper.certificate import CertificatePage, page
from gateway.paper.printing import Printing
from gateway.routes import ROUTES
from services.kernel import moments
from services.kernel.calls.rpc import Unavailable
from services.kernel.decider import Refused
from tests.unit.gateway.line import Client, Line
from tests.unit.reader.tinycertificate import Tiny

PATH = "/v1/erasures/7c1d3a52-5d0e-4c7e-9a7e-3f6f2f0c9b11/certificate"
BOTH = Tiny().document()
FIRST = Tiny(unreadable_in_copies_at=None, retired={}).document()


@pytest.fixture
def ask() -> Iterator[Client]:
    client = Client(Line(answers={"retention.certificate": BOTH}))
    yield client
    client.close()


def printed(one: Any, seconds: float = 20.0) -> bytes:
    return asyncio.run(Printing().pdf(one, time.monotonic() + seconds))


def text_of(pdf: bytes) -> bytes:
    """Everything in a PDF, its compressed streams opened."""
    opened = [pdf]
    for found in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            opened.append(zlib.decompress(found[1]))
        except zlib.error:
            continue
    return b"\n".join(opened)


def test_as_json_it_is_what_retention_said_field_by_field(ask):
    answer = ask("GET", PATH)

    assert answer.json() == BOTH
    assert answer.headers["cache-control"] == "no-store"
    assert ask.line.asked[-1].args == {"erasure": PATH.split("/")[3]}
    assert ask("GET", PATH).content == answer.content


def test_before_it_is_true_there_is_none(ask):
    ask.line.answers["retention.certificate"] = Refused("not_yet")
    for query in ("", "?format=pdf"):
        answer = ask("GET", PATH + query)
        assert (answer.status_code, answer.json()["code"]) == (409, "not_yet")


def test_the_contract_names_both_media_types():
    operation = document(ROUTES)["paths"]["/v1/erasures/{erasure}/certificate"]["get"]
    assert set(operation["responses"]["200"]["content"]) == {"application/json", "application/pdf"}


@pytest.mark.parametrize("query", ["?format=xml", "?lang=de", "?format=pdf&lang=", "?size=4"])
def test_another_format_or_language_is_refused(ask, query):
    assert ask("GET", PATH + query).status_code == 422


@pytest.mark.parametrize("lang", words.LANGUAGES)
def test_as_a_page_it_is_pdf_a_and_the_same_bytes_each_time(ask, lang):
    answer = ask("GET", f"{PATH}?format=pdf&lang={lang}")

    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.headers["content-disposition"].startswith(f'inline; filename="{lang}-')
    assert answer.content.startswith(b"%PDF-1.7")
    assert b"<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>" in answer.content
    assert b"<pdfuaid:part>1</pdfuaid:part>" in answer.content
    assert f"<rdf:li>{lang}</rdf:li>".encode() in answer.content
    assert ask("GET", f"{PATH}?format=pdf&lang={lang}").content == answer.content


def test_dutch_is_what_one_gets_without_asking(ask):
    assert ask("GET", PATH + "?format=pdf").content == ask("GET", PATH + "?format=pdf&lang=nl").content


@pytest.mark.parametrize("lang", words.LANGUAGES)
def test_the_page_says_what_the_certificate_says(lang):
    shown = page(BOTH, lang)
    said = json.dumps(asdict(shown), ensure_ascii=False)

    assert [step.done for step in shown.steps] == [True] * 5
    assert {one.name: (int(one.completed), int(one.retired)) for one in shown.services} == {
        name: (entry, BOTH["unreadable_in_every_earlier_copy"]["entries"][name])
        for name, entry in BOTH["erased_here"]["entries"].items()
    }
    for value in (BOTH["certificate"], BOTH["organisation"], BOTH["law"][lang], BOTH["log"]["origin"]):
        assert value in said
    assert "".join(shown.key) == BOTH["log"]["vkey"]
    assert BOTH["log"]["checkpoint"].split("\n")[1:3] == [shown.size, shown.root]


@pytest.mark.parametrize("lang", words.LANGUAGES)
def test_what_is_still_to_come_is_said_to_be(lang):
    shown = page(FIRST, lang)

    assert [step.done for step in shown.steps] == [True] * 4 + [False]
    assert shown.steps[-1].when == words.CERTIFICATE[lang]["not_yet"]
    assert {one.retired for one in shown.services} == {""}
    assert printed(shown).startswith(b"%PDF")


def test_whom_a_hold_kept_stands_on_the_page_of_an_organisation():
    some = page(Tiny(scope="organisation", excepted=3).document(), "en")

    assert (some.excepted, some.scope) == ("3", words.CERTIFICATE["en"]["scope_organisation"])
    assert len(printed(some)) > len(printed(replace(some, excepted="")))


@pytest.mark.parametrize(
    "hostile",
    [
        '#panic("broken")', "#read(\"/etc/passwd\")", "]#import sys: *[", "$ x^2 $", "*bold* _it_ `raw` <label> @ref",
        "\\#eval(\"1+1\")", "// gone", "/* gone", '"); #sys.version', "#{", "\u202e\n\t", "=" * 4000,
    ],
)  # fmt: skip
def test_whatever_a_value_holds_is_text_and_never_template(hostile):
    """None of these is a value that we write; the page must not depend on that."""
    shown = replace(page(BOTH, "en"), organisation=hostile, scope=hostile, origin=hostile, law=hostile)
    plain = replace(shown, organisation="x", scope="x", origin="x", law="x")
    made = printed(shown)
    assert len(made) > 0.5 * len(printed(plain))
    assert b"root:x:0" not in text_of(made)


def test_a_page_that_the_press_cannot_set_is_a_fault_of_ours(ask, monkeypatch):
    monkeypatch.setattr(certificate, "CERTIFICATE", {"nl": {**words.CERTIFICATE["nl"], "title": "\u0001\uffff"}})
    answer = ask("GET", PATH + "?format=pdf")

    assert (answer.status_code, answer.json()["code"]) == (500, "internal")


def test_a_press_that_takes_too_long_is_stopped_and_the_next_one_prints(tmp_path, monkeypatch):
    slow = tmp_path / "slow.py"
    slow.write_text("import time\ntime.sleep(60)\n")
    press = Printing()

    async def one_after_another() -> bytes:
        monkeypatch.setattr(printing, "_PRESS", slow)
        late = [press.pdf(page(BOTH, "nl"), time.monotonic() + 0.3) for _ in range(printing.AT_ONCE + 1)]
        found = await asyncio.gather(*late, return_exceptions=True)
        assert [type(one) for one in found] == [Unavailable] * len(late)
        monkeypatch.undo()
        return await press.pdf(page(BOTH, "nl"), time.monotonic() + 20)

    assert asyncio.run(one_after_another()).startswith(b"%PDF")


def test_while_a_page_is_printed_others_are_served(ask):
    """The loop goes on turning: what is asked meanwhile is answered before the page is there."""
    order: list[str] = []

    async def both() -> None:
        async def tick() -> None:
            await asyncio.sleep(0)
            order.append("another")

        async def paper() -> None:
            await Printing().pdf(page(BOTH, "nl"), time.monotonic() + 20)
            order.append("page")

        await asyncio.gather(paper(), tick())

    asyncio.run(both())
    assert order == ["another", "page"]


def test_every_word_has_both_languages_and_every_one_is_used():
    nl, en = (words.CERTIFICATE[lang] for lang in words.LANGUAGES)
    assert set(nl) == set(en)
    assert set(words.SERVICES["nl"]) == set(words.SERVICES["en"])
    template = Path(certificate.__file__).with_suffix(".typ").read_text()
    maker = Path(certificate.__file__).read_text()
    unused = [n for n in nl if f"w.{n}" not in template and f'"{n}"' not in maker and not n.startswith("scope_")]
    assert unused == []


def test_the_template_sees_every_field_of_the_page_and_nothing_else():
    template = Path(certificate.__file__).with_suffix(".typ").read_text()
    named = set(re.findall(r"page-data\.(\w+)", template)) | {"template", "at"}
    assert named == {field.name for field in fields(CertificatePage)}
    assert "sys.inputs.page" in template
    for way_in in ("eval(", "read(", "#import", "#include", "plugin("):
        assert way_in not in template


@pytest.mark.parametrize(
    ("moment", "lang", "said"),
    [
        ("2025-03-01T09:30:02.000000Z", "nl", "1 maart 2025, 10:30:02 (UTC+1)"),
        ("2025-07-31T22:30:02.999999Z", "en", "1 August 2025, 00:30:02 (UTC+2)"),
        ("2025-12-31T23:00:00.000000Z", "nl", "1 januari 2026, 00:00:00 (UTC+1)"),
    ],
)
def test_a_moment_is_written_by_the_clock_of_amsterdam(moment, lang, said):
    assert moments.written(moment, lang) == said


def test_a_character_with_a_shape_and_no_meaning_is_printed_and_not_read_aloud():
    made = printed(replace(page(BOTH, "nl"), issued="\ue000"))
    assert b"<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>" in made
    assert b"<pdfuaid:part>" not in made
