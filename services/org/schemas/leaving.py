"""What who leaves chooses, and what was handed over to them."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load
from marshmallow.validate import Range

from services.contracts.org import LeavingChoice
from services.kernel.shape import Strict
from services.org.schemas.fields import SHA256


class Leaving(Strict):
    choice = fields.Enum(LeavingChoice, by_value=True, required=True)


class Delivered(Strict):
    """What the door counted while it handed an export over."""

    export = fields.UUID(required=True)
    manifest_sha256 = fields.String(required=True, validate=SHA256)
    files = fields.Integer(strict=True, required=True, validate=Range(min=1))
    people = fields.Integer(strict=True, required=True, validate=Range(min=0))

    @post_load
    def _named(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {**data, "export": str(data["export"])}
