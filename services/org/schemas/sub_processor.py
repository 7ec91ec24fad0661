"""Who else receives data, where and on which ground, and what is objected to it (P07)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, post_load, validates_schema
from marshmallow.validate import Length, Regexp

from services.contracts.privacy import Category, Purpose
from services.kernel.shape import Strict
from services.org.schemas.fields import letter, words

EEA = frozenset(
    {"AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS", "IT", "LI"}
    | {"LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK"}
)
"""Where the AVG itself holds: data that goes elsewhere needs a ground for its transfer (AVG art. 44)."""


class SubProcessor(Strict):
    """`organisations` are those whom it concerns; all of them where none is named."""

    name = fields.String(required=True, validate=words())
    task = fields.String(required=True, validate=words(500))
    purposes = fields.List(fields.Enum(Purpose, by_value=True), required=True, validate=Length(min=1, max=20))
    categories = fields.List(fields.Enum(Category, by_value=True), required=True, validate=Length(min=1, max=40))
    country = fields.String(required=True, validate=Regexp(r"[A-Z]{2}\Z"))
    transfer = fields.String(load_default=None, allow_none=True, validate=words(500))
    organisations = fields.List(
        fields.String(validate=Length(min=1, max=100)), load_default=None, allow_none=True, validate=Length(1, 500)
    )

    @validates_schema
    def _transferred_on_a_ground(self, data: Mapping[str, Any], **_: Any) -> None:
        if data["country"] not in EEA and not data["transfer"]:
            raise ValidationError("Say on which ground data may go there (AVG chapter V).", "transfer")

    @post_load
    def _each_once(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {**data, **{name: tuple(dict.fromkeys(data[name])) for name in ("purposes", "categories")}}


class Objection(Strict):
    reasons = fields.String(required=True, validate=letter())
