"""No more is granted than was asked, no more is given than was granted, and each cut has its reason."""

from __future__ import annotations

import json
from copy import deepcopy
from hashlib import sha256
from typing import Any

import pytest

from services.reader.certificate_form import Wrong
from services.reader.disclosure_scope import judge

ONE, TWO, THREE = (f"2026-03-0{day}T12:00:00.000000Z" for day in (1, 2, 3))
REACH = {"people": ["1", "2"], "categories": ["email", "name"], "since": ONE, "until": None}
PEOPLE = [{"person": "1", "fields": [{"category": "name", "name": "first_name", "value": "Fenna"}]}]
TABLE = b"person,category,name,value\r\n1,name,first_name,Fenna\r\n"


def digest(said: Any) -> str:
    return sha256(json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def scoped(asked: Any, granted: Any, *removed: str, reason: str = "Niet nodig.") -> dict[str, Any]:
    """As whoever makes it up would: with digests that are right."""
    cuts = [{"what": what, "reason": reason} for what in removed]
    asked, granted = {**REACH, **asked}, {**REACH, **granted}
    parts = {"version": 1, "salt": "00", "asked": asked, "granted": granted, "removed": cuts}
    first = {"format": "crisisconnect.nl/disclosure-asked/v1", "disclosure": "d", "salt": "00", "asked": asked}
    whole = {"format": "crisisconnect.nl/disclosure-scope/v1", "disclosure": "d", **parts}
    return {"disclosure": "d", "scope": {**parts, "asked_sha256": digest(first), "sha256": digest(whole)}}


def why(disclosure: dict[str, Any], people: Any = PEOPLE, table: bytes = TABLE) -> str:
    with pytest.raises(Wrong) as wrong:
        judge(disclosure, people, table)
    return str(wrong.value)


@pytest.mark.parametrize(
    ("asked", "granted", "cut"),
    [
        ({}, {}, ()),
        ({}, {"people": ["1"]}, ("person/2",)),
        ({}, {"categories": ["name"]}, ("category/email",)),
        ({}, {"since": TWO}, ("since",)),
        ({"since": None}, {"since": TWO}, ("since",)),
        ({"until": THREE}, {"until": TWO}, ("until",)),
        ({"until": None}, {"until": TWO}, ("until",)),
    ],
)
def test_what_is_narrowed_has_a_reason(asked, granted, cut):
    judge(scoped(asked, granted, *cut), PEOPLE, TABLE)
    for what in cut:
        assert f"no reason is given for what was not granted: {what}" in why(scoped(asked, granted))
        assert "no reason is given" in why(scoped(asked, granted, *cut, reason=" "))


@pytest.mark.parametrize(
    ("asked", "granted"),
    [({"people": ["1"]}, {}), ({"categories": ["name"]}, {})],
)
def test_no_more_is_granted_than_was_asked(asked, granted):
    assert "are granted than were asked" in why(scoped(asked, granted, "person/2", "category/email"))


@pytest.mark.parametrize(
    ("asked", "granted"),
    [
        ({"since": TWO}, {"since": ONE}),
        ({"since": TWO}, {"since": None}),
        ({"until": TWO}, {"until": THREE}),
        ({"until": TWO}, {"until": None}),
    ],
)
def test_no_longer_time_is_granted_than_was_asked(asked, granted):
    assert "a longer time is granted" in why(scoped(asked, granted, "since", "until"))


@pytest.mark.parametrize(("name", "what"), [("asked_sha256", "of what was asked"), ("sha256", "of the scope")])
def test_the_digests_that_were_consulted_and_approved_are_those_of_the_scope(name, what):
    other = deepcopy(scoped({}, {}))
    other["scope"][name] = "0" * 64
    assert f"scope.{name} is not the digest {what}" in why(other)


def test_nobody_and_nothing_is_given_beside_the_scope_and_nobody_twice():
    granted = scoped({}, {"people": ["1"], "categories": ["name"]}, "person/2", "category/email")
    field = {"category": "email", "name": "email", "value": "x"}
    assert "somebody who is not in the scope" in why(granted, [{**PEOPLE[0], "person": "2"}])
    assert "somebody twice" in why(granted, PEOPLE * 2, TABLE + TABLE.partition(b"\n")[2])
    assert "a category that is not in the scope" in why(granted, [{**PEOPLE[0], "fields": [field]}])


@pytest.mark.parametrize(
    "table",
    [
        TABLE.replace(b"Fenna", b"Femke"),
        TABLE.replace(b"value", b"valeu"),
        TABLE + b"1,name,last_name,Berg\r\n",
        TABLE.partition(b"\n")[0] + b"\n",
        TABLE.replace(b"Fenna", b"Fenna,x"),
        TABLE.replace(b"Fenna", b'"Fenna"x'),
        TABLE.replace(b"Fenna", b"Fenn\xff"),
        b"",
    ],
)
def test_the_table_says_what_the_data_say_and_no_more(table):
    judge(scoped({}, {}), PEOPLE, TABLE)
    judge(scoped({}, {}), PEOPLE, TABLE.replace(b"Fenna", b"'Fenna"))
    assert why(scoped({}, {}), table=table).startswith("data/people.csv")


def test_a_line_of_a_value_ends_as_it_was_typed():
    people = [{"person": "1", "fields": [{"category": "name", "name": "note", "value": "a\r\nb"}]}]
    judge(scoped({}, {}), people, b'person,category,name,value\r\n1,name,note,"a\r\nb"\r\n')
