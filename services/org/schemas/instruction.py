"""What an organisation instructs, and what became of it."""

from __future__ import annotations

from marshmallow import fields

from services.contracts.org import InstructionChannel
from services.kernel.shape import Strict
from services.org.schemas.fields import letter


class Instruction(Strict):
    """`said` is what was instructed, `giver` by whom, as they gave themselves out."""

    said = fields.String(required=True, validate=letter())
    giver = fields.String(load_default=None, allow_none=True, validate=letter(500))
    channel = fields.Enum(InstructionChannel, by_value=True, load_default=None, allow_none=True)
    given_at = fields.AwareDateTime(format="iso", load_default=None, allow_none=True)


class Parking(Strict):
    reasons = fields.String(required=True, validate=letter())


class CarriedOut(Strict):
    done = fields.String(required=True, validate=letter())
