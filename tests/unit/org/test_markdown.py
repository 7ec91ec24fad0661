"""What people write in Markdown is text for every reader of it, and leads nowhere but where it says (P13)."""

from __future__ import annotations

import pytest

from services.kernel.decider import Refused
from services.org.domain import markdown

REFUSED = [
    "<script>alert(1)</script>",
    "tekst <b>vet</b>",
    "<!-- weg -->",
    "<https://voorbeeld.example>",
    "![plaatje](https://voorbeeld.example/a.png)",
    "[klik](javascript:alert(1))",
    "[klik](JaVaScRiPt:alert(1))",
    "[klik]( \n javascript:alert(1))",
    "[klik](java&#115;cript:alert(1))",
    "[klik](data:text/html,x)",
    "[klik](http://voorbeeld.example)",
    "[klik](//voorbeeld.example)",
    "[klik](/v1/me)",
    "[klik](<javascript:alert(1)>)",
    "[klik][weg]\n\n[weg]: javascript:alert(1)",
    "[klik][weg]\n\n[weg]:\n  vbscript:x",
    "ftp://voorbeeld.example/bestand",
    "www.voorbeeld.example",
    "omgekeerd \u202e tekst",
    "nul\x00byte",
    "nul\u200bbreed",
]
KEPT = [
    "# Kop\n\n- een\n- twee\n\n**vet** en _schuin_ en `code`",
    "{{7*7}} ${7*7} {% raw %} #{7} <%",
    "[web](https://voorbeeld.example/a?b=c#d) [bel](tel:+31201234567) [mail](mailto:loket@voorbeeld.example)",
    "[web][1]\n\n[1]: https://voorbeeld.example",
    "2 < 3 en R&D, 'aangehaald' = \"ook\"; =1+1",
    "Welke data: naam. Bestand: geen.",
]


@pytest.mark.parametrize("text", REFUSED)
def test_what_a_reader_could_take_for_more_than_text_is_refused(text):
    with pytest.raises(Refused, match=r"^markup_not_allowed$"):
        markdown.checked(text, 1000)


@pytest.mark.parametrize("text", KEPT)
def test_what_is_text_stays_as_it_was(text):
    assert markdown.checked(text, 1000) == text


@pytest.mark.parametrize("text", ["", "  \n", "é" * 501])
def test_nothing_and_too_much_are_refused_without_repeating_it(text):
    with pytest.raises(Refused, match=r"^invalid$") as refused:
        markdown.checked(text, 1000)
    assert "é" not in str(refused.value.detail)


def test_every_address_is_found_once_and_those_of_other_sites_are_marked():
    text = "[Wij](https://a.example/p?q=1), https://b.example/x. Bel [1](tel:112), [2](tel:112), mailto:x@c.example"
    found = markdown.links(text)

    assert found == ("https://a.example/p?q=1", "https://b.example/x", "tel:112", "mailto:x@c.example")
    assert [markdown.external(one) for one in found] == [True, True, False, False]
    assert markdown.sites(text) == {"https://a.example", "https://b.example"}
