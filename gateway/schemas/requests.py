"""Data requests as they are asked, answered and shown; every time is UTC, every `…_on` a day in Amsterdam (P15)."""

from __future__ import annotations

from marshmallow import Schema, fields as m
from marshmallow.validate import Length

from gateway.schemas.fields import Written, choice, email, moment, page_of, text, words
from gateway.schemas.people import Names
from services.contracts.privacy import Category, Purpose
from services.contracts.retention import (
    Channel,
    Decision,
    ErasureException,
    ExtensionGround,
    IdentityCheck,
    NotTold,
    RefusalGround,
    RestrictionGround,
    Right,
)

TOLD = [channel for channel in Channel if channel is not Channel.APP]
CHECKED = [how for how in IdentityCheck if how is not IdentityCheck.SESSION]


class Intake(Schema):
    """`account` asked, at `received_at`, by a channel other than the app; `text` is what they said."""

    account = m.String(required=True, validate=Length(min=1, max=100))
    kind = choice(Right, required=True)
    channel = choice(TOLD, required=True)
    received_at = moment(required=True)
    text = words(allow_none=True)


class Wish(Schema):
    kind = choice(Right, required=True)
    text = words(allow_none=True)


class Verification(Schema):
    """How it is known who asks. A copy of a document has no place here, or anywhere."""

    how = choice(CHECKED, required=True)


class Extension(Schema):
    ground = choice(ExtensionGround, required=True)
    reasons = words(required=True)


class Changes(Names):
    """What is to stand there from now on, `fields` of the organisation by id; what is not named stays as it is."""

    email = email()
    fields_ = m.Dict(
        keys=m.String(validate=Length(min=1, max=36)),
        values=text(500, allow_none=True),
        data_key="fields",
        attribute="fields",
        validate=Length(max=25),
    )


class PurposeDecided(Schema):
    purpose = choice(Purpose, required=True)
    decision = choice(Decision, required=True)
    reasons = words(required=True)


class Excepted(Schema):
    """What the law lets one keep of who asks to be erased, and why; `until` when, at most five years from now."""

    category = choice(Category, required=True)
    ground = choice(ErasureException, required=True)
    reasons = words(required=True)
    until = moment()


class Outcome(Schema):
    """What was done; the rest as the kind of request asks.

    For an erasure the account closes with this, and the erasure begins, but for the `exceptions`. A rectification
    carries `changes`, a `statement` of the person's that is kept beside what stands, or both; a restriction the
    `ground`; an objection what was decided on each purpose.
    """

    outcome = words(required=True)
    changes = m.Nested(Changes)
    statement = words()
    ground = choice(RestrictionGround)
    decisions = m.List(m.Nested(PurposeDecided), validate=Length(min=1, max=len(Purpose)))
    exceptions = m.List(m.Nested(Excepted), validate=Length(min=1, max=len(Category)))


class Weighed(Schema):
    """Whether the person learns the names of your people who looked at their data, and what was weighed in that.

    Their interest (why they need the names) against that of who looked; the person reads it with their request.
    """

    disclose = m.Boolean(required=True)
    weighing = words(required=True)


class Telling(Schema):
    """Who received the data before, and when they were told, or why they are not: one of the two.

    `reference` is one of those that the request lists; without it, it is somebody whom the software does not know of.
    """

    recipient = words(required=True)
    reference = text(60)
    told_at = moment()
    why_not = choice(NotTold)


class Lifting(Schema):
    """Why the data may be used again; the person reads it with their notice."""

    reasons = words(required=True)


class Refusal(Schema):
    ground = choice(RefusalGround, required=True)
    reasons = words(required=True)


class Remedy(Schema):
    """What the person may do about a refusal, in two languages."""

    code = m.String(required=True)
    nl = m.String(required=True)
    en = m.String(required=True)


class Taken(Written):
    """`duplicate_of` is an earlier request for the same that is still open."""

    request = m.String(required=True)
    due_on = m.Date(required=True)
    duplicate_of = m.String(required=True, allow_none=True)


class Stepped(Written):
    """`due_on` counts from the receipt, the other from the identity check; `rule` names term and version.

    `effect` is the event that corrected or restricted; `lifts_at`, when a restriction ends, once that is announced;
    `excepted`, the categories that an erasure leaves.
    """

    request = m.String(required=True)
    state = m.String(required=True)
    due_on = m.Date(required=True)
    due = m.String(required=True)
    rule = m.String(required=True)
    due_on_from_identity = m.Date(required=True, allow_none=True)
    erasure = m.String(required=True, allow_none=True)
    effect = m.String(required=True, allow_none=True)
    lifts_at = m.String(required=True, allow_none=True)
    remedies = m.List(m.Nested(Remedy), required=True)
    excepted = m.List(m.String(), required=True)


class Line(Schema):
    """One line of the register."""

    id = m.String(required=True)
    account = m.String(required=True, allow_none=True)
    kind = m.String(required=True)
    channel = m.String(required=True)
    state = m.String(required=True)
    received_at = m.String(required=True)
    rule = m.String(required=True)
    due_on = m.Date(required=True)
    due = m.String(required=True)
    first_due_on = m.Date(required=True)
    remind_at = m.String(required=True)
    extension = m.String(required=True, allow_none=True)
    duplicate_of = m.String(required=True, allow_none=True)
    verified_at = m.String(required=True, allow_none=True)
    how = m.String(required=True, allow_none=True)
    due_on_from_identity = m.Date(required=True, allow_none=True)
    closed_at = m.String(required=True, allow_none=True)
    erasure = m.String(required=True, allow_none=True)
    ground = m.String(required=True, allow_none=True)
    remedies = m.List(m.Nested(Remedy), required=True)
    excepted = m.List(m.String(), required=True)
    effect = m.String(required=True, allow_none=True)
    restriction = m.String(required=True, allow_none=True)
    lifts_at = m.String(required=True, allow_none=True)
    lifted_at = m.String(required=True, allow_none=True)
    reminded_at = m.String(required=True, allow_none=True)
    reminded_late_at = m.String(required=True, allow_none=True)
    names_disclosed = m.Boolean(required=True, allow_none=True)


class DecisionShown(Schema):
    """What was decided on one purpose that the person objected to."""

    purpose = m.String(required=True)
    decision = m.String(required=True)
    reasons = m.String(required=True, allow_none=True)


class InTwo(Schema):
    nl = m.String(required=True)
    en = m.String(required=True)


class Kept(Schema):
    """What stays of who is erased, on which ground of the law, until when; `ended_at` once it does not any more."""

    category = m.String(required=True)
    ground = m.String(required=True)
    article = m.String(required=True)
    words = m.Nested(InTwo, required=True)
    until = m.String(required=True)
    review_at = m.String(required=True)
    ended_at = m.String(required=True, allow_none=True)


class KeptBecause(Kept):
    reasons = m.String(required=True, allow_none=True)


class Recipient(Schema):
    """Whoever received the data before: told, or not and why; `event` proves it. None of these: still to be told."""

    reference = m.String(required=True, allow_none=True)
    recipient = m.String(required=True, allow_none=True)
    told_at = m.String(required=True, allow_none=True)
    why_not = m.String(required=True, allow_none=True)
    event = m.String(required=True, allow_none=True)


class Request(Line):
    """With its words: what was asked, why it took longer, what was done, why it was refused, or its end began.

    `statement` is what the person wants to stand beside what is held on them (AVG 16); `weighing`, why they learn the
    names of who looked, or do not, where `names_disclosed` is not null (C-579/21).
    """

    said = m.String(required=True, allow_none=True)
    reasons = m.String(required=True, allow_none=True)
    outcome = m.String(required=True, allow_none=True)
    refusal = m.String(required=True, allow_none=True)
    statement = m.String(required=True, allow_none=True)
    lift_reasons = m.String(required=True, allow_none=True)
    weighing = m.String(required=True, allow_none=True)
    decisions = m.List(m.Nested(DecisionShown), required=True)
    recipients = m.List(m.Nested(Recipient), required=True)
    exceptions = m.List(m.Nested(KeptBecause), required=True)


class OwnRequest(Request):
    """One's own: whose it is needs no saying."""

    class Meta:
        exclude = ("account",)


REGISTER = page_of(Line, "Register")
MINE = page_of(OwnRequest, "OwnRequests")
