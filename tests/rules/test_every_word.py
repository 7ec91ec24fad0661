"""What people read is words, in both languages: no code of a closed list stands bare, and no text is left in the other.

Where one of these fails, put the words into services/contracts/wording.py, or into the table that is named.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, replace
from enum import StrEnum
from pathlib import Path

import pytest

from gateway.paper import (
    access_names,
    access_words,
    certificate,
    notification,
    notification_page,
    register_lines,
    report_codes,
    report_words,
    words,
)
from services.audit.packaging import page as disclosure, spoken, words as package_words
from services.auth.app import mail, texts
from services.contracts import wording
from services.contracts.privacy import Category
from services.org.domain.statement import LANGUAGES
from services.retention.domain.terms import Trigger
from tests.unit.audit.packages.world import Tiny as Disclosed
from tests.unit.gateway.test_incidents import DOCUMENT
from tests.unit.reader.tinycertificate import Tiny as Certified

PAIRS = {
    **{f"wording.OF[{kind.__module__}.{kind.__name__}]": table for kind, table in wording.OF.items()},
    "wording.TRIGGERS": wording.TRIGGERS,
    "access_names.FIELDS": access_names.FIELDS,
    "access_names.CODES": access_names.CODES,
    "report_words.TITLES": report_words.TITLES,
    "report_words.COLUMNS": report_words.COLUMNS,
    **{f"report_codes.SPOKEN[{name}]": table for name, table in report_codes.SPOKEN.items()},
    "report_codes.WHY": report_codes.WHY,
    "report_codes.TOTALS": report_codes.TOTALS,
    "register_lines.SECTIONS": register_lines.SECTIONS,
    "register_lines.ITEMS": register_lines.ITEMS,
    "spoken.FIELDS": spoken.FIELDS,
    "spoken.WITHHELD": spoken.WITHHELD,
}
"""Tables of a code, and its words in Dutch and in English."""
BY_LANGUAGE = {
    "access_words.WORDS": access_words.WORDS,
    "access_words.CHAPTERS": access_words.CHAPTERS,
    "words.SERVICES": words.SERVICES,
    "words.CERTIFICATE": words.CERTIFICATE,
    "notification.WORDS": notification.WORDS,
    "notification_page.PAGE": notification_page.PAGE,
    "report_words.PAGE": report_words.PAGE,
    "package_words.WORDS": package_words.WORDS,
}
"""Tables of a language, and of what is said under each name."""
THE_SAME = {"Beheerder", "browser", "e-mail", "incident", "infix", "log", "open", "records"}
"""Words that both languages spell alike."""
CODE = re.compile(r"(?<![\w/.@-])[a-z]+_[a-z_]+(?![\w@.])")
"""What looks like a code in a sentence, and like no address or file."""


def test_every_closed_list_that_people_read_has_words_for_each_of_its_codes():
    for kind, table in wording.OF.items():
        assert issubclass(kind, StrEnum)
        assert {one.value for one in kind} - set(table) == set(), f"wording.OF[{kind.__name__}]"
    assert {one.value for one in Trigger} - set(wording.TRIGGERS) == set()
    own = (
        json.loads(Path("services/audit/terms.json").read_text()),
        json.loads(Path("services/org/periods.json").read_text()),
    )
    assert {name for versions in own for one in versions for name in one["terms"]} - set(wording.TRIGGERS) == set()


@pytest.mark.parametrize("table", PAIRS)
def test_no_word_is_missing_or_left_in_the_other_language(table):
    for code, (nl, en) in PAIRS[table].items():
        assert all(said.strip() for said in (nl, en)), f"{table}: {code}"
        assert nl != en or nl in THE_SAME, f"{table}: {code} is {nl!r} in both languages"
        assert "_" not in nl + en, f"{table}: {code} is said by a code"


@pytest.mark.parametrize("table", BY_LANGUAGE)
def test_no_sentence_is_missing_or_left_in_the_other_language(table):
    nl, en = (BY_LANGUAGE[table][lang] for lang in LANGUAGES)
    assert set(nl) == set(en)
    for name in nl:
        assert all(said.strip() for said in (nl[name], en[name])), f"{table}: {name}"
        assert nl[name] != en[name] or nl[name] in THE_SAME, f"{table}: {name} is {nl[name]!r} in both languages"


def test_a_mail_is_half_dutch_and_half_english():
    for name, (subject, body) in texts.TEXTS.items():
        dutch, english = mail.halves(body)
        assert dutch.count("{link}") == english.count("{link}") == 1, name
        assert len(subject.split(" / ")) == 2, name
        assert CODE.findall(body) == [], name


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("outcome", ["agreed", "objected", "lapsed", "barred", "own_suspicion"])
def test_a_disclosure_says_every_category_field_and_role_in_words(lang, outcome):
    contents = Disclosed(outcome).contents
    every = tuple(Category)
    asked = replace(contents.scope.asked, categories=every)
    scope = replace(contents.scope, asked=asked, granted=replace(contents.scope.granted, categories=every))
    shown = asdict(disclosure.page(replace(contents, scope=scope), lang))
    for name in ("template", "lang", "at", "words"):
        del shown[name]
    assert CODE.findall(json.dumps(shown, ensure_ascii=False)) == []


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("scope", ["person", "organisation", *(f"category/{one.value}" for one in Category)])
@pytest.mark.parametrize("rule", [f"{one.value}:P30D@1" for one in Trigger] + ["session_ended:P1D@agreement 3"])
def test_a_certificate_says_its_scope_and_its_rule_in_words(lang, scope, rule):
    shown = certificate.page(Certified().document() | {"scope": scope, "rule": rule}, lang)
    assert CODE.findall(f"{shown.scope} {shown.rule}") == []
    assert "@" not in shown.rule


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_notification_says_every_category_in_words(lang):
    nature = DOCUMENT["nature"] | {
        "categories": [{"category": one.value, "people": 1, "records": 1} for one in Category],
    }
    assert CODE.findall(notification.markdown(DOCUMENT | {"nature": nature}, lang)) == []


@pytest.mark.parametrize(
    ("term", "nl", "en"),
    [
        ("P0D", "meteen", "at once"),
        ("P1D", "1 dag", "1 day"),
        ("P2D", "2 dagen", "2 days"),
        ("P1W", "1 week", "1 week"),
        ("P1M", "1 maand", "1 month"),
        ("P3M", "3 maanden", "3 months"),
        ("P10Y", "10 jaar", "10 years"),
        ("PT72H", "72 uur", "72 hours"),
        ("P1DT1H", "1 dag en 1 uur", "1 day and 1 hour"),
        ("soon", "soon", "soon"),
    ],
)
def test_a_term_is_said_in_words_one_as_one_and_more_as_more(term, nl, en):
    assert (wording.duration(term, "nl"), wording.duration(term, "en")) == (nl, en)
