"""Other people are left out of the answer to access, each item with a reason in the reader's language (AVG 15(4))."""

from __future__ import annotations

from typing import Any

import pytest
from marshmallow import fields as m

from gateway.leaving_out import ALWAYS, LOOKS, redacted
from gateway.schemas.data import Copy
from services.retention.app.law import written

OURS, THEIRS = "77aa4b7e-2f0b-4f57-9d8d-0f5a3c9f7e99", "1c2d3e4f-5a6b-4c7d-8e9f-0a1b2c3d4e5f"
REASONS = written()[-1].access_answer["others"]


def look(organisation: str = OURS, name: str | None = None) -> dict[str, Any]:
    return {"organisation": organisation, "name": name, "role": "beheerder"}


def codes(names: str, *looks: dict[str, Any]) -> list[list[str]]:
    copy: dict[str, Any] = {name: [{}] for name in ALWAYS} | {"account": {"organisation": OURS}, LOOKS: looks}
    return [[one["code"] for one in item["left_out"]] for item in redacted(copy, names, REASONS, "nl")[LOOKS]]


@pytest.mark.parametrize(
    ("names", "code"),
    [("not_asked", "viewer_not_asked"), ("withheld", "viewer_withheld"), ("given", "viewer_gone")],
)
def test_each_look_without_a_name_says_why_it_has_none(names, code):
    assert codes(names, look(), look(THEIRS), look(name="Bea den Heerder")) == [[code], ["viewer_elsewhere"], []]


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_every_other_part_that_somebody_had_a_hand_in_says_it_of_each_item(lang):
    copy = {name: [{"id": "1"}, {"id": "2"}] for name in ALWAYS} | {"account": {"organisation": OURS}, LOOKS: []}
    for name, code in ALWAYS.items():
        for item in redacted(copy, "not_asked", REASONS, lang)[name]:
            assert item["left_out"] == [{"code": code, "words": REASONS[code][lang]}]
    assert "left_out" not in copy["requests"][0], "what they take along is left as it is"


def test_the_parts_that_declare_it_are_those_that_say_it_and_every_reason_is_in_both_languages():
    declared = set()
    for name, field in Copy().fields.items():
        inner = field.inner if isinstance(field, m.List) else field
        if isinstance(inner, m.Nested) and "left_out" in inner.schema.fields:
            declared.add(field.data_key or name)
    assert declared == {*ALWAYS, LOOKS}
    for words in REASONS.values():
        assert all(words[lang].strip() for lang in ("nl", "en"))
