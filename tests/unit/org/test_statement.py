"""A version is published once, seen once, and tells what changed; the register says nothing twice (P10, P14)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.contracts.org import CookieKind, StoragePlace
from services.kernel.decider import Refused
from services.org.domain import acknowledgement, cookie, difference, statement, yardstick
from tests.examples import org
from tests.given import given

PUBLISHED = org.statement_published()
PUBLISH = statement.Publish(
    version=2,
    effective_on=PUBLISHED.effective_on,
    nl_sha256=PUBLISHED.nl_sha256,
    en_sha256=PUBLISHED.en_sha256,
    particulars_sha256=PUBLISHED.particulars_sha256,
    at=org.MORNING,
)
SEEN = org.statement_acknowledged()
ACKNOWLEDGE = acknowledgement.Acknowledge(
    account=SEEN.account, organisation=SEEN.organisation, version=2, at=org.MORNING
)
REGISTERED = org.cookie_registered()
COOKIE = cookie.Cookie(
    name="__Host-session",
    place=StoragePlace.COOKIE,
    party=REGISTERED.party,
    purpose_nl=REGISTERED.purpose_nl,
    purpose_en=REGISTERED.purpose_en,
    kind=CookieKind.FUNCTIONAL,
    lifetime="PT12H",
    link=REGISTERED.link,
    checked_on=REGISTERED.checked_on,
)


def said(**but: Any) -> dict[str, Any]:
    one: dict[str, Any] = {
        "version": 1,
        "effective_on": "2018-02-21",
        "changes": {"nl": [], "en": []},
        "purposes": {"app_access": {"nl": "De app.", "en": "The app."}},
        "categories": {"name": {"nl": "Naam.", "en": "Name."}},
        "terms": {},
        "cookies": {},
        "stores": {},
        "authority": {},
    }
    return {**one, **but}


TEXT = "# Title\n\n## For what\n\n{{purposes}}\n\n## Which\n\n{{categories}}\n\nOne paragraph\nin two lines.\n"


def made(text: str = TEXT, **but: Any) -> statement.Statement:
    return statement.parse(said(**but), {"nl": text, "en": text})


def test_a_version_is_published_once() -> None:
    given(statement.decider).when(PUBLISH).then(PUBLISHED)
    given(statement.decider, PUBLISHED).when(PUBLISH).then()


def test_what_was_published_is_not_published_differently() -> None:
    given(statement.decider, PUBLISHED).when(replace(PUBLISH, nl_sha256="00" * 32)).then()


def test_the_next_version_is_another_fact() -> None:
    given(statement.decider, PUBLISHED).when(replace(PUBLISH, version=3)).then(replace(PUBLISHED, statement_version=3))


def test_the_next_version_has_the_next_number_and_begins_no_sooner_than_the_last() -> None:
    hashes = {name: getattr(PUBLISH, name) for name in ("nl_sha256", "en_sha256", "particulars_sha256")}
    post = statement.Post(statement=made(version=3), promised={}, today=date(2018, 2, 21), **hashes, at=org.MORNING)

    with pytest.raises(Refused) as refused:
        statement.decider.decide(statement.decider.state([PUBLISHED]), post)
    assert (refused.value.code, refused.value.detail) == (
        "effective_too_early",
        {"earliest": PUBLISHED.effective_on.isoformat()},
    )
    for history, following in (((), 1), ((PUBLISHED, replace(PUBLISHED, statement_version=3)), 4)):
        with pytest.raises(Refused) as refused:
            statement.decider.decide(statement.decider.state(history), replace(post, statement=made(version=7)))
        assert (refused.value.code, refused.value.detail) == ("version_not_next", {"next": following})


def test_what_programs_read_of_a_version_is_what_makes_it() -> None:
    lines = {"name": {"nl": "Naam.", "en": "Name."}, "dna": {"nl": "x", "en": "y", "added": True, "value": "z"}}
    one = said(version=4, effective_on="2026-04-01", changes={"nl": ["Anders."], "en": ["Other."]}, categories=lines)

    assert statement.particulars(made(**one)) == one


def test_a_list_has_one_place_in_the_text_and_an_empty_one_may_have_none() -> None:
    lists = {**made().lists, "stores": ()}
    assert statement.misplaced(TEXT, lists) == []
    assert statement.misplaced(TEXT + "{{stores}}", lists) == []
    assert statement.misplaced(TEXT + "{{stores}}{{stores}}", lists) == ["stores"]
    assert statement.misplaced(TEXT.replace("{{purposes}}", ""), lists) == ["purposes"]


def test_each_line_of_a_list_stands_in_both_texts() -> None:
    one = made(authority={"name": "AP"}, text=TEXT + "\nAP\n")
    short = replace(one, texts={**one.texts, "en": one.texts["en"].replace("The app.", "The apps.")})
    code = yardstick.Code(purposes=frozenset(), categories=frozenset(), terms={}, cookies={})

    assert "line_not_in_text" not in {miss.code for miss in yardstick.misses(one, code, {})}
    assert yardstick.Miss("line_not_in_text", "purposes.app_access.en") in yardstick.misses(short, code, {})


def test_a_person_acknowledges_each_version_once() -> None:
    given(acknowledgement.decider).when(ACKNOWLEDGE).then(SEEN)
    given(acknowledgement.decider, SEEN).when(ACKNOWLEDGE).then()
    given(acknowledgement.decider, SEEN).when(replace(ACKNOWLEDGE, version=3)).then(replace(SEEN, statement_version=3))


def test_a_cookie_is_registered_again_only_when_something_of_it_changed() -> None:
    given(cookie.decider).when(cookie.Enter(cookie=COOKIE, at=org.MORNING)).then(REGISTERED)
    given(cookie.decider, REGISTERED).when(cookie.Enter(cookie=COOKIE, at=org.MORNING)).then()
    shorter = cookie.Enter(cookie=replace(COOKIE, lifetime="PT8H"), at=org.MORNING)
    given(cookie.decider, REGISTERED).when(shorter).then(replace(REGISTERED, lifetime="PT8H"))


def test_a_cookie_that_is_set_no_longer_is_removed_once_and_can_come_back() -> None:
    gone = org.cookie_removed()
    remove = cookie.Remove(name="__Host-session", at=org.MORNING)
    given(cookie.decider).when(remove).then()
    given(cookie.decider, REGISTERED).when(remove).then(gone)
    given(cookie.decider, REGISTERED, gone).when(remove).then()
    given(cookie.decider, REGISTERED, gone).when(cookie.Enter(cookie=COOKIE, at=org.MORNING)).then(REGISTERED)


def test_the_register_in_force_is_the_newest_that_has_begun() -> None:
    first = cookie.Register(version=1, in_force_from=date(2018, 2, 21), cookies=(COOKIE,))
    second = cookie.Register(version=2, in_force_from=date(2026, 3, 1), cookies=())
    assert cookie.in_force((first, second), date(2018, 2, 20)) == ()
    assert cookie.in_force((first, second), date(2026, 2, 28)) == (COOKIE,)
    assert cookie.in_force((first, second), date(2026, 3, 1)) == ()


def test_the_lists_stand_in_the_text_where_it_says_so() -> None:
    assert made().texts["nl"].startswith("# Title\n\n## For what\n\n- De app.\n\n## Which\n\n- Naam.\n")
    assert "- The app." in made().texts["en"]


@pytest.mark.parametrize("text", [TEXT.replace("{{purposes}}", ""), TEXT + "{{purposes}}"])
def test_a_text_without_a_place_for_a_list_or_with_two_is_no_statement(text: str) -> None:
    with pytest.raises(ValueError, match="purposes"):
        made(text)


def test_a_line_in_one_language_only_is_no_statement() -> None:
    with pytest.raises(ValueError, match="categories"):
        made(categories={"name": {"nl": "Naam."}})


def test_particulars_differ_in_words_or_value_and_come_and_go() -> None:
    before = made(terms={"a": {"value": "P1D", "nl": "x", "en": "x"}}, text=TEXT + "{{terms}}")
    after = made(
        text=TEXT + "{{terms}}",
        terms={"a": {"value": "P2D", "nl": "x", "en": "x"}},
        categories={"email": {"nl": "E-mail.", "en": "E-mail."}},
    )
    assert difference.particulars(before, before, "nl") == []
    assert difference.particulars(before, after, "nl") == [
        difference.Particular(list="categories", code="email", before=None, after="E-mail."),
        difference.Particular(list="categories", code="name", before="Naam.", after=None),
        difference.Particular(list="terms", code="a", before="x", after="x"),
    ]


def test_passages_differ_by_paragraph_and_a_line_that_is_broken_elsewhere_is_the_same() -> None:
    before = made()
    same = made(TEXT.replace("paragraph\nin two", "paragraph in\ntwo"))
    after = made(TEXT.replace("## For what", "## Why") + "\nAnother.\n")
    assert difference.passages(before, same, "en") == []
    assert difference.passages(before, after, "en") == [
        difference.Passage(section="Why", removed=(), added=("- The app.",)),
        difference.Passage(section="Which", removed=(), added=("Another.",)),
        difference.Passage(section="For what", removed=("- The app.",), added=()),
    ]
