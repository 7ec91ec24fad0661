"""What an organisation that leaves says, sees, and takes along."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields as m

from gateway.schemas.fields import Written, choice
from services.contracts.org import LeavingChoice


class LeavingWish(Schema):
    """`return`: everything is fetched, then erased. `delete`: everything is erased."""

    choice = choice(LeavingChoice, required=True)


class LeavingErasure(Schema):
    """The id opens the state and the certificate without a session, also when nobody can sign in any more."""

    id = m.String(required=True)


class LeavingBegun(Written):
    erasure = m.Nested(LeavingErasure, required=True)


class LeavingExport(Schema):
    delivered_at = m.String(required=True)
    manifest_sha256 = m.String(required=True)
    files = m.Integer(required=True)
    people = m.Integer(required=True)


class LeavingState(Schema):
    """`grace_until` is when the erasure is due; null while the choice is on its way to the log."""

    state = m.String(required=True)
    choice = m.String(required=True, allow_none=True)
    chosen_at = m.String(required=True, allow_none=True)
    export = m.Nested(LeavingExport, required=True, allow_none=True)
    grace_until = m.String(required=True, allow_none=True)
    erasure = m.Raw(required=True, allow_none=True)


def _record(*names: str, **others: Any) -> dict[str, Any]:
    texts: dict[str, Any] = {name: {"type": ["string", "null"]} for name in names}
    return {"type": "object", "additionalProperties": False, "properties": {**texts, **others}}


def _or_none(record: dict[str, Any]) -> dict[str, Any]:
    return {**record, "type": ["object", "null"]}


_CONTACT = _or_none(_record("name", "email", "phone"))
_TEXTS = {"type": "array", "items": {"type": "string"}}
_BY_NAME = {"type": "object", "additionalProperties": {"type": "string"}}
_SIGNATORY = _record("name", "function")
_SIGNATURES = {
    "type": "array",
    "items": _record("side", "document_sha256", "signed_on", signatory=_SIGNATORY),
}

EXPORT = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Everything of one organisation. Each line of a file is one record of the kind that its folder names.",
    "$defs": {
        "organisation": _record(
            "organisation",
            "name",
            "kind",
            contact=_CONTACT,
            second_contact=_CONTACT,
            consultation_key=_or_none(_record("fingerprint", "since")),
        ),
        "agreements": _record(
            "agreement",
            "proposed_by",
            "starts_on",
            "ends_on",
            version={"type": "integer"},
            incident_hours={"type": ["integer", "null"]},
            terminated={"type": "boolean"},
            in_force={"type": "boolean"},
            purposes=_BY_NAME,
            categories=_TEXTS,
            retention=_BY_NAME,
            triggers=_BY_NAME,
            sub_processors=_TEXTS,
            signatures=_SIGNATURES,
        ),
        "instructions": _record(
            "id",
            "channel",
            "state",
            "given_at",
            "registered_at",
            "parked_at",
            "closed_at",
            "said",
            "giver",
            "reasons",
            "done",
        ),
        "fields": _record(
            "field",
            "state",
            "kind",
            "serves",
            "proposed_at",
            "activated_at",
            "retired_at",
            label=_BY_NAME,
            description=_BY_NAME,
            choices=_TEXTS,
        ),
        "supplements": _record(
            "supplement",
            "state",
            "reasons",
            "refusal",
            "requested_at",
            "answered_at",
            fields=_TEXTS,
            version={"type": ["integer", "null"]},
            text={"type": ["object", "null"], "additionalProperties": {"type": "string"}},
        ),
        "content": _record(
            "content",
            "kind",
            "title",
            "body",
            "published_at",
            "changed_at",
            revision={"type": "integer"},
            contact={"type": ["object", "null"], "additionalProperties": {"type": ["string", "null"]}},
        ),
        "people": _record(
            "account",
            "status",
            "role",
            "username",
            "email",
            "first_name",
            "infix",
            "last_name",
            "invited_at",
            "registered_at",
            fields=_BY_NAME,
        ),
    },
}
"""The schema of an export, and by that which fields are in it: no other leaves."""
