"""What an organisation adds, and the supplement to the statement that names it (P05)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validates_schema
from marshmallow.validate import Length, Regexp

from services.contracts.org import FieldKind
from services.contracts.privacy import Purpose
from services.kernel.shape import Strict
from services.org.schemas.fields import words


class Label(Strict):
    """In both languages, and without what Markdown takes for markup: a supplement has to be able to name it."""

    nl = fields.String(required=True, validate=[*words(60), Regexp(r"[^<>\[\](){}|`*_#\\&]*\Z")])
    en = fields.String(required=True, validate=[*words(60), Regexp(r"[^<>\[\](){}|`*_#\\&]*\Z")])


class Description(Strict):
    nl = fields.String(required=True, validate=words(500))
    en = fields.String(required=True, validate=words(500))


class FieldProposal(Strict):
    label = fields.Nested(Label, required=True)
    description = fields.Nested(Description, required=True)
    kind = fields.Enum(FieldKind, by_value=True, required=True)
    choices = fields.List(fields.String(validate=words(100)), load_default=list, validate=Length(max=30))
    serves = fields.Enum(Purpose, by_value=True, load_default=Purpose.APP_ACCESS)

    @validates_schema
    def _choices_where_one_chooses(self, data: Mapping[str, Any], **_: Any) -> None:
        choices = data.get("choices", [])
        if len(set(choices)) < len(choices) or (data["kind"] is FieldKind.CHOICE) != (len(choices) > 1):
            raise ValidationError("Two or more, each once, where one chooses; otherwise none.", "choices")


class SupplementWish(Strict):
    fields_ = fields.List(
        fields.UUID(), required=True, validate=Length(min=1, max=25), data_key="fields", attribute="fields"
    )
    reasons = fields.String(required=True, validate=Length(min=1, max=4000))


class SupplementText(Strict):
    nl = fields.String(required=True)
    en = fields.String(required=True)


class SupplementRefusal(Strict):
    reasons = fields.String(required=True, validate=Length(min=1, max=4000))
