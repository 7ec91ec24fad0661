"""What an order brings with it: a term, a paper where it was spoken, a call back on a number found elsewhere (P08)."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.kernel.codec import instant
from services.kernel.decider import Refused
from tests.unit.audit.cases.world import NOON
from tests.unit.audit.disclosing.world import CALLED_BACK, OPENER, SECOND, World

DAY = timedelta(days=1)
EUROPEAN = datetime(2026, 9, 1, 12, tzinfo=UTC)
"""A day on which European orders are a basis."""


def refused(code: str) -> Any:
    return pytest.raises(Refused, match=rf"^{code}$")


def test_an_order_has_its_own_term_or_that_of_its_basis_and_is_late_until_something_was_given(world: World) -> None:
    world.now = EUROPEAN
    by_itself = world.request(answer_due=(EUROPEAN + 2 * DAY).isoformat())
    european = world.request(basis="european_production", received_at=(EUROPEAN - timedelta(hours=1)).isoformat())
    neither = world.request()
    received = EUROPEAN - timedelta(hours=1)
    told = [world.told(file)[0] for file in (by_itself, european, neither)]
    assert [(one.answer_due, one.answer_rule) for one in told] == [
        (EUROPEAN + 2 * DAY, "order"),
        (received + 10 * DAY, "answer_within:P10D@european_production@2"),
        (None, None),
    ]
    with refused("period_invalid"):
        world.request(answer_due=(NOON - timedelta(hours=1)).isoformat())
    assert sorted(task["id"] for task in world.tasks("disclosure_to_answer")) == sorted([by_itself, european])
    assert world.totals()["answers_overdue"] == 0

    world.now += 3 * DAY
    late = [task for task in world.tasks("disclosure_to_answer") if task["overdue"]]
    assert [(task["id"], task["due"]) for task in late] == [(by_itself, world.row(by_itself)["answer_due"])]
    assert world.totals()["answers_overdue"] == 1
    world.held(by_itself)
    world.files.deciding.reject(SECOND, by_itself, ground="withdrawn", reasons="Ingetrokken.")

    assert world.totals()["answers_overdue"] == 0
    assert [task["id"] for task in world.tasks("disclosure_to_answer")] == [european]


def test_an_oral_order_waits_for_its_written_form_with_the_day_it_is_due(world: World) -> None:
    file = world.held(world.request(oral=True))
    [task] = world.tasks("written_form_to_get")
    assert (task["id"], task["due"]) == (file, world.row(file)["written_due"])
    world.now += 4 * DAY
    assert world.totals()["written_forms_overdue"] == 1
    original = base64.b64encode(b"Alsnog op papier.").decode()
    world.files.opening.write_down(OPENER, file, received_at=world.now.isoformat(), original=original)

    assert world.tasks("written_form_to_get") == []
    totals = world.totals()
    assert (totals["written_forms_overdue"], totals["written_forms_late"]) == (0, 1)


def test_calling_back_names_the_number_where_it_was_found_and_a_moment_after_the_request(world: World) -> None:
    file = world.request()
    for missing in ("number", "found_in"):
        with refused("invalid"):
            world.files.opening.authenticate(
                OPENER, file, **{name: said for name, said in CALLED_BACK.items() if name != missing}
            )
    for at in (NOON - timedelta(hours=2), NOON + timedelta(hours=1)):
        with refused("moment_impossible"):
            world.files.opening.authenticate(OPENER, file, **CALLED_BACK, called_at=at.isoformat())

    world.files.opening.authenticate(OPENER, file, **CALLED_BACK)

    shown = world.files.showing.show(file)
    assert {name: shown[name] for name in ("authenticated_by", "called_back", "number_found_in", "called_at")} == {
        "authenticated_by": CALLED_BACK["finding"],
        "called_back": CALLED_BACK["number"],
        "number_found_in": CALLED_BACK["found_in"],
        "called_at": instant(NOON),
    }
