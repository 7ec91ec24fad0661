"""A body that is not right is refused by path and kind, without its values."""

from __future__ import annotations

from typing import Any

import pytest
from marshmallow import ValidationError, fields as m, validates_schema
from marshmallow.validate import Length

from services.kernel.decider import Refused
from services.kernel.shape import Strict, loaded


class Contact(Strict):
    email = m.Email(required=True)
    key = m.Integer(strict=True)
    of = m.Dict(keys=m.String(validate=Length(max=4)), values=m.Integer(strict=True), data_key="numbers")


class Said(Strict):
    name = m.String(required=True, validate=Length(max=10))
    born = m.Date()
    contact = m.Nested(Contact)
    contacts = m.List(m.Nested(Contact))
    terms = m.Dict(keys=m.String(validate=Length(max=4)), values=m.Integer(strict=True))

    @validates_schema
    def _both(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("name") == "nobody":
            raise ValidationError("This says nothing.")


@pytest.mark.parametrize(
    ("said", "code", "errors"),
    [
        ({}, "invalid", {"name": ["Missing data for required field."]}),
        ({"name": None}, "invalid", {"name": ["Field may not be null."]}),
        ({"name": 7}, "invalid", {"name": ["Not a valid string."]}),
        ({"name": "Piet" * 9}, "invalid", {"name": ["Longer than maximum length 10."]}),
        ({"name": "x", "born": "secret"}, "invalid", {"born": ["Not a valid date."]}),
        ({"name": "x", "contact": {}}, "invalid", {"contact.email": ["Missing data for required field."]}),
        ({"name": "x", "contact": "secret"}, "invalid", {"contact": ["Invalid input type."]}),
        ({"name": "x", "contacts": "secret"}, "invalid", {"contacts": ["Not a valid list."]}),
        (
            {"name": "x", "contacts": [{"email": "a@b.example"}, {"email": "secret"}]},
            "invalid",
            {"contacts.1.email": ["Not a valid email address."]},
        ),
        ({"name": "x", "terms": {"name": "secret"}}, "invalid", {"terms.name.value": ["Not a valid integer."]}),
        ({"name": "x", "terms": {"secret": 1}}, "invalid", {"terms.?.key": ["Longer than maximum length 4."]}),
        (
            {"name": "x", "contact": {"email": "a@b.example", "numbers": {"secret": 1}}},
            "invalid",
            {"contact.numbers.?.key": ["Longer than maximum length 4."]},
        ),
        (
            {"name": "x", "contacts": [{"email": "a@b.example", "numbers": {"secret": 1}}]},
            "invalid",
            {"contacts.0.numbers.?.key": ["Longer than maximum length 4."]},
        ),
        (
            {"name": "x", "contact": {"email": "a@b.example", "key": "secret"}},
            "invalid",
            {"contact.key": ["Not a valid integer."]},
        ),
        ({"name": "nobody"}, "invalid", {"body": ["This says nothing."]}),
        (["secret"], "invalid", {"body": ["Invalid input type."]}),
        ("secret", "invalid", {"body": ["Invalid input type."]}),
        (None, "invalid", {"body": ["Invalid input type."]}),
        ({"name": "x", "fax": "secret"}, "unknown_field", {"fax": ["Unknown field."]}),
        (
            {"name": "x", "contact": {"email": "a@b.example", "fax": "secret"}},
            "unknown_field",
            {"contact.fax": ["Unknown field."]},
        ),
        ({"name": "x", "secret@b.example": 1}, "unknown_field", {"?": ["Unknown field."]}),
        (
            {"name": 7, "fax": "secret"},
            "unknown_field",
            {"name": ["Not a valid string."], "fax": ["Unknown field."]},
        ),
    ],
)
def test_each_kind_of_bad_input_has_one_answer(said: Any, code: str, errors: dict[str, list[str]]) -> None:
    with pytest.raises(Refused) as caught:
        loaded(Said, said)
    assert (caught.value.code, caught.value.detail["errors"]) == (code, errors)
    assert "secret" not in repr(caught.value.detail)


def test_what_is_right_comes_in_typed() -> None:
    found = loaded(Said(), {"name": "x", "born": "2026-03-01", "terms": {"a": 1}})
    assert (found["born"].year, found["terms"]) == (2026, {"a": 1})
