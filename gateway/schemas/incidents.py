"""Incidents and what a controller is told of one."""

from __future__ import annotations

from marshmallow import Schema, fields as m
from marshmallow.validate import Length, Regexp

from gateway.schemas.fields import Page, Something, Written, choice, moment, page_of, text, words
from services.contracts.audit import Channel, IncidentOutcome, PeopleTold
from services.contracts.privacy import Category

TEXT = 2000


class RegisterQuery(Page):
    organisation = text(100)


class IncidentWish(Schema):
    """What happened, when it was known, and where the log is to look: a time, and by whom if that is known."""

    facts = words(TEXT, load_only=True, required=True)
    consequences = words(TEXT, load_only=True)
    measures = words(TEXT, load_only=True)
    contact = words(500, load_only=True, required=True)
    known_at = moment(required=True)
    since = moment(required=True)
    until = moment()
    account = text(100)
    session = m.String(validate=Regexp(r"^[0-9a-f-]{36}$(?!\n)", error="Not the id of a session."))
    categories = m.List(choice(Category), validate=Length(max=20))


class IncidentSupplement(Something):
    """What became known or was done since; `since` or `until` has the scope computed anew."""

    facts = words(TEXT, load_only=True)
    consequences = words(TEXT, load_only=True)
    measures = words(TEXT, load_only=True)
    since = moment()
    until = moment()


class IncidentInforming(Schema):
    """That a controller was told, how, and when if not just now."""

    organisation = text(100, required=True)
    channel = choice(Channel, required=True)
    informed_at = moment()


class IncidentClosing(Schema):
    """`people` is whether they were told of a breach, or by which part of AVG 34 they need not be; else not there.

    `no_high_risk` (34(1)), `unreadable` (34(3)(a)), `risk_taken_away` (34(3)(b)), `told_in_public` (34(3)(c)).
    """

    outcome = choice(IncidentOutcome, required=True)
    people = choice(PeopleTold)
    why = words(TEXT, load_only=True, required=True)


class IncidentBegun(Written):
    incident = m.String(required=True)
    controller_due = m.String(required=True)
    alarm_at = m.String(required=True)
    supervisor_due = m.String(required=True)


class IncidentInformed(Written):
    document_sha256 = m.String(required=True)


class IncidentPart(Schema):
    """A controller's part: numbers from the log; `exact` is false where they are estimates."""

    organisation = m.String(required=True)
    people = m.Integer(required=True)
    records = m.Integer(required=True)
    by_category = m.Dict(keys=m.String(), values=m.Raw(), required=True)
    exact = m.Boolean(required=True)
    informed_at = m.String(required=True, allow_none=True)
    informed_phase = m.Integer(required=True, allow_none=True)
    channel = m.String(required=True, allow_none=True)
    due = m.String(required=True)


class IncidentRow(Schema):
    """The clock counts from `known_at` and never moves; an organisation sees its own part under `controllers`."""

    id = m.String(required=True)
    state = m.String(required=True)
    scope = m.String(required=True)
    known_at = m.String(required=True)
    registered_at = m.String(required=True)
    closed_at = m.String(required=True, allow_none=True)
    outcome = m.String(required=True, allow_none=True)
    people_told = m.String(required=True, allow_none=True)
    phase = m.Integer(required=True)
    since = m.String(required=True)
    until = m.String(required=True, allow_none=True)
    categories = m.List(m.String(), required=True)
    controller_due = m.String(required=True)
    alarm_at = m.String(required=True)
    supervisor_due = m.String(required=True)
    controllers = m.List(m.Nested(IncidentPart), required=True)


class IncidentPhase(Schema):
    """What was written in one phase; null once its term is over."""

    phase = m.Integer(required=True)
    at = m.String(required=True)
    text = m.String(required=True, allow_none=True)


class Incident(IncidentRow):
    facts = m.List(m.Nested(IncidentPhase), required=True)
    consequences = m.List(m.Nested(IncidentPhase), required=True)
    measures = m.List(m.Nested(IncidentPhase), required=True)
    contact = m.String(required=True, allow_none=True)
    why = m.String(required=True, allow_none=True)


class IncidentNotificationQuery(Schema):
    organisation = text(100)
    format = choice(("json", "markdown", "pdf"), load_default="json")
    lang = choice(("nl", "en"), load_default="nl")


class IncidentNotification(Schema):
    """AVG 33(3); `document_sha256` is of `document` to `events` as canonical JSON."""

    document = m.String(required=True)
    incident = m.String(required=True)
    organisation = m.String(required=True)
    phase = m.Integer(required=True)
    known_at = m.String(required=True)
    registered_at = m.String(required=True)
    clock = m.Raw(required=True)
    nature = m.Raw(required=True)
    contact = m.String(required=True, allow_none=True)
    consequences = m.List(m.Nested(IncidentPhase), required=True)
    measures = m.List(m.Nested(IncidentPhase), required=True)
    events = m.List(m.String(), required=True)
    document_sha256 = m.String(required=True)
    entries = m.Dict(keys=m.String(), values=m.Raw(), required=True)
    checkpoint = m.String(required=True, allow_none=True)


INCIDENTS = page_of(IncidentRow, "Incidents")
