"""Reviews of access and checks of security, as they are made and shown."""

from __future__ import annotations

from marshmallow import Schema, fields as m
from marshmallow.validate import Length, Range

from gateway.schemas.fields import Page, Written, choice, moment, page_of, sha256, text
from services.contracts.audit import CheckKind, CheckOutcome
from services.contracts.auth import AccessDecision


class WhoseReviews(Page):
    organisation = text(100)


class AccessRow(Schema):
    """One account: `last_sign_in` is null where no session of it is kept any more."""

    account = m.String(required=True, allow_none=True)
    role = m.String(required=True)
    registered_at = m.String(required=True, allow_none=True)
    last_sign_in = m.String(required=True, allow_none=True)


class DecidedAccess(Schema):
    account = text(100, required=True)
    decision = choice(AccessDecision, required=True)


class AccessReviewWish(Schema):
    """Decisions on single accounts, and `rest` on all others; without it every open account needs its own."""

    decisions = m.List(m.Nested(DecidedAccess), load_default=list, validate=Length(max=500))
    rest = choice(AccessDecision)


class AccessReviewDone(Written):
    review = m.String(required=True)
    accounts = m.Integer(required=True)
    kept = m.Integer(required=True)
    changed = m.Integer(required=True)
    removed = m.Integer(required=True)


class AccessReviewRow(Schema):
    """The last review of an organisation, in numbers, and by when the next one is due."""

    organisation = m.String(required=True)
    last_at = m.String(required=True, allow_none=True)
    due = m.String(required=True)
    overdue = m.Boolean(required=True)
    accounts = m.Integer(required=True, allow_none=True)
    kept = m.Integer(required=True, allow_none=True)
    changed = m.Integer(required=True, allow_none=True)
    removed = m.Integer(required=True, allow_none=True)


class SecurityCheckWish(Schema):
    """What was checked; `evidence_sha256` is the hash of a document that stays where it is."""

    kind = choice(CheckKind, required=True)
    outcome = choice(CheckOutcome, required=True)
    findings = m.Integer(load_default=0, strict=True, validate=Range(min=0, max=100_000))
    evidence_sha256 = sha256(required=True)
    performed_at = moment()


class SecurityCheckDone(Written):
    check = m.String(required=True)


class SecurityCheckRow(Schema):
    id = m.String(required=True)
    kind = m.String(required=True)
    outcome = m.String(required=True)
    findings = m.Integer(required=True)
    evidence_sha256 = m.String(required=True)
    performed_at = m.String(required=True)
    recorded_at = m.String(required=True)


SHEET = page_of(AccessRow, "AccessSheet")
REVIEWS = page_of(AccessReviewRow, "AccessReviews")
CHECKS = page_of(SecurityCheckRow, "SecurityChecks")
