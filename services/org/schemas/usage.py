"""What the app tells of how it is used."""

from __future__ import annotations

from marshmallow import fields
from marshmallow.validate import Length

from services.contracts.org import UsageKind
from services.kernel.shape import Strict


class UsageFact(Strict):
    kind = fields.Enum(UsageKind, by_value=True, required=True)
    at = fields.AwareDateTime(format="iso", required=True)


class UsageBatch(Strict):
    facts = fields.List(fields.Nested(UsageFact), required=True, validate=Length(min=1, max=500))
