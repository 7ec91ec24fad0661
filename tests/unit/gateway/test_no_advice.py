"""The product says that it is no legal advice, wherever it says what the law has somebody do, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from gateway.openapi import document
from gateway.paper import access_words, notification, report_words
from services.audit.packaging import words as package_words

SAYS = {"nl": "geen juridisch advies", "en": "no legal advice"}
PAPERS: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "answer to access": access_words.WORDS,
    "report": report_words.PAGE,
    "notification of a breach": notification.WORDS,
    "package of a disclosure": package_words.WORDS,
}


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("lang", SAYS)
def test_every_paper_that_says_what_the_law_asks_says_so(paper, lang):
    assert SAYS[lang] in PAPERS[paper][lang]["law"]


def test_the_contract_says_so():
    description = document(())["info"]["description"]
    assert all(said in description for said in SAYS.values())
