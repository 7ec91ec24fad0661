"""What supplements the statement for one organisation: asked for, published, refused (P05)."""

from __future__ import annotations

from marshmallow import Schema, fields as m
from marshmallow.validate import Length

from gateway.schemas.custom_fields import ShownWords
from gateway.schemas.fields import Written, words


class SupplementWish(Schema):
    """`reasons` is free text: why the organisation needs to process more than the statement lists."""

    names = m.List(m.UUID(), required=True, validate=Length(min=1, max=25), data_key="fields", attribute="fields")
    reasons = words(4000, required=True)


class SupplementAsked(Written):
    """`due` is by when the maker answers."""

    supplement = m.String(required=True)
    due = m.String(required=True)


class SupplementText(Schema):
    """Markdown without HTML, images or links other than https, tel and mailto; at most 10,000 bytes each.

    It is the whole supplement: it names every field that takes values, and those asked for, by their labels.
    """

    nl = m.String(required=True, validate=Length(min=1, max=10_000))
    en = m.String(required=True, validate=Length(min=1, max=10_000))


class SupplementMade(Written):
    version = m.Integer(required=True)


class SupplementRefusal(Schema):
    reasons = words(4000, required=True)


class Supplement(Schema):
    """`rule` says by which version of the term it is due; `overdue` that it should have been answered."""

    supplement = m.String(required=True)
    state = m.String(required=True)
    fields_ = m.List(m.String(), required=True, data_key="fields", attribute="fields")
    reasons = m.String(required=True, allow_none=True)
    requested_at = m.String(required=True)
    due = m.String(required=True)
    rule = m.String(required=True)
    overdue = m.Boolean(required=True)
    answered_at = m.String(required=True, allow_none=True)
    refusal = m.String(required=True, allow_none=True)
    version = m.Integer(required=True, allow_none=True)
    text = m.Nested(ShownWords, required=True, allow_none=True)


class SupplementPage(Schema):
    """`waiting` and `overdue` count all of the organisation's, on whatever page."""

    items = m.List(m.Nested(Supplement), required=True)
    next = m.String(required=True, allow_none=True)
    waiting = m.Integer(required=True)
    overdue = m.Integer(required=True)
