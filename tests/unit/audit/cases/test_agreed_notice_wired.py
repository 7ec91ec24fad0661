"""An organisation is told of an incident within the hours that its agreement says, as it stood when it was known."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.audit.cases import counted
from services.audit.ledger.keeping import own_notices
from services.audit.views import agreed
from services.contracts.org import Side
from services.kernel.database import writing
from services.kernel.entry import Entry
from services.kernel.envelope import Recorded
from services.kernel.event import Event
from tests.examples import org
from tests.unit.audit.cases.world import NOON, OFFICER, OURS, THEIRS, World

HOUR = timedelta(hours=1)


@pytest.fixture
def incident(world: World) -> str:
    """Known at noon: it touched people of two organisations, and one of them has agreed on four hours."""
    tell(world, org.agreement_proposed(organisation=OURS, incident_hours=None))
    sign(world, 1)
    amend(world, 2, 4)
    sign(world, 2)
    thief = str(uuid4())
    world.accounts["the-thief"] = thief
    world.look(thief, OURS, [str(uuid4())], NOON - HOUR)
    world.look(thief, THEIRS, [str(uuid4())], NOON - HOUR)
    return world.scoped(account="the-thief")


def tell(world: World, event: Event) -> None:
    record = Recorded(envelope=None, event=event, sealed={}, index={}, stream="", version=1)  # type: ignore[arg-type]
    with writing(world.audit.engine) as session:
        agreed.follow(session, Entry(index=0, record=record, note=b""))


def amend(world: World, version: int, hours: int | None, **but: Any) -> None:
    starts_on = but.pop("starts_on", date(2026, 3, 1))
    tell(
        world,
        org.agreement_amended(
            organisation=OURS, agreement_version=version, incident_hours=hours, starts_on=starts_on, **but
        ),
    )


def sign(world: World, version: int, **but: Any) -> None:
    for side in Side:
        tell(world, org.agreement_signed(organisation=OURS, agreement_version=version, side=side, **but))


def due(world: World, incident: str) -> dict[str, str]:
    return {one["organisation"]: one["due"][:16] for one in world.incidents.show(incident, None)["controllers"]}


def test_each_is_due_by_its_own_agreement_and_the_register_by_the_first(world: World, incident: str) -> None:
    known = NOON.isoformat()[:10]
    assert due(world, incident) == {OURS: f"{known}T16:00", THEIRS: "2026-03-03T12:00"}
    shown = world.incidents.show(incident, None)
    assert (shown["controller_due"][:16], shown["alarm_at"][:16]) == ("2026-03-02T16:00", "2026-03-02T14:00")
    assert shown["supervisor_due"][:16] == "2026-03-05T12:00"


def test_the_fact_that_it_was_told_names_the_agreed_term(world: World, incident: str) -> None:
    said = {"organisation": OURS, "channel": "telephone"}
    world.incidents.inform(OFFICER, incident, **said)
    notice = world.incidents.notification_to(OURS, incident, OURS)
    assert notice["clock"]["rule"] == "controller_within:PT4H@agreement 2"


def test_what_is_agreed_later_moves_no_clock_that_runs(world: World, incident: str) -> None:
    amend(world, 3, 48)
    sign(world, 3, at=NOON + HOUR)
    assert due(world, incident)[OURS] == "2026-03-02T16:00"


def test_a_term_that_has_yet_to_begin_or_that_one_side_signed_does_not_count(world: World, incident: str) -> None:
    amend(world, 3, 8, starts_on=date(2026, 4, 1))
    sign(world, 3)
    amend(world, 4, 2)
    tell(world, org.agreement_signed(organisation=OURS, agreement_version=4))
    assert due(world, incident)[OURS] == "2026-03-02T16:00"


def test_the_report_counts_each_by_its_own_term(world: World, incident: str) -> None:
    def totals() -> dict[str, int]:
        with world.audit.reading() as session:
            told = counted.report(session, None, None, None, world.now, own_notices()).totals
        return {name: told[name] for name in ("uninformed", "alarm", "overdue")}

    world.now = NOON + 3 * HOUR
    assert totals() == {"uninformed": 2, "alarm": 1, "overdue": 0}
    world.now = NOON + 13 * HOUR
    assert totals() == {"uninformed": 2, "alarm": 2, "overdue": 1}


def test_an_agreement_that_says_nothing_leaves_it_to_our_own_term(world: World, incident: str) -> None:
    with world.audit.reading() as session:
        before = agreed.within(session, [OURS], NOON.replace(hour=8))
        then = agreed.within(session, [OURS, THEIRS], NOON)
    assert (dict(before), then[OURS].hours, THEIRS in then) == ({}, 4, False)
