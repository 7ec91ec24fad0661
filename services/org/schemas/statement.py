"""What a person says to the statement: seen, and to what they consent (P03, P14)."""

from __future__ import annotations

from marshmallow import fields
from marshmallow.validate import Range

from services.kernel.shape import Strict


class Acknowledging(Strict):
    version = fields.Integer(strict=True, required=True, validate=Range(min=1, max=10_000))


class Consenting(Strict):
    version = fields.Integer(strict=True, load_default=None, allow_none=True, validate=Range(min=1, max=10_000))
