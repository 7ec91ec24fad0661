"""Organisations and what they agreed with the maker."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields as m, validates_schema
from marshmallow.validate import Length, Range, Regexp

from gateway.schemas.fields import Something, Written, choice, day, duration, email, line, page_of, phone, sha256
from services.contracts.privacy import Category, LegalBasis, Purpose, TermTrigger


class Contact(Schema):
    """Whom an organisation's people ask (P17)."""

    name = line(200, required=True)
    email = email(required=True)
    phone = phone(load_default=None, allow_none=True)


class FirstBeheerder(Schema):
    email = email(required=True)


class Registration(Schema):
    name = line(200, required=True)
    kind = choice(("public", "private"), required=True)
    contact = m.Nested(Contact, required=True)
    beheerder = m.Nested(FirstBeheerder, required=True)


class Registered(Written):
    organisation = m.String(required=True)


class ContactChange(Schema):
    """In part: what is not named stays."""

    name = line(200)
    email = email()
    phone = phone(allow_none=True)


CONSULTATION_KEY = r"^MCowBQYDK2VwAyEA[A-Za-z0-9+/]{43}=$(?!\n)"
"""SubjectPublicKeyInfo of an Ed25519 key (RFC 8410) in base64: what stands between the two lines of its PEM."""


class OrganisationChange(Schema):
    """`second_contact` speaks in a disclosure where a Beheerder may be the suspect; with the private half of
    `consultation_key`, which never comes here, the organisation signs what it says of one:
    `openssl pkey -in key.pem -pubout -outform DER | base64 -w0`.
    """

    name = line(200)
    contact = m.Nested(ContactChange)
    second_contact = m.Nested(ContactChange)
    consultation_key = m.String(
        validate=Regexp(CONSULTATION_KEY, error="Not an Ed25519 public key in base64 (RFC 8410)."),
    )


class ShownContact(Schema):
    name = m.String(allow_none=True)
    email = m.String(allow_none=True)
    phone = m.String(allow_none=True)


class ShownKey(Schema):
    """SHA-256 of the public key's bytes, and since when it holds."""

    fingerprint = m.String(required=True)
    since = m.String(required=True)


class Organisation(Schema):
    """`second_contact` and `consultation_key` are shown to its Beheerder alone.

    `contact_of` is `maker` where the organisation has no contact, and the maker's is shown in its place (P17).
    """

    organisation = m.String(required=True)
    name = m.String(allow_none=True)
    kind = m.String()
    contact = m.Nested(ShownContact, allow_none=True)
    contact_of = m.String()
    second_contact = m.Nested(ShownContact, allow_none=True)
    consultation_key = m.Nested(ShownKey, allow_none=True)
    status = m.String()
    agreement_in_force = m.Boolean()
    version = m.Integer()


def _hours(**options: Any) -> m.Integer:
    """Within how many hours the maker tells of an incident; 24 where nothing is agreed."""
    return m.Integer(strict=True, allow_none=True, validate=Range(min=1, max=72), **options)


class Terms(Schema):
    """A proposal: what may be done, on which ground, with which data, kept how long, by whom.

    A term begins at the trigger of its category, or at another one that the category allows, named in `triggers`.
    Within `incident_hours` the maker tells of an incident: 24 where nothing is agreed.
    """

    purposes = m.Dict(
        keys=choice(Purpose),
        values=choice(LegalBasis),
        required=True,
        validate=Length(min=1, max=len(Purpose)),
    )
    categories = m.List(choice(Category), required=True, validate=Length(min=1, max=len(Category)))
    retention = m.Dict(keys=choice(Category), values=duration(), required=True)
    triggers = m.Dict(keys=choice(Category), values=choice(TermTrigger), load_default=dict)
    sub_processors = m.List(line(150), load_default=list, validate=Length(max=40))
    starts_on = day(required=True)
    ends_on = day(load_default=None, allow_none=True)
    incident_hours = _hours(load_default=None)

    @validates_schema
    def _once(self, data: dict[str, list[str]], **_: object) -> None:
        if len(set(data["categories"])) < len(data["categories"]):
            raise ValidationError("A category is named twice.", "categories")


class Amendment(Something):
    """What is to be otherwise than agreed, from `starts_on` or at once; what is not named stays."""

    purposes = m.Dict(keys=choice(Purpose), values=choice(LegalBasis), validate=Length(min=1, max=len(Purpose)))
    categories = m.List(choice(Category), validate=Length(min=1, max=len(Category)))
    retention = m.Dict(keys=choice(Category), values=duration())
    triggers = m.Dict(keys=choice(Category), values=choice(TermTrigger))
    sub_processors = m.List(line(150), validate=Length(max=40))
    starts_on = day()
    ends_on = day(allow_none=True)
    incident_hours = _hours()

    @validates_schema
    def _once(self, data: dict[str, Any], **_: object) -> None:
        if len(set(data.get("categories", ()))) < len(data.get("categories", ())):
            raise ValidationError("A category is named twice.", "categories")


class Proposed(Written):
    agreement = m.String(required=True)
    version = m.Integer(required=True)


class Signatory(Schema):
    name = line(200, required=True)
    function = line(200, required=True)


class Signature(Schema):
    signatory = m.Nested(Signatory, required=True)
    document_sha256 = sha256(required=True)
    signed_on = day(required=True)


class Signed(Written):
    in_force = m.Boolean(required=True)


class Termination(Schema):
    ends_on = day(required=True)


class ShownSignature(Schema):
    side = m.String(required=True)
    signatory = m.Nested(
        Schema.from_dict(
            {"name": m.String(allow_none=True), "function": m.String(allow_none=True)}, name="ShownSignatory"
        ),
        allow_none=True,
    )
    document_sha256 = m.String()
    signed_on = m.String()


class AgreementVersion(Schema):
    """The terms as they were proposed, and who signed them."""

    agreement = m.String(required=True)
    version = m.Integer(required=True)
    proposed_by = m.String()
    purposes = m.Dict(keys=m.String(), values=m.String())
    categories = m.List(m.String())
    retention = m.Dict(keys=m.String(), values=m.String())
    triggers = m.Dict(keys=m.String(), values=m.String())
    sub_processors = m.List(m.String())
    starts_on = m.String()
    ends_on = m.String(allow_none=True)
    incident_hours = m.Integer(allow_none=True)
    signatures = m.List(m.Nested(ShownSignature))
    in_force = m.Boolean()
    terminated = m.Boolean()


class Agreement(AgreementVersion):
    """The terms that bind, or that were proposed first; `awaits` is the version that waits for signatures."""

    awaits = m.Integer(allow_none=True)
    versions = m.List(m.Nested(AgreementVersion))


ORGANISATIONS = page_of(Organisation, "Organisations")
AGREEMENTS = page_of(Agreement, "Agreements")
