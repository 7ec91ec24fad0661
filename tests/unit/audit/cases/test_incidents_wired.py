"""An incident from its first word to its end: each controller sees its own part, and the clock never moves."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.audit.cases import counted
from services.audit.ledger.keeping import own_notices
from services.contracts.audit import IncidentTextErased
from services.kernel.decider import Refused
from services.kernel.store import eventstore
from tests.unit.audit.cases.world import MAKER, NOON, OFFICER, OURS, TEXTS, THEIRS, World

HOUR = timedelta(hours=1)
TOLD = {"channel": "telephone"}


@pytest.fixture
def two(world: World) -> str:
    """An incident that touched three people of ours and two of theirs."""
    thief = str(uuid4())
    world.accounts["the-thief"] = thief
    world.look(thief, OURS, [str(uuid4()) for _ in range(3)], NOON - HOUR)
    world.look(thief, THEIRS, [str(uuid4()) for _ in range(2)], NOON - HOUR)
    return world.scoped(account="the-thief")


def inform(world: World, incident: str, organisation: str, **said: Any) -> dict[str, Any]:
    return world.incidents.inform(OFFICER, incident, organisation=organisation, **TOLD, **said)


def close(world: World, incident: str, outcome: str = "not_reported") -> dict[str, Any]:
    people = {} if outcome == "no_breach" else {"people": "no_high_risk"}
    why = "Er is geen risico voor de betrokkenen."
    return world.incidents.close(OFFICER, incident, outcome=outcome, why=why, **people)


@dataclass(frozen=True)
class Numbers:
    rows: list[dict[str, Any]]
    totals: dict[str, int]


def numbers(world: World, organisation: str | None = None) -> Numbers:
    """What is kept is what one counts of the rows, at every step of every test."""
    with world.audit.reading() as session:
        found = counted.page(session, organisation, None, None, own_notices(), None)
        totals = counted.totals(session, organisation, None, None, world.now, own_notices())
    ended = ("reported", "not_reported", "no_breach")
    assert found.next is None
    assert totals["incidents"] == len(found.rows)
    assert totals["open"] == sum(row["state"] == "open" for row in found.rows)
    assert totals["informed_late"] == sum(row["informed_late"] for row in found.rows)
    assert all(totals[name] == sum(row["outcome"] == name for row in found.rows) for name in ended)
    untold = [row["controllers"] - row["informed"] for row in found.rows if row["state"] == "open"]
    assert totals["uninformed"] == sum(untold)
    return Numbers(found.rows, totals)


def test_the_clock_runs_from_when_it_was_known_and_never_moves(world: World) -> None:
    friday = datetime(2026, 4, 3, 23, 30, tzinfo=UTC)  # Good Friday, and Easter behind it
    world.now = friday
    given = {"known_at": "2026-04-03T23:30:00Z", "since": "2026-04-03T00:00:00Z", **TEXTS}

    begun = world.incidents.register(OFFICER, **given)

    assert begun["supervisor_due"] == "2026-04-06T23:30:00.000000Z"
    assert begun["controller_due"] == "2026-04-04T23:30:00.000000Z"
    assert begun["alarm_at"] == "2026-04-04T11:30:00.000000Z"
    world.now += 2 * HOUR
    world.incidents.supplement(OFFICER, begun["incident"], measures="Ook het wachtwoord is vervangen.")
    assert world.incidents.show(begun["incident"], None)["supervisor_due"] == begun["supervisor_due"]


def test_a_controller_that_was_not_told_sees_nothing(world: World, two: str) -> None:
    assert world.incidents.all(OURS, None, 10)["items"] == []
    for see in (world.incidents.show, lambda one, mine: world.incidents.notification_to(str(mine), one, mine)):
        with pytest.raises(Refused, match=r"^not_found$"):
            see(two, OURS)
        with pytest.raises(Refused, match=r"^not_found$"):
            see("one-that-never-was", OURS)


def test_a_controller_sees_its_own_part_and_nothing_by_which_another_could_be_guessed(world: World, two: str) -> None:
    inform(world, two, OURS)
    before = world.incidents.show(two, OURS), world.incidents.notification_to(OURS, two, OURS), numbers(world, OURS)
    inform(world, two, THEIRS)
    after = world.incidents.show(two, OURS), world.incidents.notification_to(OURS, two, OURS), numbers(world, OURS)

    assert before == after, "that another was told changes nothing here"
    assert THEIRS not in json.dumps([before[0], before[1], before[2].rows, before[2].totals])
    assert [(one["organisation"], one["people"]) for one in before[0]["controllers"]] == [(OURS, 3)]
    with pytest.raises(Refused, match=r"^not_found$"):
        world.incidents.notification_to(THEIRS, two, OURS)


def test_the_notification_has_each_item_of_the_law(world: World, two: str) -> None:
    world.now += HOUR
    world.incidents.supplement(OFFICER, two, facts="Het waren er meer.", measures="Alle sessies zijn beëindigd.")
    world.grow()

    said = world.incidents.notification_to(OURS, two, None)

    nature = said["nature"]
    assert [one["text"] for one in nature["facts"]] == [TEXTS["facts"], "Het waren er meer."]
    assert (nature["scope"], nature["people"], nature["records"], nature["exact"]) == ("computed", 3, 3, True)
    assert nature["categories"] == [{"category": name, "people": 3, "records": 3} for name in ("email", "name")]
    assert said["contact"] == TEXTS["contact"]
    assert [one["text"] for one in said["consequences"]] == [TEXTS["consequences"]]
    assert [one["phase"] for one in said["measures"]] == [1, 2]
    assert (said["phase"], said["clock"]["supervisor_due"]) == (2, "2026-03-05T12:00:00.000000Z")
    assert set(said["entries"]) == set(said["events"])
    assert None not in said["entries"].values()
    assert "the-thief" not in json.dumps(said)
    assert world.accounts["the-thief"] not in json.dumps(said), "whom somebody suspects is no part of it"


def test_what_was_told_is_what_the_hash_names_as_long_as_nothing_new_is_said(world: World, two: str) -> None:
    hashed = inform(world, two, OURS)["document_sha256"]

    assert world.incidents.notification_to(OURS, two, OURS)["document_sha256"] == hashed
    world.incidents.supplement(OFFICER, two, measures="Er is aangifte gedaan.")
    assert world.incidents.notification_to(OURS, two, OURS)["document_sha256"] != hashed
    assert inform(world, two, OURS)["document_sha256"] != hashed
    (part,) = world.incidents.show(two, OURS)["controllers"]
    assert (part["informed_phase"], part["informed_at"]) == (2, "2026-03-02T12:00:00.000000Z")


def test_it_can_be_told_before_the_log_has_been_searched(world: World) -> None:
    world.look(str(uuid4()), OURS, [str(uuid4())], NOON - HOUR)
    world.grow()
    found = world.incident()
    inform(world, found, OURS)

    nature = world.incidents.notification_to(OURS, found, OURS)["nature"]

    assert (nature["scope"], nature["people"], nature["categories"]) == ("being_computed", None, [])
    world.grow()
    world.scoping.turn()
    assert world.parts(found)[OURS] == (1, 1)
    assert len(inform(world, found, OURS)["events"]) == 1, "with its numbers it is told again"
    assert inform(world, found, OURS)["events"] == []
    assert world.agrees()


def test_asked_again_with_the_same_key_the_hash_is_that_of_what_was_told(world: World, two: str) -> None:
    once = replace(OFFICER, idempotency="k", digest="d")
    first = world.incidents.inform(once, two, organisation=OURS, **TOLD)
    world.incidents.supplement(OFFICER, two, measures="Er is aangifte gedaan.")

    assert world.incidents.inform(once, two, organisation=OURS, **TOLD) == first


@pytest.mark.parametrize("organisation", ["an-organisation-that-never-was", MAKER], ids=("nobody", "the maker"))
def test_only_a_controller_that_the_log_knows_can_be_told(world: World, two: str, organisation: str) -> None:
    with pytest.raises(Refused, match=r"^not_found$"):
        inform(world, two, organisation)


def test_it_is_closed_once_everybody_knows_and_the_register_keeps_it(world: World, two: str) -> None:
    inform(world, two, OURS)
    with pytest.raises(Refused, match=r"^controllers_uninformed$"):
        close(world, two)
    inform(world, two, THEIRS)
    close(world, two)

    shown, theirs = world.incidents.show(two, None), world.incidents.show(two, THEIRS)
    assert (shown["state"], shown["outcome"]) == ("closed", "not_reported")
    assert shown["why"] == "Er is geen risico voor de betrokkenen."
    assert theirs["why"] is None
    assert [one["id"] for one in world.incidents.all(None, None, 10)["items"]] == [two]
    assert world.agrees()


def test_the_alarm_at_half_of_the_term_is_a_number(world: World, two: str) -> None:
    seen = []
    for hours in (11, 12, 24):
        world.now = NOON + hours * HOUR
        totals = numbers(world).totals
        seen.append((totals["uninformed"], totals["alarm"], totals["overdue"]))
    assert seen == [(2, 0, 0), (2, 2, 0), (2, 2, 2)]

    inform(world, two, OURS)
    inform(world, two, THEIRS, informed_at=(NOON + HOUR).isoformat())

    report = numbers(world)
    assert report.totals["uninformed"] == report.totals["alarm"] == 0
    assert (report.totals["informed_late"], report.totals["open"]) == (0, 1), "late is what is later than its term"
    assert (report.rows[0]["people"], report.rows[0]["informed"]) == (5, 2)
    assert numbers(world, OURS).rows[0]["people"] == 3


def test_told_after_its_term_is_late(world: World, two: str) -> None:
    world.now = NOON + 25 * HOUR
    inform(world, two, OURS)

    assert numbers(world, OURS).totals["informed_late"] == 1


def test_its_words_go_by_their_term_and_the_numbers_stay(world: World, two: str) -> None:
    inform(world, two, OURS)
    inform(world, two, THEIRS)
    close(world, two)
    world.now += timedelta(days=365 * 5)
    assert world.grounds.turn() == 0
    world.now += timedelta(days=3)

    assert world.grounds.turn() == 1
    assert world.grounds.turn() == 0

    shown = world.incidents.show(two, None)
    assert [one["text"] for one in shown["facts"]] == [None]
    assert (shown["contact"], shown["why"]) == (None, None)
    assert world.parts(two) == {OURS: (3, 3), THEIRS: (2, 2)}
    with world.audit.reading() as session:
        told = eventstore.read(session, f"incident/{two}")[-1].event
    assert isinstance(told, IncidentTextErased)
    assert (told.rule, told.keys) == ("incident_closed:P5Y@1", 1)
    assert world.agrees()


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"known_at": "yesterday"}, "invalid"),
        ({"categories": ["shoe_size"]}, "invalid"),
        ({"facts": "x" * 2001}, "invalid"),
        ({"session": "de sessie van Sanne"}, "invalid"),
        ({"account": "nobody"}, "account_unknown"),
        ({"known_at": (NOON + HOUR).isoformat()}, "not_yet"),
        ({"until": (NOON - 7 * HOUR).isoformat()}, "period_invalid"),
    ],
)
def test_what_makes_no_sense_is_no_incident(world: World, said: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused, match=rf"^{code}$"):
        world.incident(**said)


def test_texts_as_long_as_may_be_fit_an_entry(world: World) -> None:
    longest = {name: "\N{GRINNING FACE}" * (500 if name == "contact" else 2000) for name in TEXTS}

    shown = world.incidents.show(world.incident(**longest), None)

    assert shown["facts"][0]["text"] == longest["facts"]


def test_the_register_says_of_each_breach_whether_the_people_were_told_and_counts_them(world: World, two: str) -> None:
    quiet, loud = two, world.scoped(account="the-thief")
    for incident in (quiet, loud):
        inform(world, incident, OURS)
        inform(world, incident, THEIRS)
    close(world, quiet)
    with pytest.raises(Refused, match=r"^invalid$"):
        world.incidents.close(OFFICER, loud, outcome="reported", why="Gemeld.")
    world.incidents.close(OFFICER, loud, outcome="reported", people="told", why="Gemeld, en de mensen gemaild.")

    assert [world.incidents.show(one, OURS)["people_told"] for one in (quiet, loud)] == ["no_high_risk", "told"]
    told = numbers(world, OURS)
    assert {row["incident"]: row["people_told"] for row in told.rows} == {quiet: "no_high_risk", loud: "told"}
    assert told.totals["people_told"] == 1
