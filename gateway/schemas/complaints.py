"""Complaints, their answers, and the words that name the supervisor."""

from __future__ import annotations

from marshmallow import Schema, fields as m

from gateway.schemas.fields import Written, choice, moment, page_of, text, words
from services.contracts.audit import Channel, ComplaintOutcome

TEXT = 4000


class Complaint(Schema):
    text = words(TEXT, load_only=True, required=True)


class ComplaintTakenIn(Complaint):
    """A complaint that came another way; who has no account here is known by `contact` alone."""

    organisation = text(100)
    channel = choice(Channel, required=True)
    contact = words(500, load_only=True)
    account = text(100)
    received_at = moment()


class ComplaintAnswer(Schema):
    outcome = choice(ComplaintOutcome, required=True)
    answer = words(TEXT, load_only=True, required=True)


class Complained(Written):
    complaint = m.String(required=True)


class ComplaintRemedy(Schema):
    """The right to complain to the supervisor, in both languages."""

    nl = m.String(required=True)
    en = m.String(required=True)


class ComplaintAnswered(Written):
    remedy = m.Nested(ComplaintRemedy, required=True)


class ComplaintRow(Schema):
    """`state` is `open`, `answered`, or `erased` once nobody can read what it said.

    `due` is by when it is to be answered, counted by `rule`.
    """

    id = m.String(required=True)
    organisation = m.String(required=True)
    state = m.String(required=True)
    known = m.Boolean(required=True)
    channel = m.String(required=True)
    received_at = m.String(required=True)
    due = m.String(required=True, allow_none=True)
    rule = m.String(required=True, allow_none=True)
    outcome = m.String(required=True, allow_none=True)
    answered_at = m.String(required=True, allow_none=True)


class ComplaintShown(ComplaintRow):
    text = m.String(required=True, allow_none=True)
    contact = m.String(required=True, allow_none=True)
    answer = m.String(required=True, allow_none=True)
    remedy = m.Nested(ComplaintRemedy, required=True, allow_none=True)


COMPLAINTS = page_of(ComplaintRow, "Complaints")
MINE = page_of(ComplaintShown, "MyComplaints")
