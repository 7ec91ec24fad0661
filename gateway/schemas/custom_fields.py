"""The fields that an organisation adds for its people, and what a person fills in (P05)."""

from __future__ import annotations

from marshmallow import Schema, fields as m
from marshmallow.validate import Length

from gateway.schemas.fields import Written, choice, label, line, page_of, text
from services.contracts.org import FieldKind
from services.contracts.privacy import Purpose


class FieldLabel(Schema):
    nl = label(60, required=True)
    en = label(60, required=True)


class FieldDescription(Schema):
    nl = line(500, required=True)
    en = line(500, required=True)


class FieldWish(Schema):
    """Every value belongs to a person, so every field waits for a supplement that names it."""

    label = m.Nested(FieldLabel, required=True)
    description = m.Nested(FieldDescription, required=True)
    kind = choice(FieldKind, required=True)
    choices = m.List(line(100), load_default=list, validate=Length(max=30))
    serves = choice(Purpose, load_default=Purpose.APP_ACCESS.value)


class FieldMade(Written):
    field = m.String(required=True)
    state = m.String(required=True)


class ShownWords(Schema):
    nl = m.String(required=True)
    en = m.String(required=True)


class CustomField(Schema):
    """`state`: `proposed`, `active` or `retired`."""

    field = m.String(required=True)
    state = m.String(required=True)
    label = m.Nested(ShownWords, required=True)
    description = m.Nested(ShownWords, required=True)
    kind = m.String(required=True)
    choices = m.List(m.String(), required=True)
    serves = m.String(required=True)
    supplement_version = m.Integer(required=True, allow_none=True)
    proposed_at = m.String(required=True)
    activated_at = m.String(required=True, allow_none=True)
    retired_at = m.String(required=True, allow_none=True)


class FieldValue(Schema):
    """As text: a number written out, a date as ISO 8601, one of the choices; null empties it."""

    value = text(500, required=True, allow_none=True)


FIELDS = page_of(CustomField, "CustomFields")
