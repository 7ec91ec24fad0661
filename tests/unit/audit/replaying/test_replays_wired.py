"""A replay is on record before it shows anything, shows the same later on, and opens nothing."""

from __future__ import annotations

import hashlib
import os
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import select

from crisisconnect import telling
from services.audit.ledger import reading as ledger
from services.audit.replaying import finding, replays
from services.audit.replaying.export import PROGRAM, lines
from services.audit.replaying.replays import selection_of
from services.audit.replaying.selection import Selection
from services.kernel.decider import Refused
from services.kernel.replaying import past, replay
from services.kernel.replaying.past import Views
from services.kernel.store import eventstore
from services.kernel.store.database import reading
from tests.examples import auth as example
from tests.examples.audit import incident_registered
from tests.rules.test_every_view import tell
from tests.unit.audit.replaying.world import INVESTIGATOR, SANNE, World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.close()


def refused(world: World, code: str, case: str = "OM-1", ground: str = "misbruik", **selection: Any) -> None:
    with pytest.raises(Refused, match=f"^{code}$"):
        world.replays.start(INVESTIGATOR, case, ground, selection, None)
    with world.audit.reading() as session:
        assert session.execute(select(eventstore.events)).first() is None, "a refusal writes nothing"


def test_what_is_missing_or_cannot_be_is_refused(world):
    refused(world, "case_needed", case=" ")
    refused(world, "ground_needed", ground="")
    refused(world, "case_needed", case="", account="nobody")
    refused(world, "ground_needed", ground="", account="nobody")
    refused(world, "ground_needed", case="incident/11111111-2222-4333-8444-555555555555", ground=" ")
    refused(world, "invalid", case="zaak van Jan de Vries")
    refused(world, "invalid", case="x" * 61)
    refused(world, "invalid", ground="x" * (replays.GROUND + 1))
    refused(world, "invalid", since="yesterday")
    refused(world, "period_invalid", since="2025-03-01T00:00:00Z", until="2025-03-01T00:00:00Z")
    refused(world, "period_invalid", since="2025-03-02T00:00:00Z", until="2025-03-01T00:00:00Z")
    refused(world, "account_unknown", account="nobody")
    with pytest.raises(Refused, match=r"^not_yet$"):
        world.start(at=len(world.notes))


@pytest.mark.parametrize("said", ["{}", "incident/{}"])
def test_a_case_that_is_cited_by_an_id_of_ours_has_to_be_there(world, said):
    tell(world.audit, incident_registered())
    told = incident_registered().incident
    assert world.replays.start(INVESTIGATOR, said.format(told), "vermoeden", {}, None)["replay"]
    unknown = said.format("11111111-2222-4333-8444-555555555555")
    before = len(recorded(world))
    with pytest.raises(Refused, match="case_unknown"):
        world.replays.start(INVESTIGATOR, unknown, "vermoeden", {"account": "nobody"}, None)
    assert len(recorded(world)) == before
    with pytest.raises(Refused, match="case_unknown"):
        world.replays.start(INVESTIGATOR, f"complaint/{told}", "vermoeden", {}, None)


def test_a_case_of_another_service_is_asked_for_and_a_foreign_number_is_not(world):
    world.elsewhere = {"instruction/11111111-2222-4333-8444-555555555555"}
    world.replays.start(INVESTIGATOR, "11111111-2222-4333-8444-555555555555", "vermoeden", {}, None)
    assert [service for service, _ in world.asked] == ["audit", "retention", "org"]
    world.asked.clear()
    world.start()
    assert world.asked == []


def recorded(world):
    with world.audit.reading() as session:
        return list(eventstore.everything(session))


def test_what_was_looked_for_is_on_record_as_it_was_asked(world):
    span = {"since": "2025-03-01T00:00:00Z", "until": "2025-03-02T00:00:00Z"}
    world.start(**span, organisation="o", correlationid="c", types=["SignedIn", "DataViewed"])

    [record] = recorded(world)
    told = record.event
    assert [moment.isoformat()[:10] for moment in (told.since, told.until)] == ["2025-03-01", "2025-03-02"]
    assert (told.of_organisation, told.correlation, told.types) == ("o", "c", ("DataViewed", "SignedIn"))
    assert (told.size, told.last) == (len(world.notes), len(world.notes) - 1)


def test_it_is_on_record_with_its_ground_sealed(world):
    replay = world.start(account=SANNE)

    with world.audit.reading() as session:
        [record] = eventstore.read(session, f"replay/{replay}")
        [line] = session.execute(select(eventstore.events.c.line)).scalars()
    assert record.event.by == INVESTIGATOR.actor
    assert record.event.person == world.subject
    assert record.event.last == len(world.notes) - 1
    assert b"vermoeden" not in line
    shown = world.replays.show(INVESTIGATOR, replay)
    assert (shown["case"], shown["ground"]) == ("OM-2025-0142", "vermoeden van misbruik")


def test_pages_agree_whatever_the_log_does_meanwhile(world):
    replay = world.start(account=SANNE)
    before = world.pages(replay, limit=1)
    tell_again(world)

    assert world.pages(replay, limit=100) == before
    assert world.replays.show(INVESTIGATOR, replay)["count"] == len(before)
    assert [one["index"] for one in before] == sorted(one["index"] for one in before)


def tell_again(world: World) -> None:
    tell(world.auth, replace(example.sign_in_failed(), account=world.subject))
    world.grow()


def test_a_timeline_holds_no_value_and_names_only_whom_was_asked_for(world):
    items = world.pages(world.start(account=SANNE))

    assert items
    assert not [value for value in world.values if str(value) in str(items)]
    assert all(world.subject.encode() in world.notes[one["index"]] for one in items)


def test_somebody_elses_replay_is_not_there(world):
    replay = world.start()
    other = replace(INVESTIGATOR, actor="account/another")
    for ask in (
        lambda: world.replays.show(other, replay),
        lambda: world.replays.timeline(other, replay, None, 10),
        lambda: world.replays.export(other, replay),
    ):
        with pytest.raises(Refused, match=r"^not_found$"):
            ask()


def exported(world: World, replay: str) -> bytes:
    started, _ = world.replays._started(INVESTIGATOR, replay)
    chosen, size = selection_of(started), started.last + 1
    with world.audit.reading() as session:
        root = finding.root(session, size)
    return b"".join(lines("log", size, root, chosen, finding.everything(world.audit.engine, chosen, started.last)))


def test_the_same_question_of_the_same_log_gives_the_same_bytes(world):
    last = len(world.notes) - 1
    first = exported(world, world.start(account=SANNE))
    tell_again(world)
    second = exported(world, world.start(account=SANNE, at=last))

    assert first == second
    *rest, tail = first.splitlines(keepends=True)
    said = orjson.loads(tail)
    assert said == {"count": len(rest) - 1, "sha256": hashlib.sha256(b"".join(rest)).hexdigest()}
    assert [orjson.loads(line)["entry"].encode() for line in rest[1:]] == [
        note for note in world.notes[: last + 1] if world.subject.encode() in note
    ]


def test_an_answer_is_never_too_long_for_the_broker(world, monkeypatch):
    replay = world.start()
    whole = world.replays.entries(INVESTIGATOR, replay, None, 1000)
    monkeypatch.setattr(replays, "MOST_BYTES", 3000)
    items, after, pages = [], -1, 0
    while after is not None:
        page = world.replays.entries(INVESTIGATOR, replay, after, 1000)
        items, after, pages = items + page["items"], page["next"], pages + 1

    assert pages > 3
    assert items == whole["items"]


def test_an_export_names_the_programs_version():
    assert tomllib.loads((Path(__file__).parents[4] / "pyproject.toml").read_text())["project"]["version"] == PROGRAM


def test_the_root_of_an_earlier_size_is_the_one_signed_then(world):
    with world.audit.reading() as session:
        head = ledger.head(session)
    tell_again(world)
    with world.audit.reading() as session:
        assert finding.root(session, head.size) == head.root
        assert finding.checkpoint_over(session, head.size) == head.note


def test_the_log_at_a_moment_ends_before_what_is_later(world):
    times = [orjson.loads(note.split(b"\n")[0])["time"] for note in world.notes]
    middle = sorted(times)[len(times) // 2]
    first_later = next(i for i, time in enumerate(times) if time > middle)

    shown = world.replays.show(INVESTIGATOR, world.start(at=middle))
    assert shown["last"] == first_later - 1
    with pytest.raises(Refused, match=r"^not_yet$"):
        world.start(at="2001-01-01T00:00:00Z")
    with pytest.raises(Refused, match=r"^invalid$"):
        world.start(at="noon")


def test_the_database_leaves_out_nothing_that_fits(world):
    said = [(note, orjson.loads(note.split(b"\n")[0])) for note in world.notes]
    of_somebody = [line for _, line in said if "organisation" in line]
    one = of_somebody[len(of_somebody) // 2]
    for chosen in (
        Selection(types=("SignedIn", "DataViewed")),
        Selection(types=(one["type"], "AccountClosed")),
        Selection(organisation=one["organisation"]),
        Selection(correlation=one["correlationid"]),
        Selection(person=world.subject, since=one["time"]),
        Selection(organisation="nobody's"),
    ):
        found = [one.note for one in finding.everything(world.audit.engine, chosen, len(said) - 1)]
        assert found == [note for note, line in said if chosen.takes(note, line)], chosen


def test_stretches_are_short_and_together_everything(world, monkeypatch):
    monkeypatch.setattr(finding, "STRETCH", 2)
    found = list(finding.everything(world.audit.engine, Selection(), len(world.notes) - 1))
    assert [one.note for one in found] == world.notes


def views() -> Views:
    kind = telling.participant("auth")
    return Views("auth", kind.views, kind.log_views, kind.follows)


def test_views_made_from_the_log_are_the_living_ones_without_their_blind_indexes(world, tmp_path):
    shown, last = views(), len(world.notes) - 1
    with (
        past.rebuilt(shown, world.of(shown.types(), last), tmp_path / "past") as made,
        reading(made) as again,
        reading(world.auth.engine) as live,
    ):
        found = replay.compare(live, again, shown.tables)
    assert {one.kind for one in found} <= {"differs"}
    assert {column for one in found for column in one.columns} <= {"public_index", "username_index", "email_index"} | {
        "token_index"
    }


def test_before_an_erasure_there_are_rows_and_after_it_none_and_no_value_ever(world, tmp_path):
    shown = views()
    erased = next(i for i, note in enumerate(world.notes) if b"auth.ErasureCompleted.v1" in note)
    rows = []
    for last in (erased - 1, erased):
        with past.rebuilt(shown, world.of(shown.types(), last), tmp_path / str(last)) as made:
            rows.append(list(shown.rows(made)))
    before, after = rows
    assert any(world.subject in str(row) for row in before)
    assert not any(world.subject in str(row) for row in after)
    assert not [value for value in world.values if str(value) in str(before)]
    sealed = [value for row in before for value in row["row"].values() if str(value).startswith("s1:")]
    assert sealed
    assert [world.auth.keyring.open(value, value.split(":")[3]) for value in sealed] == [None] * len(sealed)


def test_a_scratch_room_goes_and_takes_what_a_crash_left(tmp_path):
    left = tmp_path / "replays" / "left"
    left.mkdir(parents=True)
    os.utime(left, (0, 0))
    with past.scratch(tmp_path) as room:
        assert room.is_dir()
        assert not left.exists()
    assert list((tmp_path / "replays").iterdir()) == []
