"""What a lawyer may change is versioned: each version holds from its own first day, and what it decided names it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.audit.domain import basis, checking, notices

FIRST, LATER = datetime(2018, 5, 25, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
DELIVERED = {
    domain: json.loads(Path("services/audit", f"{name}.json").read_text())[0]
    for domain, name in ((basis, "bases"), (checking, "checks"), (notices, "notices"))
}
NEXT = {"version": 9, "in_force_from": "2027-01-01"}
NOTICES = DELIVERED[notices]


@pytest.mark.parametrize("domain", DELIVERED, ids=lambda domain: domain.__name__.rpartition(".")[2])
def test_a_version_holds_from_its_first_day_on_and_the_oldest_before_it(domain: Any) -> None:
    first = DELIVERED[domain]
    versions = domain.parse([{**first, **NEXT}, first])
    moments = (FIRST.replace(year=1999), LATER - timedelta(microseconds=1), LATER)

    assert [domain.in_force(versions, moment).version for moment in moments] == [first["version"]] * 2 + [9]


def test_a_complaint_is_answered_by_the_term_that_held_when_it_came() -> None:
    versions = notices.parse([{**NOTICES, **NEXT, "complaint_within": "P14D"}, NOTICES])

    before = LATER - timedelta(days=1)
    assert notices.answer_due(versions, before) == (before + timedelta(days=31), "complaint:P1M@notices 1")
    due, rule = notices.answer_due(versions, LATER)
    assert due == LATER + timedelta(days=14)
    assert rule.startswith("complaint:P14D@notices ")
    assert notices.of_version(versions, 9).complaint_within == "P14D"
    with pytest.raises(LookupError):
        notices.of_version(versions, 2)


@pytest.mark.parametrize(
    "wrong",
    [
        {"remedy": {"nl": NOTICES["remedy"]["nl"], "en": " "}},
        {"complaint_within": "a month"},
        {"alarm_after": "PT0H"},
        {"alarm_after": NOTICES["controller_within"]},
        {"supervisor_within": "PT23H"},
    ],
)
def test_notices_that_name_no_remedy_or_warn_too_late_do_not_load(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"no remedy|no ISO|not in their order"):
        notices.parse([{**NOTICES, **wrong}])


def test_the_supervisor_may_be_due_together_with_the_controller_and_not_sooner() -> None:
    assert notices.parse([{**NOTICES, "supervisor_within": NOTICES["controller_within"]}])
