"""What is said in a disclosure, as it comes over the line: bounded, and each moment a moment."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields as m
from marshmallow.validate import Length, Regexp

from services.audit.cases.shapes import _moment, _text, load as load
from services.contracts.audit import Channel, ConsultationOutcome, RejectionGround, Secrecy
from services.contracts.privacy import Category

WORDS, LINE = 4000, 200
"""Characters; four bytes each they still fit an event."""
PEOPLE = 100
ORIGINAL = 700_000
"""Bytes; in base64 they still fit a request."""


class Bytes(m.Field[bytes]):
    """A file, in base64."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **options: Any) -> bytes:
        try:
            found = base64.b64decode(str(value), validate=True)
        except (binascii.Error, ValueError) as error:
            raise ValidationError("not base64") from error
        if not 0 < len(found) <= ORIGINAL:
            raise ValidationError("nothing, or too much")
        return found


class _Strict(Schema):
    class Meta:
        unknown = RAISE


def _categories() -> m.List[Any]:
    several = [Length(min=1, max=2 * len(Category))]
    return m.List(m.Enum(Category, by_value=True), required=True, validate=several)


class Opening(_Strict):
    """`basis` is a row of the table; either `facts` of one's own suspicion or what an authority asked."""

    basis = _text(40, required=True)
    organisation = _text(100, required=True)
    people = m.List(_text(100), required=True, validate=Length(min=1, max=PEOPLE))
    categories = _categories()
    since = _moment()
    until = _moment()
    secrecy = m.Enum(Secrecy, by_value=True)
    review_at = _moment()
    facts = _text(WORDS)
    channel = m.Enum(Channel, by_value=True)
    oral = m.Boolean(truthy={True}, falsy={False}, load_default=False)
    received_at = _moment()
    authority = _text(LINE)
    official = _text(LINE)
    function = _text(LINE)
    reference = _text(LINE)
    original = Bytes()


class Authentication(_Strict):
    finding = _text(WORDS, required=True)


class WrittenForm(_Strict):
    received_at = _moment(required=True)
    original = Bytes(required=True)


class Consulting(_Strict):
    """`words` for the organisation; or the `ground` on which a law forbids to ask it, and when that is reviewed."""

    words = _text(WORDS)
    ground = _text(WORDS)
    review_at = _moment()


class Answer(_Strict):
    outcome = m.Enum(ConsultationOutcome, by_value=True, required=True)
    reasons = _text(WORDS)
    signature = m.String(required=True, validate=Regexp(r"[A-Za-z0-9+/]{86}==\Z"))


class Scoping(_Strict):
    """What is granted of what was asked; what is left out beyond the legal basis needs `reasons`."""

    people = m.List(_text(10), validate=Length(min=1, max=PEOPLE))
    categories = m.List(m.Enum(Category, by_value=True), validate=Length(min=1, max=2 * len(Category)))
    since = _moment()
    until = _moment()
    reasons = _text(WORDS)


class Approval(_Strict):
    version = m.Integer(required=True, strict=True)
    digest = m.String(required=True, validate=Regexp(r"[0-9a-f]{64}\Z"))


class Rejection(_Strict):
    ground = m.Enum(RejectionGround, by_value=True, required=True)
    reasons = _text(WORDS, required=True)


class Assembly(_Strict):
    recipient = _text(LINE, required=True)


class HandOver(_Strict):
    sealed_sha256 = m.String(required=True, validate=Regexp(r"[0-9a-f]{64}\Z"))
    channel = m.Enum(Channel, by_value=True, required=True)
    handed_over_at = _moment()
    receiver = _text(LINE, required=True)
    receipt = _text(WORDS, required=True)


class Notice(_Strict):
    """That the people were told, in which `words`; or the `ground` to defer it, and when that is reviewed."""

    channel = m.Enum(Channel, by_value=True)
    words = _text(WORDS)
    notified_at = _moment()
    ground = _text(WORDS)
    review_at = _moment()


class Review(_Strict):
    finding = _text(WORDS, required=True)
    review_at = _moment(required=True)


class Lift(_Strict):
    reason = _text(WORDS, required=True)
