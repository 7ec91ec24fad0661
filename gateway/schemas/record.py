"""The log, its proofs, reports and erasures, as they are shown."""

from __future__ import annotations

from marshmallow import Schema
from marshmallow import fields as m

from gateway.schemas.fields import Page, choice, natural, page_of, text

REPORTS = (
    "processing-register", "retention", "erasures", "requests", "disclosures", "access",
    "security", "incidents", "usage", "conformance", "integrity",
)  # fmt: skip
"""Every kind there will be; `audit` says no to one that it cannot make yet."""


class Erasure(Schema):
    id = m.String(required=True)
    organisation = m.String(required=True)
    state = m.String(required=True)
    due = m.String(allow_none=True)
    ordered_at = m.String(allow_none=True)
    certified_at = m.String(allow_none=True)
    unreadable_in_copies_at = m.String(allow_none=True)
    services = m.Dict(keys=m.String(), values=m.String())
    receipts = m.Raw()


class Certificate(Schema):
    """What was erased, where, when, and the proof of each step."""

    certificate = m.String(required=True)
    organisation = m.String(required=True)
    rule = m.Raw()
    asked = m.Raw()
    due = m.String(allow_none=True)
    ordered_at = m.String(allow_none=True)
    erased_here = m.Raw(required=True)
    unreadable_in_every_earlier_copy = m.Raw(required=True, allow_none=True)
    law = m.Dict(keys=m.String(), values=m.String())


class CertificateQuery(Schema):
    format = choice(("json",), load_default="json")


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


class ReportQuery(Schema):
    since = m.Date(data_key="from")
    until = m.Date(data_key="to")
    organisation = text(100)
    format = choice(("json",), load_default="json")


class Report(Schema):
    kind = m.String(required=True)
    organisation = m.String(required=True, allow_none=True)
    since = m.String(data_key="from", allow_none=True)
    to = m.String(allow_none=True)
    generated_at = m.String(required=True)
    checkpoint = m.String(required=True, allow_none=True)
    rows = m.List(m.Raw(), required=True)
    totals = m.Raw(required=True)


class ReportKind(Schema):
    kind = m.String(required=True)
    formats = m.List(m.String(), required=True)


class Mail(Schema):
    to = m.String(required=True)
    subject = m.String(required=True)
    text = m.String(required=True)
    links = m.List(m.String(), required=True)


class MailQuery(Schema):
    to = text(254)


ERASURES = page_of(Erasure, "Erasures")
ENTRIES = page_of(Entry, "Entries")
REPORT_KINDS = page_of(ReportKind, "ReportKinds")
