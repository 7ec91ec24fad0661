"""What may cross from a caller: known fields only, each of its kind, and no value repeated in a refusal."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, post_load, validates_schema
from marshmallow.exceptions import SCHEMA
from marshmallow.validate import Length, Range, Regexp

from services.contracts.org import (
    ContentKind,
    FieldKind,
    InstructionChannel,
    LeavingChoice,
    OrganisationKind,
    UsageKind,
)
from services.contracts.privacy import TRIGGERS, Category, LegalBasis, Purpose, TermTrigger
from services.kernel.decider import Refused

LONGEST_TERM_DAYS = 50 * 366
LONGEST_NOTICE = 72
"""Hours: by then the controller has to have told the supervisor itself (AVG art. 33(1))."""
_DURATION = re.compile(
    r"P(?=.)(?:(?P<years>\d{1,3})Y)?(?:(?P<months>\d{1,4})M)?(?:(?P<weeks>\d{1,4})W)?(?:(?P<days>\d{1,5})D)?"
    r"(?:T(?=.)(?:(?P<hours>\d{1,6})H)?(?:(?P<minutes>\d{1,8})M)?(?:(?P<seconds>\d{1,10})S)?)?",
    re.ASCII,
)
_DAYS = {
    "years": 365.25,
    "months": 30.5,
    "weeks": 7,
    "days": 1,
    "hours": 1 / 24,
    "minutes": 1 / 1440,
    "seconds": 1 / 86400,
}
_UNKNOWN = "Unknown field."


def duration(text: str) -> None:
    """ISO 8601, whole and not negative, fifty years at most. `P0D` is at once. Raises ValidationError."""
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValidationError("Not an ISO 8601 duration.")
    if sum(_DAYS[unit] * int(count) for unit, count in found.groupdict("0").items()) > LONGEST_TERM_DAYS:
        raise ValidationError("Longer than fifty years.")


def words(longest: int = 200) -> list[Any]:
    """Validators of a line of text: something stands there, and nothing that a terminal or a mail acts on."""
    return [
        Length(min=1, max=longest),
        Regexp(r"[^\s\x00-\x1f\x7f](?:[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f])?\Z"),
    ]


class Strict(Schema):
    class Meta:
        unknown = RAISE


class Contact(Strict):
    name = fields.String(required=True, validate=words())
    email = fields.Email(required=True, validate=Length(max=254))
    phone = fields.String(allow_none=True, validate=[Length(max=40), Regexp(r"\+?[0-9][0-9 ()./-]*\Z")])


class Beheerder(Strict):
    email = fields.Email(required=True, validate=Length(max=254))


class Registration(Strict):
    name = fields.String(required=True, validate=words())
    kind = fields.Enum(OrganisationKind, by_value=True, required=True)
    contact = fields.Nested(Contact, required=True)
    beheerder = fields.Nested(Beheerder, required=True)

    @validates_schema
    def _customers_only(self, data: Mapping[str, Any], **_: Any) -> None:
        if data.get("kind") is OrganisationKind.MAKER:
            raise ValidationError("There is one maker.", "kind")


class Change(Strict):
    """A contact given in part leaves its other particulars as they are."""

    name = fields.String(validate=words())
    contact = fields.Nested(Contact(partial=True))
    second_contact = fields.Nested(Contact(partial=True))
    consultation_key = fields.String(validate=Length(max=200))
    if_match = fields.Integer(strict=True)


class Proposal(Strict):
    purposes = fields.Dict(
        keys=fields.Enum(Purpose, by_value=True),
        values=fields.Enum(LegalBasis, by_value=True),
        required=True,
        validate=Length(min=1),
    )
    categories = fields.List(
        fields.Enum(Category, by_value=True), required=True, validate=Length(min=1, max=2 * len(Category))
    )
    retention = fields.Dict(
        keys=fields.Enum(Category, by_value=True), values=fields.String(validate=duration), required=True
    )
    triggers = fields.Dict(
        keys=fields.Enum(Category, by_value=True), values=fields.Enum(TermTrigger, by_value=True), load_default=dict
    )
    sub_processors = fields.List(fields.String(validate=words()), required=True, validate=Length(max=50))
    starts_on = fields.Date(required=True, format="iso")
    ends_on = fields.Date(load_default=None, allow_none=True, format="iso")
    incident_hours = fields.Integer(
        strict=True, load_default=None, allow_none=True, validate=Range(min=1, max=LONGEST_NOTICE)
    )

    @validates_schema
    def _terms_of_agreed_categories(self, data: Mapping[str, Any], **_: Any) -> None:
        if set(data["retention"]) - set(data["categories"]):
            raise ValidationError("A term for a category that is not agreed.", "retention")
        triggers = data.get("triggers", {})
        if set(triggers) - set(data["retention"]):
            raise ValidationError("A trigger without a term.", "triggers")
        if any(trigger not in TRIGGERS[category] for category, trigger in triggers.items()):
            raise ValidationError("Nothing of that category begins so.", "triggers")

    @post_load
    def _each_once(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        data["categories"] = tuple(dict.fromkeys(data["categories"]))
        return data


class Signatory(Strict):
    name = fields.String(required=True, validate=words())
    function = fields.String(required=True, validate=words())


class Signing(Strict):
    signatory = fields.Nested(Signatory, required=True)
    document_sha256 = fields.String(required=True, validate=Regexp(r"[0-9a-f]{64}\Z"))
    signed_on = fields.Date(required=True, format="iso")


class Ending(Strict):
    ends_on = fields.Date(required=True, format="iso")


class Leaving(Strict):
    choice = fields.Enum(LeavingChoice, by_value=True, required=True)


class Delivered(Strict):
    """What the door counted while it handed an export over."""

    export = fields.UUID(required=True)
    manifest_sha256 = fields.String(required=True, validate=Regexp(r"[0-9a-f]{64}\Z"))
    files = fields.Integer(strict=True, required=True, validate=Range(min=1))
    people = fields.Integer(strict=True, required=True, validate=Range(min=0))

    @post_load
    def _named(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {**data, "export": str(data["export"])}


class Acknowledging(Strict):
    version = fields.Integer(strict=True, required=True, validate=Range(min=1, max=10_000))


EEA = frozenset(
    {"AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS", "IT", "LI"}
    | {"LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK"}
)
"""Where the AVG itself holds: data that goes elsewhere needs a ground for its transfer (AVG art. 44)."""


class SubProcessor(Strict):
    """`organisations` are those whom it concerns; all of them where none is named."""

    name = fields.String(required=True, validate=words())
    task = fields.String(required=True, validate=words(500))
    purposes = fields.List(fields.Enum(Purpose, by_value=True), required=True, validate=Length(min=1, max=20))
    categories = fields.List(fields.Enum(Category, by_value=True), required=True, validate=Length(min=1, max=40))
    country = fields.String(required=True, validate=Regexp(r"[A-Z]{2}\Z"))
    transfer = fields.String(load_default=None, allow_none=True, validate=words(500))
    organisations = fields.List(
        fields.String(validate=Length(min=1, max=100)), load_default=None, allow_none=True, validate=Length(1, 500)
    )

    @validates_schema
    def _transferred_on_a_ground(self, data: Mapping[str, Any], **_: Any) -> None:
        if data["country"] not in EEA and not data["transfer"]:
            raise ValidationError("Say on which ground data may go there (AVG chapter V).", "transfer")

    @post_load
    def _each_once(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {**data, **{name: tuple(dict.fromkeys(data[name])) for name in ("purposes", "categories")}}


def letter(longest: int = 4000) -> list[Any]:
    """Validators of free text with its lines: something is said."""
    return [Length(min=1, max=longest), Regexp(r"[^\x00]*\S[^\x00]*\Z")]


class Objection(Strict):
    reasons = fields.String(required=True, validate=letter())


class Instruction(Strict):
    """`said` is what was instructed, `giver` by whom, as they gave themselves out."""

    said = fields.String(required=True, validate=letter())
    giver = fields.String(load_default=None, allow_none=True, validate=letter(500))
    channel = fields.Enum(InstructionChannel, by_value=True, load_default=None, allow_none=True)
    given_at = fields.AwareDateTime(format="iso", load_default=None, allow_none=True)


class Parking(Strict):
    reasons = fields.String(required=True, validate=letter())


class CarriedOut(Strict):
    done = fields.String(required=True, validate=letter())


class Consenting(Strict):
    version = fields.Integer(strict=True, load_default=None, allow_none=True, validate=Range(min=1, max=10_000))


class UsageFact(Strict):
    kind = fields.Enum(UsageKind, by_value=True, required=True)
    at = fields.AwareDateTime(format="iso", required=True)


class UsageBatch(Strict):
    facts = fields.List(fields.Nested(UsageFact), required=True, validate=Length(min=1, max=500))


class Label(Strict):
    """In both languages, and without what Markdown takes for markup: a supplement has to be able to name it."""

    nl = fields.String(required=True, validate=[*words(60), Regexp(r"[^<>\[\](){}|`*_#\\&]*\Z")])
    en = fields.String(required=True, validate=[*words(60), Regexp(r"[^<>\[\](){}|`*_#\\&]*\Z")])


class Description(Strict):
    nl = fields.String(required=True, validate=words(500))
    en = fields.String(required=True, validate=words(500))


class FieldProposal(Strict):
    label = fields.Nested(Label, required=True)
    description = fields.Nested(Description, required=True)
    kind = fields.Enum(FieldKind, by_value=True, required=True)
    choices = fields.List(fields.String(validate=words(100)), load_default=list, validate=Length(max=30))
    serves = fields.Enum(Purpose, by_value=True, load_default=Purpose.APP_ACCESS)

    @validates_schema
    def _choices_where_one_chooses(self, data: Mapping[str, Any], **_: Any) -> None:
        choices = data.get("choices", [])
        if len(set(choices)) < len(choices) or (data["kind"] is FieldKind.CHOICE) != (len(choices) > 1):
            raise ValidationError("Two or more, each once, where one chooses; otherwise none.", "choices")


class SupplementWish(Strict):
    fields_ = fields.List(
        fields.UUID(), required=True, validate=Length(min=1, max=25), data_key="fields", attribute="fields"
    )
    reasons = fields.String(required=True, validate=Length(min=1, max=4000))


class SupplementText(Strict):
    nl = fields.String(required=True)
    en = fields.String(required=True)


class SupplementRefusal(Strict):
    reasons = fields.String(required=True, validate=Length(min=1, max=4000))


class ContentContact(Strict):
    name = fields.String(required=True, validate=words())
    email = fields.Email(allow_none=True, validate=Length(max=254))
    phone = fields.String(allow_none=True, validate=[Length(max=40), Regexp(r"\+?[0-9][0-9 ()./-]*\Z")])


class Content(Strict):
    """A card says something; a contact names whom to turn to, and may say something, too."""

    kind = fields.Enum(ContentKind, by_value=True, required=True)
    title = fields.String(required=True, validate=words())
    body = fields.String()
    contact = fields.Nested(ContentContact)
    if_match = fields.Integer(strict=True)

    @validates_schema
    def _whole(self, data: Mapping[str, Any], **_: Any) -> None:
        wanted = "contact" if data["kind"] is ContentKind.CONTACT else "body"
        if data.get(wanted) is None:
            raise ValidationError("Missing.", wanted)
        if data["kind"] is ContentKind.CARD and "contact" in data:
            raise ValidationError("A card has none.", "contact")


def load(schema: type[Schema], said: Mapping[str, Any]) -> dict[str, Any]:
    """The values, typed. Raises Refused("unknown_field" or "invalid", errors={path: [messages]})."""
    try:
        loaded: dict[str, Any] = schema().load(said)
    except ValidationError as error:
        found = _flat(schema(), error.messages_dict)
        unknown = any(_UNKNOWN in messages for messages in found.values())
        raise Refused("unknown_field" if unknown else "invalid", errors=found) from None
    return loaded


def _flat(schema: Schema, messages: Mapping[Any, Any], above: str = "") -> dict[str, list[str]]:
    """One list of messages a field; the keys of a mapping were the caller's words, so they are left out."""
    found: dict[str, list[str]] = {}
    for name, said in messages.items():
        field = schema.fields.get(name)
        if isinstance(field, fields.Nested) and isinstance(said, Mapping):
            found.update(_flat(field.schema, said, f"{above}{name}."))
        else:
            path = above.rstrip(".") if name == SCHEMA else f"{above}{name}"
            found[path] = sorted(set(_leaves(said)))
    return found


def _leaves(said: Any) -> list[str]:
    if isinstance(said, Mapping):
        return [leaf for one in said.values() for leaf in _leaves(one)]
    if isinstance(said, list):
        return [leaf for one in said for leaf in _leaves(one)]
    return [str(said)]
