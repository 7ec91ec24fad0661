"""The answer to access on paper says what the data says, all of it, in words; and what people wrote stays text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from marshmallow import Schema, fields as m

from gateway.paper import access
from gateway.paper.access_names import CODES, FIELDS
from gateway.paper.access_words import CHAPTERS, WORDS
from gateway.paper.words import LANGUAGES
from gateway.schemas.data import Copy, Engaged, OwnData
from services.contracts.privacy import Category, LegalBasis, Purpose, Role
from services.contracts.retention import (
    Channel,
    ErasureException,
    ExtensionGround,
    IdentityCheck,
    RefusalGround,
    Right,
)
from services.kernel.paper import press

KINDS = (
    Right, Channel, IdentityCheck, ErasureException, ExtensionGround, RefusalGround, Role, Purpose, LegalBasis,
    Category,
)  # fmt: skip
PAPER = Path(access.__file__).parent
MOMENT = "2025-03-01T09:30:02.000000Z"
WHEN = datetime(2025, 3, 1, tzinfo=UTC)


def filled(schema: Schema) -> dict[str, Any]:
    """Something in every field, that says which."""
    return {field.data_key or name: value(name, field) for name, field in schema.fields.items()}


def value(name: str, field: m.Field[Any]) -> Any:
    match field:
        case m.Nested():
            return filled(field.schema)
        case m.List():
            return [value(name, field.inner)]
        case m.Dict():
            return {f"{name}-key": f"{name}-value"}
        case m.Boolean():
            return True
        case m.Integer():
            return 7
        case m.Date():
            return "2025-04-01"
        case _:
            return MOMENT if name.endswith("_at") or name == "at" else f"{name}-value"


@pytest.fixture
def answer() -> dict[str, Any]:
    return filled(OwnData())


def texts(page: access.AccessPage) -> str:
    return json.dumps(asdict(page), ensure_ascii=False)


def parts(schema: Schema) -> Iterator[tuple[str, Schema]]:
    for name, field in schema.fields.items():
        inner = field.inner if isinstance(field, m.List) else field
        if isinstance(inner, m.Nested):
            yield name, inner.schema


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_value_of_the_answer_stands_on_the_page(answer, lang):
    for one in ("sources", "not_shown"):
        answer[one] = [{"code": "code", "words": f"{one} in words"}]
    answer["complaint"] = {"name": "AP", "link": "https://ap.example"}
    said = texts(access.page(answer, lang))

    # Remedies are said in the language of the page, and not by their code.
    other = {"code-value", "en-value" if lang == "nl" else "nl-value"}
    written = set(re.findall(r'"([a-z_]+-value)"', json.dumps(answer["copy"]))) - other
    assert len(written) > 30
    assert sorted(one for one in written if one not in said) == []
    for one in (
        "sources in words",
        "not_shown in words",
        "words-value",
        "AP, https://ap.example",
        "standing_sentence-value",
    ):
        assert one in said
    assert "1 maart 2025" in said or "1 March 2025" in said
    assert MOMENT not in said.replace(f'"at": "{MOMENT}"', "", 1)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_empty_field_says_none(answer, lang):
    none = WORDS[lang]["none"]
    answer["copy"] = {name: [] if isinstance(held, list) else {} for name, held in answer["copy"].items()}
    answer |= {"agreement": None, "recipients": [], "sources": []}
    answer["controller"]["kind"] = "maker"
    page = access.page(answer, lang)

    assert {piece[0].value for chapter in page.chapters[: len(answer["copy"])] for piece in chapter.pieces} == {none}
    assert {one.label: one.value for one in page.short}[WORDS[lang]["recipients"]] == none
    assert access._fact("infix", None, lang).value == access._fact("infix", "", lang).value == none


@pytest.mark.parametrize("lang", LANGUAGES)
def test_who_processes_for_the_controller_is_among_the_recipients(answer, lang):
    short = {one.label: one.value for one in access.page(answer, lang).short}
    assert short[WORDS[lang]["recipients"]].startswith("ConnectTools B.V.")


@pytest.mark.parametrize(
    ("lang", "name", "value", "said"),
    [
        ("nl", "channel", "email", "e-mail"),
        ("nl", "category", "email", "e-mailadres"),
        ("nl", "categories", ["email", "custom_field"], "e-mailadres; velden van uw organisatie"),
        ("nl", "due_on", "2026-12-01", "1 december 2026"),
        (
            "nl",
            "rule",
            "request:P1M@law 1",
            "1 maand na: ontvangst van het verzoek (versie 1 van de wettelijke termijnen)",
        ),
        (
            "en",
            "rule",
            "session_ended:P1D@agreement 3",
            "1 day after: session ended (version 3 of the processing agreement)",
        ),
        ("nl", "rule", "wat iemand schreef", "wat iemand schreef"),
        ("nl", "restriction", "accuracy_contested", "over de juistheid wordt getwist"),
        ("nl", "remedies", ["Eén zin.", "Nog een."], "Eén zin. Nog een."),
        ("nl", "text", "access", "access"),
    ],
)
def test_what_holds_a_code_a_day_or_a_rule_is_in_words_and_what_people_wrote_stays(lang, name, value, said):
    assert access._fact(name, value, lang).value == said


def test_the_outcome_of_a_complaint_is_in_words_and_that_of_a_request_as_it_was_written():
    assert access._fact("outcome", "upheld", "nl", "complaints").value == "gegrond"
    assert access._fact("outcome", "upheld", "nl", "requests").value == "upheld"


def test_a_term_that_was_agreed_says_how_long_and_from_when(answer):
    answer["agreement"] = {
        "purposes": {"app_access": "public_task"},
        "categories": ["name", "email"],
        "retention": {"name": "P1D", "email": "P1Y"},
        "triggers": {"email": "recorded"},
    }
    said = texts(access.page(answer, "nl"))
    assert "toegang tot de app (publieke taak)" in said
    assert "1 dag na: account gesloten" in said
    assert "1 jaar na: vastgelegd" in said


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_empty_within_a_piece_says_none_too_and_no_number_or_no_is_left_out(lang):
    told = access._fact("recipients", [{"recipient": None, "told_at": "", "wrong_codes": 0, "needed": False}], lang)
    none, no = WORDS[lang]["none"], WORDS[lang]["no"]
    assert [one.rpartition(": ")[2] for one in told.value.split("; ")] == [none, none, "0", no]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_without_an_agreement_the_page_says_what_for_by_the_statement(answer, lang):
    """The maker's own people stand under none, and their data has a purpose all the same (AVG 15(1)(a))."""
    answer |= {"agreement": None, "purposes": [{"code": "beheer_access", "words": "x"}]}
    short = {one.label: one.value for one in access.page(answer, lang).short}

    assert short[WORDS[lang]["purposes"]] == CODES["beheer_access"][LANGUAGES.index(lang)]


def test_every_part_and_field_of_the_copy_has_words_in_both_languages():
    """Where this fails, name the new part or field in gateway/paper/access_words.py or access_names.py."""
    held = [field.data_key or name for name, field in Copy().fields.items()]
    fields = {name for _, part in parts(Copy()) for name in part.fields} | set(Engaged().fields)

    assert [name for name in held if not all(name in CHAPTERS[lang] for lang in LANGUAGES)] == []
    assert sorted(fields - set(FIELDS)) == []
    assert set(WORDS["nl"]) == set(WORDS["en"])
    assert set(CHAPTERS["nl"]) == set(CHAPTERS["en"])


def test_every_code_that_people_read_has_words_in_both_languages():
    read = {one.value for kind in KINDS for one in kind}

    assert sorted(read - set(CODES)) == []


def test_of_very_many_some_are_shown_and_the_others_counted_and_of_very_long_ones_the_beginning(answer):
    answer["copy"]["requests"][0]["said"] = "x" * (access.LONGEST + 1)
    assert f"{'x' * access.LONGEST} … (the rest stands in the JSON file)" in texts(access.page(answer, "en"))
    answer["copy"]["looks"] *= access.MOST + 3
    chapter = next(one for one in access.page(answer, "en").chapters if one.title == CHAPTERS["en"]["looks"])

    assert len(chapter.pieces) == access.MOST
    assert chapter.after.endswith(" 3.")


@pytest.mark.parametrize(
    "hostile",
    [
        "#panic()",
        "*vet* _schuin_ $x$ `raw` \\ @ref <label>",
        '"]}#read("/etc/hostname")',
        "a" * 9000,
        "naam-日本-😀-\x00-\u202e",
    ],
)
def test_whatever_people_wrote_is_text_and_never_template(answer, hostile):
    answer["copy"]["requests"][0]["said"] = hostile
    page = access.page(answer, "nl")
    made = press.printed(PAPER / "access.typ", json.dumps(asdict(page)), WHEN, or_plain=True)

    assert made.startswith(b"%PDF-")
    assert any(
        fact.value.startswith(hostile[: access.LONGEST])
        for chapter in page.chapters
        for piece in chapter.pieces
        for fact in piece
    )


def test_without_such_characters_it_is_pdf_a_and_the_same_bytes_each_time(answer):
    made = [
        press.printed(
            PAPER / "access.typ",
            json.dumps(asdict(access.page(answer, "en"))),
            WHEN,
        )
        for _ in range(2)
    ]

    assert made[0] == made[1]
    assert b"pdfaid:part>2<" in made[0]


def test_every_word_of_the_page_is_used():
    template = (PAPER / "access.typ").read_text() + (PAPER / "access.py").read_text()

    assert [name for name in WORDS["nl"] if not re.search(rf"""w\.{name}\b|['"]{name}['"]""", template)] == []
