"""Whoever asks every report there is, of every period and organisation, learns of no group under five people (P02).

The attacker here knows all reports that can be asked, how they are made, and who is whose colleague. From what does not
change when a group changes nothing can be learnt of it: so small groups are changed, and everything is asked again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings, strategies as st
from sqlalchemy import Connection, create_engine

from services.audit.views import usage as view
from services.contracts.org import UsageAggregated, UsageKind
from services.kernel.envelope import Envelope, Recorded
from services.kernel.signing.entry import Entry
from services.org.domain.usage import Cell, Count, decider

LEAST = 5
"""As it was promised, and not as the code has it: a smaller number there must fail here (P02)."""
NOON = datetime(2026, 3, 9, 12, tzinfo=UTC)
DAYS = [date(2026, 3, 2) + timedelta(days=n) for n in range(3)]
ORGANISATIONS = ["ours", "theirs"]
KINDS = [UsageKind.APP_OPENED, UsageKind.ALERT_READ, UsageKind.ALERT_ACKNOWLEDGED]
PLACES = list(product(ORGANISATIONS, DAYS, KINDS))
Place = tuple[str, date, UsageKind]
World = Mapping[Place, Mapping[int, int]]
"""At each place how often each person did it."""

doing = st.dictionaries(st.integers(0, 13), st.integers(1, 4), max_size=14)
few = st.dictionaries(st.integers(0, 13), st.integers(1, 40), max_size=LEAST - 1)
worlds = st.fixed_dictionaries(dict.fromkeys(PLACES, st.one_of(few, doing)))


def told(world: World) -> list[UsageAggregated]:
    found: list[UsageAggregated] = []
    for organisation, day in product(ORGANISATIONS, DAYS):
        people = {kind: world[organisation, day, kind] for kind in KINDS if world[organisation, day, kind]}
        cells = {kind: Cell(len(one), sum(one.values())) for kind, one in people.items()}
        usage = f"{organisation}/{day}"
        found += decider.decide(False, Count(usage=usage, organisation=organisation, day=day, cells=cells, at=NOON))
    return found


class Seen(NamedTuple):
    """All that a report says: its rows, and what is said of all of them."""

    rows: list[dict[str, Any]]
    totals: dict[str, int]
    count: int


def seen(session: Connection, *period: str | None) -> Seen:
    page = view.page(session, *period, None)
    assert page.next is None
    return Seen(page.rows, view.totals(session, *period), view.count(session, *period))


def asked(world: World) -> dict[tuple[Any, ...], Seen]:
    """Every report that anybody can ask once all days have been counted."""
    engine = create_engine("sqlite://")
    view.tables.create_all(engine)
    with engine.begin() as session:
        for index, event in enumerate(told(world)):
            stream = f"usage/{event.usage}"
            envelope = Envelope(
                id=str(index), source="/org", type=event.type, subject=stream, time=NOON, actor="", correlationid=""
            )
            record = Recorded(envelope=envelope, event=event, sealed={}, index={}, stream=stream, version=1)
            view.follow(session, Entry(index, record, b""))
        ends = [None, *(f"{day}T00:00:00.000000Z" for day in [*DAYS, DAYS[-1] + timedelta(days=1)])]
        made = {
            (whose, since, until): seen(session, whose, since, until)
            for whose, since, until in product([None, *ORGANISATIONS], ends, ends)
        }
    engine.dispose()
    return made


@pytest.mark.searching
@settings(max_examples=40, deadline=None)
@given(worlds, st.fixed_dictionaries(dict.fromkeys(PLACES, few)))
def test_whatever_a_group_under_five_does_no_report_changes(world: World, others: World) -> None:
    changed = {place: one if len(one) >= LEAST else others[place] for place, one in world.items()}
    assert asked(world) == asked(changed)


@pytest.mark.searching
@settings(max_examples=40, deadline=None)
@given(worlds)
def test_no_two_reports_differ_by_less_than_a_whole_group(world: World) -> None:
    """Day minus week, organisation minus all: what is left over is again rows, each of a group that is large enough."""
    every = asked(world)
    whole = every[None, None, None]
    cells = {(row["organisation"], row["day"], row["kind"]): row for row in whole.rows}
    assert len(cells) == len(whole.rows), "one place, one number"
    for row in whole.rows:
        really = world[row["organisation"], date.fromisoformat(row["day"]), UsageKind(row["kind"])]
        assert len(really) >= LEAST
        assert (row["people"] % LEAST, row["facts"] % LEAST) == (0, 0)
        assert 0 <= len(really) - row["people"] < LEAST
    for report in every.values():
        for row in report.rows:
            assert row == cells[row["organisation"], row["day"], row["kind"]]
        assert report.totals == {
            "facts": sum(row["facts"] for row in report.rows),
            "days": len({row["day"] for row in report.rows}),
        }
        assert report.count == len(report.rows)


@pytest.mark.searching
@settings(max_examples=40, deadline=None)
@given(worlds, st.data())
def test_of_those_who_did_one_thing_and_not_another_it_is_never_known_that_they_are_few(
    world: World, data: st.DataObject
) -> None:
    """Kind minus all kinds: all who acknowledge have opened the app, so the rest is a group. It may be nobody, or five.

    For each place there is another world with the same reports in which it is.
    """
    organisation, day = data.draw(st.sampled_from(ORGANISATIONS)), data.draw(st.sampled_from(DAYS))
    inner, outer = data.draw(st.permutations(KINDS))[:2]
    wide = dict(world[organisation, day, outer])
    within = data.draw(st.sets(st.sampled_from(sorted(wide))) if wide else st.just(set()))
    narrow = dict.fromkeys(within, 1)
    present = {**world, (organisation, day, outer): wide, (organisation, day, inner): narrow}
    left = len(wide) - len(narrow)
    if not 0 < left < LEAST:
        return
    same = others_with(present, (organisation, day, outer), (organisation, day, inner))
    assert any(asked(one) == asked(present) for one in same), f"{left} of {len(wide)} stand out"


def others_with(world: World, outer: Place, inner: Place) -> list[World]:
    """The same places, each holding within the other, with nobody between them, or with five."""
    made = []
    for wide, narrow in product(range(24), repeat=2):
        if wide - narrow not in (0, LEAST):
            continue
        if shown(wide) != shown(len(world[outer])) or shown(narrow) != shown(len(world[inner])):
            continue
        made.append({**world, outer: spread(wide, world[outer]), inner: spread(narrow, world[inner])})
    return made


def shown(people: int) -> int:
    return people - people % LEAST


def spread(people: int, really: Mapping[int, int]) -> dict[int, int]:
    """So many people who together did it as often, to the multiple that is told."""
    total = max(shown(sum(really.values())), people)
    done = dict.fromkeys(range(people), 1)
    if done:
        done[0] += total - people
    return done


def test_what_a_day_came_to_is_told_once_and_of_its_small_groups_nothing() -> None:
    cells = {UsageKind.APP_OPENED: Cell(people=LEAST, facts=7), UsageKind.ALERT_READ: Cell(people=LEAST - 1, facts=9)}
    count = Count(usage="u", organisation="ours", day=DAYS[0], cells=cells, at=NOON)

    [told_once] = decider.decide(decider.initial, count)

    assert (told_once.people, told_once.facts) == ({UsageKind.APP_OPENED: 5}, {UsageKind.APP_OPENED: 5})
    assert decider.decide(decider.state([told_once]), count) == []
    small = {UsageKind.ALERT_READ: cells[UsageKind.ALERT_READ]}
    assert (
        decider.decide(decider.initial, Count(usage="u", organisation="ours", day=DAYS[0], cells=small, at=NOON)) == []
    )
