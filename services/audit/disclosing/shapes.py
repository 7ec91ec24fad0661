"""What is said in a disclosure, as it comes over the line: bounded, and each moment a moment."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from marshmallow import ValidationError, fields as m
from marshmallow.validate import Length, Regexp

from services.audit.cases.shapes import moment, written
from services.contracts.audit import Channel, ConsultationOutcome, RejectionGround, Secrecy
from services.contracts.privacy import Category
from services.contracts.retention import NotTold
from services.kernel.shape import Strict, loaded as loaded

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


def _categories() -> m.List[Any]:
    several = [Length(min=1, max=2 * len(Category))]
    return m.List(m.Enum(Category, by_value=True), required=True, validate=several)


class Opening(Strict):
    """`basis` is a row of the table; either `facts` of one's own suspicion or what an authority asked."""

    basis = written(40, required=True)
    organisation = written(100, required=True)
    people = m.List(written(100), required=True, validate=Length(min=1, max=PEOPLE))
    categories = _categories()
    since = moment()
    until = moment()
    secrecy = m.Enum(Secrecy, by_value=True)
    review_at = moment()
    facts = written(WORDS)
    channel = m.Enum(Channel, by_value=True)
    oral = m.Boolean(truthy={True}, falsy={False}, load_default=False)
    received_at = moment()
    authority = written(LINE)
    official = written(LINE)
    function = written(LINE)
    reference = written(LINE)
    original = Bytes()
    answer_due = moment()


class Authentication(Strict):
    """`number` is where the authority was called back, `found_in` where that number was found: not in the request."""

    finding = written(WORDS, required=True)
    number = written(LINE, required=True)
    found_in = written(LINE, required=True)
    called_at = moment()


class WrittenForm(Strict):
    received_at = moment(required=True)
    original = Bytes(required=True)


class Consulting(Strict):
    """`words` for the organisation; or the `ground` on which a law forbids to ask it, and when that is reviewed."""

    words = written(WORDS)
    ground = written(WORDS)
    review_at = moment()


class Answer(Strict):
    outcome = m.Enum(ConsultationOutcome, by_value=True, required=True)
    reasons = written(WORDS)
    signature = m.String(required=True, validate=Regexp(r"[A-Za-z0-9+/]{86}==\Z"))


class Scoping(Strict):
    """What is granted of what was asked; what is left out beyond the legal basis needs `reasons`."""

    people = m.List(written(10), validate=Length(min=1, max=PEOPLE))
    categories = m.List(m.Enum(Category, by_value=True), validate=Length(min=1, max=2 * len(Category)))
    since = moment()
    until = moment()
    reasons = written(WORDS)


class Approval(Strict):
    version = m.Integer(required=True, strict=True)
    digest = m.String(required=True, validate=Regexp(r"[0-9a-f]{64}\Z"))


class Rejection(Strict):
    ground = m.Enum(RejectionGround, by_value=True, required=True)
    reasons = written(WORDS, required=True)


class Assembly(Strict):
    recipient = written(LINE, required=True)


class HandOver(Strict):
    sealed_sha256 = m.String(required=True, validate=Regexp(r"[0-9a-f]{64}\Z"))
    channel = m.Enum(Channel, by_value=True, required=True)
    handed_over_at = moment()
    receiver = written(LINE, required=True)
    receipt = written(WORDS, required=True)


class Notice(Strict):
    """That the people were told, in which `words`; or the `ground` to defer it, and when that is reviewed."""

    channel = m.Enum(Channel, by_value=True)
    words = written(WORDS)
    notified_at = moment()
    ground = written(WORDS)
    review_at = moment()


class Informing(Strict):
    """How whoever received the data was told what changed, `told_at` now where nothing else is said; or `why_not`."""

    channel = m.Enum(Channel, by_value=True)
    told_at = moment()
    why_not = m.Enum(NotTold, by_value=True)
    words = written(WORDS, required=True)


class Review(Strict):
    finding = written(WORDS, required=True)
    review_at = moment(required=True)


class Lift(Strict):
    reason = written(WORDS, required=True)
