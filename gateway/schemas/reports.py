"""The reports, their kinds and the columns of each: what a row may hold, in which order, and what fits on paper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from marshmallow import Schema, fields as m
from marshmallow.validate import Length

from gateway.schemas.fields import choice, day, page_of, text

FORMATS = ("json", "csv", "pdf")


@dataclass(frozen=True)
class Kind:
    """`columns` are the names in a row, all of them; `paper` those of them that a page has room for.

    `rpc` makes it. What a column means stands in `gateway/paper/report_words.py`, in both languages.
    """

    columns: tuple[str, ...]
    paper: tuple[str, ...]
    rpc: str = "audit.report"


def _kind(columns: str, paper: str, **rest: str) -> Kind:
    return Kind(tuple(columns.split()), tuple(paper.split()), **rest)


REPORTS: Mapping[str, Kind] = {
    "processing-register": _kind(
        "organisation register_version generated_at section item value before change",
        "section item value before change",
    ),
    "retention": _kind(
        "organisation agreement_version terms triggers scheduled held braked overdue holds_to_review",
        "organisation agreement_version scheduled held braked overdue holds_to_review",
    ),
    "erasures": _kind(
        "erasure organisation requested_at due ordered_at completed_at certified_at unreadable_in_copies_at "
        "cancelled_at held_at braked_at released_at overdue events",
        "erasure requested_at due ordered_at certified_at unreadable_in_copies_at cancelled_at overdue",
    ),
    "requests": _kind(
        "request organisation right channel state received_at rule due_on first_due_on extension_ground duplicate_of "
        "verified_at how closed_at ground restriction lifts_at lifted_at reminded_at reminded_late_at "
        "to_tell excepted names_disclosed late to_remind",
        "request right channel state received_at due_on closed_at late",
    ),
    "access": _kind(
        "day organisation kind role purpose code events number",
        "day organisation kind role purpose code events number",
    ),
    "incidents": _kind(
        "incident known_at state outcome people_told controller_due supervisor_due controllers informed informed_late "
        "people records",
        "incident known_at state outcome people_told controller_due controllers informed people",
    ),
    "security": _kind(
        "what organisation kind number last_at due overdue outcome",
        "what organisation kind number last_at due overdue outcome",
    ),
    "usage": _kind("day organisation kind people facts", "day organisation kind people facts"),
    "disclosures": _kind(
        "disclosure began_at state basis rule secrecy answer_due consultation categories_asked categories_granted "
        "people rejected handed_over_at notified_at secrecy_lifted_at closed_at",
        "disclosure began_at state basis consultation categories_granted people handed_over_at",
    ),
    "integrity": _kind(
        "what source high_water waiting gap_since missing_from restored reason count last_at witness size at",
        "what source high_water gap_since missing_from reason count witness size",
    ),
    "conformance": _kind(
        "promise says_nl says_en origin by_law state since why measures kept_by age_seconds within_seconds event type "
        "recorded_at index receipt",
        "promise says_nl state since why type recorded_at index receipt",
        rpc="audit.conformance",
    ),
}
"""Every kind that one may ask for. A kind that is not here yet does not exist."""


class ReportQuery(Schema):
    """`lang` is the language of the PDF; JSON and CSV are the same in every language. `cursor`: as `next` said."""

    cursor = m.String(validate=Length(min=1, max=2048))
    since = day(data_key="from")
    until = day(data_key="to")
    organisation = text(100)
    format = choice(FORMATS, load_default="json")
    lang = choice(("nl", "en"), load_default="nl")


class Report(Schema):
    """At most 1,000 `rows`, of `count` in all; `next` continues them, and is null with the last. `totals` are of all.

    `standing` is the same sentence in every report, by language: what the law may forbid us to mention.
    """

    kind = m.String(required=True)
    organisation = m.String(required=True, allow_none=True)
    since = m.String(data_key="from", allow_none=True)
    to = m.String(allow_none=True)
    generated_at = m.String(required=True)
    checkpoint = m.String(required=True, allow_none=True)
    rows = m.List(m.Raw(), required=True)
    count = m.Integer(required=True)
    next = m.String(required=True, allow_none=True)
    totals = m.Raw(required=True)
    standing = m.Raw(required=True)


class ReportColumn(Schema):
    """A name as it stands in JSON and at the head of the CSV, and what it means in each language."""

    name = m.String(required=True)
    nl = m.String(required=True)
    en = m.String(required=True)


class ReportKind(Schema):
    kind = m.String(required=True)
    formats = m.List(m.String(), required=True)
    columns = m.List(m.Nested(ReportColumn), required=True)


REPORT_KINDS = page_of(ReportKind, "ReportKinds")
