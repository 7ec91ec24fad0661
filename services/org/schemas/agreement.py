"""What is agreed, by whom it is signed, and when it ends (P01)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, post_load, validates_schema
from marshmallow.validate import Length, Range

from services.contracts.privacy import TRIGGERS, Category, LegalBasis, Purpose, TermTrigger
from services.kernel.shape import Strict
from services.org.schemas.fields import SHA256, duration, words

LONGEST_NOTICE = 72
"""Hours: by then the controller has to have told the supervisor itself (AVG art. 33(1))."""


class Proposal(Strict):
    purposes = fields.Dict(
        keys=fields.Enum(Purpose, by_value=True),
        values=fields.Enum(LegalBasis, by_value=True),
        required=True,
        validate=Length(min=1),
    )
    categories = fields.List(
        fields.Enum(Category, by_value=True), required=True, validate=Length(min=1, max=2 * len(Category))
    )
    retention = fields.Dict(
        keys=fields.Enum(Category, by_value=True), values=fields.String(validate=duration), required=True
    )
    triggers = fields.Dict(
        keys=fields.Enum(Category, by_value=True), values=fields.Enum(TermTrigger, by_value=True), load_default=dict
    )
    sub_processors = fields.List(fields.String(validate=words()), required=True, validate=Length(max=50))
    starts_on = fields.Date(required=True, format="iso")
    ends_on = fields.Date(load_default=None, allow_none=True, format="iso")
    incident_hours = fields.Integer(
        strict=True, load_default=None, allow_none=True, validate=Range(min=1, max=LONGEST_NOTICE)
    )

    @validates_schema
    def _terms_of_agreed_categories(self, data: Mapping[str, Any], **_: Any) -> None:
        if set(data["retention"]) - set(data["categories"]):
            raise ValidationError("A term for a category that is not agreed.", "retention")
        triggers = data.get("triggers", {})
        if set(triggers) - set(data["retention"]):
            raise ValidationError("A trigger without a term.", "triggers")
        if any(trigger not in TRIGGERS[category] for category, trigger in triggers.items()):
            raise ValidationError("Nothing of that category begins so.", "triggers")

    @post_load
    def _each_once(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        data["categories"] = tuple(dict.fromkeys(data["categories"]))
        return data


class Signatory(Strict):
    name = fields.String(required=True, validate=words())
    function = fields.String(required=True, validate=words())


class Signing(Strict):
    signatory = fields.Nested(Signatory, required=True)
    document_sha256 = fields.String(required=True, validate=SHA256)
    signed_on = fields.Date(required=True, format="iso")


class Ending(Strict):
    ends_on = fields.Date(required=True, format="iso")
