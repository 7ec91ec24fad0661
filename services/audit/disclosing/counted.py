"""Disclosures in numbers: how each ended, what is late, and which secrecy nobody looked at again (P07, P08)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.audit.disclosing.showing import is_answered, state_of

TOTALS = (
    "disclosures",
    "open",
    "handed_over",
    "rejected",
    "narrowed",
    "agreed",
    "objected",
    "lapsed",
    "barred",
    "hidden",
    "reviews_overdue",
    "written_forms_late",
    "written_forms_overdue",
    "answers_overdue",
    "consultations_overdue",
    "notices_overdue",
    "recipients_to_tell",
)
"""`reviews_overdue` counts secrecy whose day of review has passed, `written_forms_late` orders whose written form came
late or is late, `written_forms_overdue` those without one still; `answers_overdue` orders whose own term has passed and
of which nothing was decided or handed over, `notices_overdue` people whose notice was deferred until a day that has
passed, `recipients_to_tell` files in which something changed that whoever received it was not told of."""


@dataclass(frozen=True)
class Report:
    rows: list[dict[str, Any]]
    totals: dict[str, int]


def report(found: Sequence[Any], now: str) -> Report:
    """One row for each file that began in the period; `found` is within the reach of who asks."""
    rows, totals = [], dict.fromkeys(TOTALS, 0)
    for row in found:
        written = row.written_at or (None if row.rejected else now)
        late = bool(row.written_due and written and written > row.written_due)
        narrowed = bool(row.scope_version and row.granted < row.asked)
        rows.append(
            {
                "disclosure": row.disclosure,
                "began_at": row.began_at,
                "state": state_of(row),
                "basis": row.basis,
                "rule": row.rule,
                "secrecy": row.secrecy,
                "answer_due": row.answer_due,
                "consultation": row.consultation,
                "categories_asked": row.asked,
                "categories_granted": row.granted,
                "people": row.people,
                "rejected": row.rejected,
                "handed_over_at": row.handed_over_at,
                "notified_at": row.notified_at,
                "secrecy_lifted_at": row.lifted_at,
                "closed_at": row.closed_at,
            }
        )
        totals["disclosures"] += 1
        totals["open"] += row.closed_at is None and row.rejected is None
        totals["handed_over"] += row.handed_over_at is not None
        totals["rejected"] += row.rejected is not None
        totals["narrowed"] += narrowed
        if row.consultation:
            totals[row.consultation] += 1
        totals["hidden"] += bool(row.hidden)
        totals["reviews_overdue"] += bool(row.hidden and row.review_at and row.review_at <= now)
        totals["written_forms_late"] += late
        totals["written_forms_overdue"] += late and row.written_at is None
        totals["answers_overdue"] += bool(row.answer_due and row.answer_due <= now and not is_answered(row))
        waiting = row.consulted_at and not row.consultation and not row.rejected
        totals["consultations_overdue"] += bool(waiting and row.consult_due <= now)
        totals["recipients_to_tell"] += bool(row.changed_at and row.erased_at is None)
        deferred = row.deferred_until and not row.notified_at
        totals["notices_overdue"] += bool(deferred and row.deferred_until <= now)
    return Report(rows, totals)
