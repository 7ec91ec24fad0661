"""What a person says to the statement, and what compliance publishes as its next version (P03, P14)."""

from __future__ import annotations

from typing import Any

from marshmallow import fields
from marshmallow.validate import Length, OneOf, Range, Regexp

from services.contracts.privacy import PROMISES
from services.kernel.shape import Strict
from services.org.schemas.fields import words

LONGEST = 20_000
"""Characters here, bytes at the door of Markdown: whatever marks stand in a text, it fits into one event."""
LINES, LINE, PASSAGE, LEAST = 60, 1000, 300, 20


class Acknowledging(Strict):
    version = fields.Integer(strict=True, required=True, validate=Range(min=1, max=10_000))


class Consenting(Strict):
    version = fields.Integer(strict=True, load_default=None, allow_none=True, validate=Range(min=1, max=10_000))


class Line(Strict):
    """One line of a list, in both languages; a term, a lifetime or a link as `value`."""

    nl = fields.String(required=True, validate=words(LINE))
    en = fields.String(required=True, validate=words(LINE))
    value = fields.String(validate=words(200))
    added = fields.Boolean(truthy={True}, falsy={False})


def _lines(**options: Any) -> fields.Dict:
    code = fields.String(validate=Regexp(r"[A-Za-z_][A-Za-z0-9_-]{0,39}\Z"))
    return fields.Dict(keys=code, values=fields.Nested(Line), validate=Length(min=1, max=LINES), **options)


class Texts(Strict):
    nl = fields.String(required=True, validate=Length(min=1, max=LONGEST))
    en = fields.String(required=True, validate=Length(min=1, max=LONGEST))


class Changes(Strict):
    nl = fields.List(fields.String(validate=words(LINE)), required=True, validate=Length(max=20))
    en = fields.List(fields.String(validate=words(LINE)), required=True, validate=Length(max=20))


class Passage(Strict):
    """Enough words to be found by: a letter stands in every text."""

    nl = fields.String(required=True, validate=[*words(PASSAGE), Length(min=LEAST)])
    en = fields.String(required=True, validate=[*words(PASSAGE), Length(min=LEAST)])


class Authority(Strict):
    name = fields.String(required=True, validate=words(200))
    link = fields.String(required=True, validate=[*words(500), Regexp(r"https://")])


class StatementVersion(Strict):
    """What is left out of `stores`, `authority` and `promises` is as in the version before."""

    version = fields.Integer(strict=True, required=True, validate=Range(min=1, max=10_000))
    effective_on = fields.Date(format="iso", required=True)
    texts = fields.Nested(Texts, required=True)
    purposes = _lines(required=True)
    categories = _lines(required=True)
    terms = _lines(required=True)
    cookies = _lines(required=True)
    stores = _lines()
    changes = fields.Nested(Changes, load_default=lambda: {"nl": [], "en": []})
    authority = fields.Nested(Authority)
    promises = fields.Dict(
        keys=fields.String(validate=OneOf(PROMISES)), values=fields.Nested(Passage), load_default=dict
    )
