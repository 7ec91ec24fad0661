"""What is said of an incident or a complaint, as it comes over the line: bounded, and each moment a moment."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from marshmallow import fields as m
from marshmallow.validate import Length, Range, Regexp

from services.contracts.audit import Channel, CheckKind, CheckOutcome, ComplaintOutcome, IncidentOutcome, PeopleTold
from services.contracts.privacy import Category
from services.kernel.shape import Strict, loaded as loaded

INCIDENT_TEXT, COMPLAINT_TEXT, CONTACT = 2000, 4000, 500
"""Characters; with four texts of an incident in one event, more would not fit an entry of the log."""


def written(most: int, **options: Any) -> m.String:
    return m.String(validate=Length(min=1, max=most), **options)


def moment(**options: Any) -> m.AwareDateTime:
    return m.AwareDateTime(format="iso", default_timezone=UTC, **options)


class Incident(Strict):
    facts = written(INCIDENT_TEXT, required=True)
    consequences = written(INCIDENT_TEXT)
    measures = written(INCIDENT_TEXT)
    contact = written(CONTACT, required=True)
    known_at = moment(required=True)
    since = moment(required=True)
    until = moment()
    account = written(100)
    session = m.String(validate=Regexp(r"[0-9a-f-]{36}\Z"))
    categories = m.List(m.Enum(Category, by_value=True), load_default=list, validate=Length(max=2 * len(Category)))


class Supplement(Strict):
    facts = written(INCIDENT_TEXT)
    consequences = written(INCIDENT_TEXT)
    measures = written(INCIDENT_TEXT)
    since = moment(attribute="window_from")
    until = moment(attribute="window_to")


class Informing(Strict):
    organisation = written(100, required=True)
    channel = m.Enum(Channel, by_value=True, required=True)
    informed_at = moment()


class Closing(Strict):
    outcome = m.Enum(IncidentOutcome, by_value=True, required=True)
    people = m.Enum(PeopleTold, by_value=True)
    why = written(INCIDENT_TEXT, required=True)


class Complaint(Strict):
    text = written(COMPLAINT_TEXT, required=True)


class TakenIn(Complaint):
    organisation = written(100, required=True)
    channel = m.Enum(Channel, by_value=True, required=True)
    contact = written(CONTACT)
    account = written(100)
    received_at = moment()


class Answer(Strict):
    outcome = m.Enum(ComplaintOutcome, by_value=True, required=True)
    answer = written(COMPLAINT_TEXT, required=True)


class SecurityCheck(Strict):
    kind = m.Enum(CheckKind, by_value=True, required=True)
    outcome = m.Enum(CheckOutcome, by_value=True, required=True)
    findings = m.Integer(strict=True, load_default=0, validate=Range(min=0, max=100_000))
    evidence_sha256 = m.String(required=True, validate=Regexp(r"[0-9a-f]{64}\Z"))
    performed_at = moment()
