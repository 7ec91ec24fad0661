"""The log, its proofs and erasures, as they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields as m
from marshmallow.validate import Length

from gateway.schemas.fields import Page, Written, choice, moment, natural, page_of, text
from gateway.schemas.requests import Kept, Remedy
from services.contracts.privacy import Category
from services.contracts.retention import HoldGround, HoldScope


class Brake(Schema):
    """Why it waits though it is due: until that moment, or where there is none until an officer releases it."""

    why = m.String(required=True)
    until = m.String(required=True, allow_none=True)


class Erasure(Schema):
    """`scope` is `person`, `organisation`, `session`, or `category/<category>` where the person stays.

    `kept` is what a data request left of the person, by the law (AVG 17(3)), and `remedies` what may be done about it.
    """

    id = m.String(required=True)
    organisation = m.String(required=True)
    scope = m.String(required=True)
    state = m.String(required=True)
    due = m.String(allow_none=True)
    cancelled_at = m.String(allow_none=True)
    brake = m.Nested(Brake, allow_none=True)
    ordered_at = m.String(allow_none=True)
    certified_at = m.String(allow_none=True)
    unreadable_in_copies_at = m.String(allow_none=True)
    services = m.Dict(keys=m.String(), values=m.String())
    receipts = m.Raw()
    kept = m.List(m.Nested(Kept), required=True)
    remedies = m.List(m.Nested(Remedy), required=True)


class HoldWish(Schema):
    """Whose erasure is suspended: a person, by `account` or by the `erasure` of a closed one, or an `organisation`.

    No `categories` are all of them. `reason` says in words what `ground` says in kind, and is kept sealed.
    """

    scope = choice(HoldScope, required=True)
    organisation = text(100)
    account = text(100)
    erasure = text(100)
    categories = m.List(choice(Category), validate=Length(max=20))
    ground = choice(HoldGround)
    reason = m.String(validate=Length(max=4000), load_only=True)
    expires_at = moment()
    review_at = moment()


class HoldReview(Schema):
    """Why it stays, in words that are kept sealed, and when it is to be looked at again."""

    finding = m.String(validate=Length(max=4000), load_only=True)
    review_at = moment()


class HoldPlaced(Written):
    """`gone`: of all that it would have kept, how many had been ordered erased before it, by what they are.

    `session`, `category/email` and the like, `person`, `complaint` and `field`.
    """

    hold = m.String(required=True)
    gone = m.Dict(keys=m.String(), values=m.Integer(), required=True)


class Hold(Schema):
    id = m.String(required=True)
    state = m.String(required=True)
    scope = m.String(required=True)
    organisation = m.String(required=True)
    categories = m.List(m.String(), required=True)
    ground = m.String(required=True)
    placed_at = m.String(required=True)
    expires_at = m.String(required=True)
    review_at = m.String(required=True, allow_none=True)
    reviewed_at = m.String(required=True, allow_none=True)
    released_at = m.String(required=True, allow_none=True)


class Receipt(Schema):
    event = m.String(required=True)
    state = m.String(required=True)
    index = m.Integer(required=True, allow_none=True)
    proof = m.String(required=True, allow_none=True)


class EntryQuery(Page):
    start = natural(data_key="from")
    type = text(200)
    organisation = text(100)
    correlationid = text(100)
    case = text(100)


class Entry(Schema):
    index = m.Integer(required=True)
    event = m.Raw(required=True)
    entry = m.String(required=True)


class ReplaySelection(Schema):
    """Which entries; everything given must fit."""

    since = moment(data_key="from")
    until = moment(data_key="to")
    account = text(100)
    organisation = text(100)
    correlationid = text(100)
    types = m.List(text(120), validate=Length(max=50))


class IndexOrMoment(m.Raw):
    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> Any:
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 2**53:
            return value
        if isinstance(value, str):
            return moment().deserialize(value)
        raise ValidationError("An index, or a moment.")


class ReplayWish(Schema):
    """`at` is the index of the last entry to look at, or a moment; without it, that is the newest entry."""

    case = text(60, least=0, load_default="")
    ground = text(500, least=0, load_default="")
    selection = m.Nested(ReplaySelection, load_default=dict)
    at = IndexOrMoment()


class ReplayBegun(Written):
    replay = m.String(required=True)


class Replay(Schema):
    """`size` and `root` say of which log it is (RFC 6962); `checkpoint` is the first signed one over it.

    It looks from the entry `first` to `last`: what the log has let go of before that, nobody can look at.
    """

    id = m.String(required=True)
    case = m.String(required=True)
    ground = m.String(required=True, allow_none=True)
    selection = m.Raw(required=True)
    first = m.Integer(required=True)
    last = m.Integer(required=True)
    count = m.Integer(required=True)
    state = m.String(required=True)
    size = m.Integer(required=True)
    root = m.String(required=True)
    checkpoint = m.String(required=True, allow_none=True)


class Moment(Schema):
    """One event, without anything that it holds; `depth` counts the causes above it in the log."""

    index = m.Integer(required=True)
    event = m.String(required=True)
    at = m.String(required=True)
    type = m.String(required=True)
    subject = m.String(required=True)
    actor = m.String(required=True)
    organisation = m.String(allow_none=True)
    causation = m.String(required=True, allow_none=True)
    correlation = m.String(required=True)
    depth = m.Integer(required=True)


class ViewRow(Schema):
    """One row of one table; blind indexes are empty, since only a living key could make them."""

    table = m.String(required=True)
    row = m.Dict(keys=m.String(), values=m.Raw(), required=True)


class Mail(Schema):
    to = m.String(required=True)
    subject = m.String(required=True)
    text = m.String(required=True)
    links = m.List(m.String(), required=True)


class MailQuery(Schema):
    to = text(254)


HOLDS = page_of(Hold, "Holds")
ERASURES = page_of(Erasure, "Erasures")
VIEWS = page_of(ViewRow, "ViewsThen")
TIMELINE = page_of(Moment, "Timeline")
ENTRIES = page_of(Entry, "Entries")
