"""Answers that go to the person as a file: made ready by who never sees them, and fetched with a code (P15)."""

from __future__ import annotations

from marshmallow import Schema, fields as m

from gateway.schemas.fields import Written, page_of, secret
from gateway.schemas.requests import Outcome, Stepped, Weighed


class Fulfilment(Outcome):
    """As `Outcome`. Access and portability are answered with a file; `deliver` false: they were answered without.

    An answer to access names your people who looked only with `names` that say so.
    """

    deliver = m.Boolean(load_default=True)
    names = m.Nested(Weighed)


class Ready(Schema):
    """`code` is shown this once: tell it by telephone or letter. The link goes by mail. Repeated, it is null."""

    delivery = m.String(required=True)
    expires_at = m.String(required=True)
    code = m.String(required=True, allow_none=True)


class Fulfilled(Stepped):
    """`delivery` is null where nothing is delivered as a file."""

    delivery = m.Nested(Ready, required=True, allow_none=True)


class Delivered(Written):
    delivery = m.Nested(Ready, required=True)


class DeliveryLine(Schema):
    """`state`: prepared, collected, void (`why`), expired, or erased with the person. `wrong_codes` is how many."""

    delivery = m.String(required=True)
    request = m.String(required=True)
    kind = m.String(required=True)
    state = m.String(required=True)
    why = m.String(required=True, allow_none=True)
    bytes = m.Integer(required=True)
    rule = m.String(required=True)
    prepared_at = m.String(required=True)
    expires_at = m.String(required=True)
    wrong_codes = m.Integer(required=True)
    ended_at = m.String(required=True, allow_none=True)


class Waiting(Schema):
    """What a link leads to; of whom it is, it does not say."""

    kind = m.String(required=True)
    bytes = m.Integer(required=True)
    expires_at = m.String(required=True)
    tries_left = m.Integer(required=True)


class Code(Schema):
    """As it was told, with or without its hyphen."""

    code = secret(40, required=True)


DELIVERIES = page_of(DeliveryLine, "Deliveries")
