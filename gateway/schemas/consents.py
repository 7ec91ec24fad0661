"""A person's consents: what each purpose rests on, and what they said of it (P03)."""

from __future__ import annotations

from marshmallow import Schema, fields as m
from marshmallow.validate import Range

from gateway.schemas.fields import page_of


class Consenting(Schema):
    """`version` is that of the statement whose words were read; without it, the one in force."""

    version = m.Integer(strict=True, validate=Range(min=1, max=10_000))


class Consent(Schema):
    """`needed` says that nothing is done for the purpose without it; `in_force` that it stands."""

    purpose = m.String(required=True)
    legal_basis = m.String(required=True, allow_none=True)
    needed = m.Boolean(required=True)
    in_force = m.Boolean(required=True)
    statement_version = m.Integer(required=True, allow_none=True)
    given_at = m.String(required=True, allow_none=True)
    withdrawn_at = m.String(required=True, allow_none=True)


CONSENTS = page_of(Consent, "Consents")
