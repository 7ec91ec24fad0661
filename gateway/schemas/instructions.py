"""A controller's instructions, and what was done about each (AVG 28, 29)."""

from __future__ import annotations

from marshmallow import Schema, fields as m

from gateway.schemas.fields import Written, choice, moment, page_of, text, words
from services.contracts.org import InstructionChannel

LETTER = 4000
"""Characters; more would not fit an entry of the log."""


class Instruction(Schema):
    """What was instructed. Compliance says of which `organisation`, by whom, when and through which channel it came."""

    said = words(LETTER, required=True)
    organisation = text(100)
    giver = words(500, load_only=True)
    channel = choice(InstructionChannel)
    given_at = moment()


class Instructed(Written):
    instruction = m.String(required=True)


class Parking(Schema):
    """Why it seems unlawful; the controller reads this."""

    reasons = words(LETTER, required=True)


class CarriedOut(Schema):
    done = words(LETTER, required=True)


class InstructionRow(Schema):
    """`state`: open, parked, done or withdrawn."""

    id = m.String(required=True)
    organisation = m.String(required=True)
    channel = m.String(required=True)
    state = m.String(required=True)
    given_at = m.String(required=True)
    registered_at = m.String(required=True)
    parked_at = m.String(required=True, allow_none=True)
    closed_at = m.String(required=True, allow_none=True)
    erased_at = m.String(required=True, allow_none=True)


class InstructionShown(InstructionRow):
    """With its words, as long as they are kept."""

    said = m.String(required=True, allow_none=True)
    giver = m.String(required=True, allow_none=True)
    reasons = m.String(required=True, allow_none=True)
    done = m.String(required=True, allow_none=True)


INSTRUCTIONS = page_of(InstructionRow, "Instructions")
