"""What we state and what the code does are one: no personal field, purpose, term or cookie that the statement lacks.

Where one of these fails, publish the next version: a new directory in services/org/statement, in both languages.
"""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from services.audit.domain import terms as audit
from services.auth.domain.session import lifetime
from services.contracts.privacy import ADDITIONS, Category, Purpose, Role
from services.kernel.durations import after
from services.kernel.event import personal_fields
from services.org.app.written import registers, written
from services.org.domain import cookie, periods, usage, yardstick
from services.org.domain.register import declared
from services.org.domain.statement import LANGUAGES, LISTS
from services.org.schemas.statement import LEAST
from services.retention.domain import terms as retention
from tests.examples.org import MORNING
from tests.rules.contracts import EVENTS, short

VERSIONS = written()
CURRENT = VERSIONS[max(VERSIONS)].statement
OF_2018 = VERSIONS[1].statement
STATED = {item.code: item for item in CURRENT.lists["categories"]}
FIELDS = [
    (f"{short(event.type)}.{name}", mark.category)
    for event in EVENTS.values()
    for name, mark in personal_fields(event).items()
]
KEPT = [
    rules.parse(json.loads(Path(f"services/{name}.json").read_text()))[-1].by_trigger
    for name, rules in (
        ("retention/terms", retention),
        ("audit/terms", audit),
        ("org/terms", usage),
        ("org/periods", periods),
    )
]
PUBLISHED = {
    1: {
        "nl_sha256": "734cf8d7219558894d31fa30e791f2ef471dd8c610e742b868680f32822167d4",
        "en_sha256": "b960483ac0ba1c036a25c88008d1f670b9472a338ebe20abe7359f694053debd",
        "particulars_sha256": "69644e6982e22b7ddd2b7468a193352aef0da37b300e01be05f586890f24dbe0",
    },
    2: {
        "nl_sha256": "663afd39fdfa6f41215a772d22b42a0d0a233b1784fd656e83aea5d553da33bb",
        "en_sha256": "3c366a117c8b6de333890313ade14e7eff493ae9c406d9832933af18ca9f26ec",
        "particulars_sha256": "ce01763ea254f328e14f73346b90364707c59933052f7b33feb99a8e34233d9e",
    },
}
"""The SHA-256 of what was published."""


@pytest.mark.parametrize(("field", "category"), FIELDS, ids=[field for field, _ in FIELDS])
def test_no_personal_field_is_of_a_category_that_the_statement_in_force_does_not_list(field, category):
    assert category in STATED, f"{field} holds {category}, which version {CURRENT.version} does not list (P04)"


def test_the_newest_version_states_what_the_code_does_and_makes_every_promise():
    kept = {trigger.value: term for terms in KEPT for trigger, term in terms.items()}
    cookies = {one.name: one.lifetime for one in registers()[-1].cookies}
    code = yardstick.Code(
        purposes=frozenset(Purpose), categories=frozenset(Category) | set(declared()), terms=kept, cookies=cookies
    )

    promised = VERSIONS[CURRENT.version].promised
    assert yardstick.misses(CURRENT, code, promised) == []
    assert all(len(words) >= LEAST for one in promised.values() for words in one.values())


def test_the_seven_of_2018_stand_in_version_1():
    assert {item.code for item in OF_2018.lists["categories"]} == set(Category) - ADDITIONS


@pytest.mark.parametrize("number", VERSIONS)
def test_every_version_states_the_closed_list_of_purposes(number):
    assert {item.code for item in VERSIONS[number].statement.lists["purposes"]} == set(Purpose), "P02"


def test_every_term_is_stated_as_it_is_kept():
    kept = {trigger.value: term for terms in KEPT for trigger, term in terms.items()}
    stated = {item.code: item.value for item in CURRENT.lists["terms"]}

    assert stated == kept, "services/*/terms.json and the statement's terms say different things (P06)"


def test_no_cookie_outlives_what_it_stands_for():
    lifetimes = {one.name: after(MORNING, one.lifetime) - MORNING for one in registers()[-1].cookies}

    assert lifetimes["session-token"] == lifetime(Role.MEMBER)
    assert lifetimes["__Host-session"] == max(lifetime(role) for role in set(Role) - {Role.MEMBER})
    assert all(one > timedelta(0) for one in lifetimes.values()), "every cookie expires (P11)"


def test_what_needs_a_consent_first_is_stated_only_once_consents_are_asked_for():
    assert [one.name for one in registers()[-1].cookies if one.kind not in cookie.EXEMPT] == []


@pytest.mark.parametrize("number", VERSIONS)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_text_says_all_that_its_particulars_say(number, lang):
    statement = VERSIONS[number].statement
    text = statement.texts[lang]
    lines = [item.words[lang] for name in LISTS for item in statement.lists[name]]

    assert [line for line in lines if f"- {line}\n" not in text] == []
    assert "{{" not in text
    assert [item.code for item in statement.lists["stores"] if str(item.value) not in text] == [], "P12"
    assert statement.authority["name"] in text, "the right to complain is named in every statement (P16)"


def test_versions_follow_each_other_and_the_first_is_of_21_february_2018():
    days = [one.statement.effective_on for one in VERSIONS.values()]

    assert list(VERSIONS) == list(range(1, len(VERSIONS) + 1))
    assert days[0] == date(2018, 2, 21)
    assert days == sorted(set(days))


@pytest.mark.parametrize("number", VERSIONS)
def test_what_was_published_is_never_edited(number):
    assert VERSIONS[number].hashes == PUBLISHED.get(number), "a change is a new version; this one has been read"


def test_no_two_services_call_different_terms_by_one_name():
    names = [trigger.value for terms in KEPT for trigger in terms]

    assert len(names) == len(set(names))
