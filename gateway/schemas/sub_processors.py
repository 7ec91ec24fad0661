"""The register of sub-processors, and how each stands with an organisation (P07)."""

from __future__ import annotations

from marshmallow import Schema, fields as m
from marshmallow.validate import Length, Regexp

from gateway.schemas.fields import Written, choice, line, page_of, text, words
from gateway.schemas.instructions import LETTER
from services.contracts.privacy import Category, Purpose


class SubProcessor(Schema):
    """Who would receive what, what for, and in which country (ISO 3166). Outside the EEA `transfer` names the ground.

    It concerns all organisations, or those that are named.
    """

    name = text(150, required=True)
    task = line(500, required=True)
    purposes = m.List(choice(Purpose), required=True, validate=Length(min=1, max=len(Purpose)))
    categories = m.List(choice(Category), required=True, validate=Length(min=1, max=len(Category)))
    country = m.String(required=True, validate=Regexp(r"^[A-Z]{2}$(?!\n)"))
    transfer = line(500, allow_none=True)
    organisations = m.List(text(100), validate=Length(min=1, max=500))


class Entered(Written):
    sub_processor = m.String(required=True)


class Objection(Schema):
    reasons = words(LETTER, required=True)


class Withdrawal(Schema):
    """Of one organisation, or of all where none is named."""

    organisation = text(100)


class Standing(Schema):
    """`state`: announced, objected, active or withdrawn; `ground`: agreed, accepted or window_over."""

    state = m.String(required=True)
    announced_at = m.String(required=True, allow_none=True)
    objections_until = m.String(required=True, allow_none=True)
    objected_at = m.String(required=True, allow_none=True)
    reasons = m.String(required=True, allow_none=True)
    ground = m.String(required=True, allow_none=True)
    active_since = m.String(required=True, allow_none=True)
    withdrawn_at = m.String(required=True, allow_none=True)


class SubProcessorRow(Schema):
    """`standing` is with one organisation; `organisations` counts them by state, for who looks after all."""

    id = m.String(required=True)
    name = m.String(required=True)
    task = m.String(required=True)
    purposes = m.List(m.String(), required=True)
    categories = m.List(m.String(), required=True)
    country = m.String(required=True)
    transfer = m.String(required=True, allow_none=True)
    registered_at = m.String(required=True)
    standing = m.Nested(Standing, required=True, allow_none=True)
    organisations = m.Dict(keys=m.String(), values=m.Integer(), required=True, allow_none=True)


SUB_PROCESSORS = page_of(SubProcessorRow, "SubProcessors")
