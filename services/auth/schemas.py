"""What may come in. Unknown fields are refused; a refusal names the field and never its value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields as m, post_load, validate, validates_schema

from services.contracts.auth import AccessDecision
from services.contracts.privacy import Role
from services.kernel.keys.blinding import folded
from services.kernel.shape import Strict, loaded as loaded

PRINTABLE = validate.Regexp(r"^[^\x00-\x1f\x7f]*$", error="Control characters are not allowed.")


def _text(most: int, *, least: int = 1, **options: Any) -> m.String:
    return m.String(validate=[validate.Length(min=least, max=most), PRINTABLE], **options)


def _email(**options: Any) -> m.Email:
    return m.Email(validate=validate.Length(max=254), **options)


class Invitation(Strict):
    email = _email(required=True)
    role = m.Enum(Role, by_value=True, required=True)


class Invitations(Strict):
    emails = m.List(_email(), required=True, validate=validate.Length(min=1, max=100))
    role = m.Enum(Role, by_value=True, required=True)

    @validates_schema
    def _each_once(self, data: dict[str, Any], **_: Any) -> None:
        if len({folded(email) for email in data["emails"]}) < len(data["emails"]):
            raise ValidationError("An address stands twice.", "emails")


class Named(Strict):
    """By the one or the other, whole: nothing can be searched by a part of a value that is sealed."""

    username = _text(64)
    email = _email()

    @validates_schema
    def _one(self, data: dict[str, Any], **_: Any) -> None:
        if len(data) != 1:
            raise ValidationError("One of username and email.")


class Acceptance(Strict):
    username = m.String(
        required=True,
        validate=[validate.Length(min=3, max=64), validate.Regexp(r"^\S+$", error="No spaces."), PRINTABLE],
    )
    password = m.String(required=True)
    first_name = _text(100, required=True)
    infix = _text(30, least=0, allow_none=True, load_default=None)
    last_name = _text(100, required=True)


class Correction(Strict):
    email = m.Email(validate=validate.Length(max=254))
    first_name = _text(100)
    infix = _text(30, least=0, allow_none=True)
    last_name = _text(100)


class CorrectionAsked(Correction):
    """Of a person who asked for it also the fields that their organisation added, by id."""

    fields_ = m.Dict(
        keys=m.UUID(),
        values=m.String(allow_none=True, validate=validate.Length(max=500)),
        data_key="fields",
        attribute="fields",
        validate=validate.Length(max=25),
    )


class Device(Strict):
    kind = _text(50, allow_none=True)
    os = _text(50, allow_none=True)
    browser = _text(50, allow_none=True)
    app_version = _text(50, allow_none=True)


class Decided(Strict):
    account = _text(100, required=True)
    decision = m.Enum(AccessDecision, by_value=True, required=True)


class Review(Strict):
    decisions = m.List(m.Nested(Decided), load_default=list, validate=validate.Length(max=500))
    rest = m.Enum(AccessDecision, by_value=True, load_default=None)

    @validates_schema
    def _each_once(self, data: dict[str, Any], **_: Any) -> None:
        named = [one["account"] for one in data["decisions"]]
        if len(set(named)) < len(named):
            raise ValidationError("An account stands twice.", "decisions")

    @post_load
    def _by_account(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {**data, "decisions": {one["account"]: one["decision"] for one in data["decisions"]}}


INVITATION, INVITATIONS, NAMED, ACCEPTANCE = Invitation(), Invitations(), Named(), Acceptance()
CORRECTION, DEVICE, CORRECTION_ASKED, REVIEW = Correction(), Device(), CorrectionAsked(), Review()


def parted(correction: Mapping[str, Any]) -> dict[str, Any]:
    """A correction as `values` of the account and own `fields`, by id."""
    fields = {str(field): value for field, value in correction.get("fields", {}).items()}
    return {"values": {name: value for name, value in correction.items() if name != "fields"}, "fields": fields}
