"""What the terms of an agreement would touch, before anybody signs it."""

from __future__ import annotations

from marshmallow import Schema, fields as m


class Touched(Schema):
    """One date of one person. `account` is null for whoever closed theirs, `erasure` where none stands yet.

    `due` is null where these fields have no date of their own any more, and go with the account.
    """

    account = m.String(required=True, allow_none=True)
    erasure = m.String(required=True, allow_none=True)
    fields_touched = m.List(m.String(), required=True, data_key="fields")
    due_before = m.String(required=True, allow_none=True)
    due = m.String(required=True, allow_none=True)


class Totals(Schema):
    """Of all that is touched; not `exact` of the first 100,000 dates that were looked at, where there are more."""

    people = m.Integer(required=True)
    dates = m.Integer(required=True)
    by_category = m.Dict(keys=m.String(), values=m.Integer(), required=True)
    exact = m.Boolean(required=True)


class Preview(Schema):
    """`items` are for the controller's side; the processor's sees the numbers alone.

    `totals` come with the first page, and are null on those that follow. A page may be short and not be the last.
    """

    agreement = m.String(required=True)
    version = m.Integer(required=True)
    starts_on = m.String(required=True)
    totals = m.Nested(Totals, required=True, allow_none=True)
    items = m.List(m.Nested(Touched), required=True)
    next = m.String(required=True, allow_none=True)
