"""What an organisation shows its people (P13, P17)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validates_schema
from marshmallow.validate import Length

from services.contracts.org import ContentKind
from services.kernel.shape import Strict
from services.org.schemas.fields import PHONE, words


class ContentContact(Strict):
    name = fields.String(required=True, validate=words())
    email = fields.Email(allow_none=True, validate=Length(max=254))
    phone = fields.String(allow_none=True, validate=PHONE)


class Content(Strict):
    """A card says something; a contact names whom to turn to, and may say something, too."""

    kind = fields.Enum(ContentKind, by_value=True, required=True)
    title = fields.String(required=True, validate=words())
    body = fields.String()
    contact = fields.Nested(ContentContact)
    if_match = fields.Integer(strict=True)

    @validates_schema
    def _whole(self, data: Mapping[str, Any], **_: Any) -> None:
        wanted = "contact" if data["kind"] is ContentKind.CONTACT else "body"
        if data.get(wanted) is None:
            raise ValidationError("Missing.", wanted)
        if data["kind"] is ContentKind.CARD and "contact" in data:
            raise ValidationError("A card has none.", "contact")
