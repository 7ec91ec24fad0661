"""An organisation is told of an incident within the hours that its agreement says, as it stood when it was known."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from alembic import command
from sqlalchemy import insert, select

from crisisconnect import views
from services.audit.cases import counted
from services.audit.ledger import tables
from services.audit.ledger.keeping import own_notices
from services.audit.views import agreed
from services.contracts.org import Side
from services.kernel.envelope import Recorded
from services.kernel.event import Event
from services.kernel.hosting.migrating import settings
from services.kernel.replaying import replay
from services.kernel.signing.entry import Entry
from services.kernel.store import eventstore
from services.kernel.store.database import sqlite, writing
from tests.examples import org
from tests.unit.audit.cases.world import NOON, OFFICER, OURS, THEIRS, World

HOUR = timedelta(hours=1)


class Followed:
    log_views = (agreed,)


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
    with writing(world.audit.engine) as session:
        agreed.follow(session, entry(0, event))


def entry(index: int, event: Event) -> Entry:
    record = Recorded(envelope=None, event=event, sealed={}, index={}, stream="", version=1)  # type: ignore[arg-type]
    return Entry(index=index, record=record, note=b"")


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
            told = counted.totals(session, None, None, None, world.now, own_notices())
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


@pytest.mark.parametrize("minimum", range(4), ids=["whole", "proposed before", "signed by one before", "all before"])
def test_from_wherever_the_log_begins_the_view_is_the_same(world: World, tmp_path: Path, minimum: int) -> None:
    """What stands of before is taken as it is and followed on, though it was proposed in what the log let go of."""
    told: list[Event] = [org.agreement_proposed(organisation=OURS, incident_hours=6)]
    told += [org.agreement_signed(organisation=OURS, agreement_version=1, side=side) for side in Side]
    entries = [entry(index, event) for index, event in enumerate(told)]
    with writing(world.audit.engine) as session:
        for one in entries:
            agreed.follow(session, one)
    scratch = sqlite(tmp_path / "scratch.sqlite3")
    agreed.tables.create_all(scratch)
    whole = Followed()
    with world.audit.reading() as live:
        views._begin(whole, live, scratch, minimum)
        with writing(scratch) as session:
            for one in entries[minimum:]:
                agreed.follow(session, one)
        with replay.moment(scratch) as again:
            assert replay.compare(live, again, agreed.tables.sorted_tables) == []
            assert agreed.within(again, [OURS], NOON)[OURS].hours == 6
    scratch.dispose()


def test_a_store_of_an_earlier_release_is_told_who_signed_by_the_log_as_far_as_it_followed(tmp_path: Path) -> None:
    engine = sqlite(tmp_path / "audit.sqlite3")
    command.upgrade(settings(engine, "services.audit.migrations"), "0001")
    notes = [
        {"data": {"agreement": "a", "agreement_version": 1, "side": side.value, "at": f"2026-03-0{n}T12:00:00Z"}}
        for n, side in enumerate(Side, 1)
    ]
    said = {"source": "/org", "organisation": OURS, "subject": "s", "correlation": "c", "time": "t"}
    with engine.begin() as session:
        for n, note in enumerate([*notes, notes[0]]):
            row = {"idx": n, "sequence": n, "event_id": str(n), "type": "nl.crisisconnect.org.AgreementSigned.v1"}
            session.execute(
                insert(tables.entries).values(**row, **said, note=json.dumps(note).encode() + b"\n\nsigned")
            )
        session.execute(insert(eventstore.cursors).values(name="audit-feed", after=1))
    command.upgrade(settings(engine, "services.audit.migrations"), "head")

    with engine.begin() as session:
        rows = session.execute(select(agreed.signed).order_by(agreed.signed.c.idx)).all()
    assert [(row.side, row.at[:10], row.idx) for row in rows] == [
        (side.value, f"2026-03-0{n}", n - 1) for n, side in enumerate(Side, 1)
    ]
    engine.dispose()
