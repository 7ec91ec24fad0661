"""Which an organisation is, and whom one turns to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validates_schema
from marshmallow.validate import Length

from services.contracts.org import OrganisationKind
from services.kernel.shape import Strict
from services.org.schemas.fields import PHONE, words


class Contact(Strict):
    name = fields.String(required=True, validate=words())
    email = fields.Email(required=True, validate=Length(max=254))
    phone = fields.String(allow_none=True, validate=PHONE)


class Beheerder(Strict):
    email = fields.Email(required=True, validate=Length(max=254))


class Registration(Strict):
    name = fields.String(required=True, validate=words())
    kind = fields.Enum(OrganisationKind, by_value=True, required=True)
    contact = fields.Nested(Contact, required=True)
    beheerder = fields.Nested(Beheerder, required=True)

    @validates_schema
    def _customers_only(self, data: Mapping[str, Any], **_: Any) -> None:
        if data.get("kind") is OrganisationKind.MAKER:
            raise ValidationError("There is one maker.", "kind")


class Change(Strict):
    """A contact given in part leaves its other particulars as they are."""

    name = fields.String(validate=words())
    contact = fields.Nested(Contact(partial=True))
    second_contact = fields.Nested(Contact(partial=True))
    consultation_key = fields.String(validate=Length(max=200))
    if_match = fields.Integer(strict=True)
