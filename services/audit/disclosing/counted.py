"""Disclosures in numbers: how each ended, what is late, and which secrecy nobody looked at again (P07, P08)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from services.audit.disclosing.showing import Showing, is_answered, state_of
from services.audit.views import disclosures as view
from services.audit.views.disclosure_rows import kept, numbers as numbers_of
from services.kernel.commands.unit import Store
from services.kernel.store import paging, sums

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


PAGE = 1_000


@dataclass(frozen=True)
class Report:
    """A page of rows; `next` says where the one behind it begins. `totals` are None where they were not asked for."""

    rows: list[dict[str, Any]]
    next: str | None
    totals: dict[str, int] | None


def report(
    store: Store,
    showing: Showing,
    organisation: str | None,
    since: str | None,
    until: str | None,
    now: str,
    after: str | None,
    *,
    whole: bool,
) -> Report:
    """One row for each file that began in the period, within the reach of who asks."""
    found = showing.begun_in(organisation, since, until, after, PAGE)
    following = paging.place(found[-1], view.PLACE) if len(found) == PAGE else None
    totals = None
    if whole and organisation is not None:
        totals = counted(showing.known_to(organisation, since, until), now)
    elif whole:
        with store.reading() as session:
            totals = of_all(session, since, until, now)
    return Report(rows(found), following, totals)


def of_all(session: Connection, since: str | None, until: str | None, now: str) -> dict[str, int]:
    """What no clock changes is kept by day; what waits past its date is counted among what waits."""
    late = view.late_now(session, since, until, now)
    return _totals(sums.total(session, kept, None, since, until), late)


def counted(found: Iterable[Any], now: str) -> dict[str, int]:
    """The same of files one by one: a tenant's own, as far as it may know of them."""
    numbers: Counter[str] = Counter()
    late: Counter[str] = Counter()
    for row in found:
        numbers.update(numbers_of(row))
        late.update(_late(row, now))
    return _totals(numbers, late)


def _late(row: Any, now: str) -> dict[str, bool]:
    """As `late_now` asks it of the rows."""
    unwritten = row.written_due and not row.written_at and not row.rejected
    consulting = row.consulted_at and not row.consultation and not row.rejected
    deferred = row.deferred_until and not row.notified_at
    return {
        "unreviewed": bool(row.hidden and row.review_at and row.review_at <= now),
        "unwritten": bool(unwritten and row.written_due < now),
        "unanswered": bool(row.answer_due and row.answer_due <= now and not is_answered(row)),
        "consulting": bool(consulting and row.consult_due <= now),
        "deferred": bool(deferred and row.deferred_until <= now),
    }


def _totals(numbers: Mapping[str, int], late: Mapping[str, int]) -> dict[str, int]:
    found = {name: numbers.get(name, 0) for name in TOTALS}
    return found | {
        "reviews_overdue": late.get("unreviewed", 0),
        "written_forms_late": numbers.get("written_late", 0) + late.get("unwritten", 0),
        "written_forms_overdue": late.get("unwritten", 0),
        "answers_overdue": late.get("unanswered", 0),
        "consultations_overdue": late.get("consulting", 0),
        "notices_overdue": late.get("deferred", 0),
    }


def rows(found: Sequence[Any]) -> list[dict[str, Any]]:
    return [
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
        for row in found
    ]
