"""What the app may tell of its use, and what became of it."""

from __future__ import annotations

from marshmallow import Schema, fields as m
from marshmallow.validate import Length

from gateway.schemas.fields import Written, choice, moment
from services.contracts.org import UsageKind

MOST = 500


class UsageFact(Schema):
    """`at` is a moment with its offset."""

    kind = choice(UsageKind, required=True)
    at = moment(required=True)


class UsageFacts(Schema):
    facts = m.List(m.Nested(UsageFact), required=True, validate=Length(min=1, max=MOST))


class UsageTaken(Written):
    """`taken` are new; `too_late` came after their day was counted. No fact is an event, so `events` is empty."""

    taken = m.Integer(required=True)
    too_late = m.Integer(required=True)
