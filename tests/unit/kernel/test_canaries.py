"""What a service plants is found wherever it can be read, in any spelling, and goes with its key (P18)."""

from __future__ import annotations

import base64
import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client import REGISTRY, Gauge
from sqlalchemy import select, text

from services.contracts.auth import CanaryDestroyed, CanaryPlanted
from services.contracts.privacy import Category
from services.kernel.event import personal_fields
from services.kernel.store import eventstore
from services.kernel.store.database import scrub, writing
from services.kernel.store.lease import lease
from services.kernel.sweep import canaries as subject, search
from services.kernel.sweep.spelled import Spelled
from tests.unit.kernel.nest import Nest

GB = 10**9
LEAKS = {
    "as it is": lambda word: f"naam: {word}.",
    "in capitals": str.upper,
    "as JSON, every character": lambda word: "".join(f"\\u{ord(one):04x}" for one in word),
    "as hex": lambda word: word.encode().hex().upper(),
    "as UTF-16": lambda word: ("é" + word).encode("utf-16-be"),
    "as UTF-16, the other way": lambda word: word.encode("utf-16-le"),
    "as base64": lambda word: base64.b64encode(word.encode()).decode(),
    "as base64, one on": lambda word: base64.b64encode(b"-" + word.encode()).decode(),
    "as base64, two on, for addresses": lambda word: base64.urlsafe_b64encode(b"??" + word.encode() + b"??").decode(),
    "as base64 of UTF-16": lambda word: base64.b64encode(word.encode("utf-16-le")).decode(),
    "as hex of UTF-16": lambda word: word.encode("utf-16-be").hex(),
}


@pytest.fixture
def nest(tmp_path: Path) -> Iterator[Nest]:
    one = Nest(tmp_path)
    yield one
    one.close()


def test_it_has_a_value_of_each_category_sealed_for_nobody_on_a_ground(nest: Nest) -> None:
    nest.turn()
    [record] = nest.records()
    assert len(record.sealed) == len(Category) == nest.told()["planted"]
    assert record.envelope.datasubject is None
    assert (record.envelope.organisation, record.envelope.role) == (nest.store._maker, "controller")
    assert (record.envelope.purpose, record.envelope.legalbasis) == ("app_access", "legal_obligation")
    assert nest.store.keyring.living({f"canary/{record.event.canary}"}) == len(Category)
    nest.turn(3)
    assert len(nest.records()) == 1


def test_it_is_not_looked_for_before_it_has_come_back_from_the_log(nest: Nest) -> None:
    told = nest.turn(3)
    assert (told["came_back"], told["searched_at"], told["looked"]) == (False, None, 0)
    nest.comes_back()
    told = nest.turn()
    assert told["came_back"]
    assert told["searched_at"]
    size = sum(Path(engine.url.database).stat().st_size for engine in (nest.store.engine, nest.store.keyring.engine))
    assert told["looked"] > size
    assert (told["found"], told["reopened"]) == (0, 0)


@pytest.mark.parametrize("spelling", LEAKS)
def test_a_row_in_which_it_can_be_read_is_found_until_it_is_gone(nest: Nest, spelling: str) -> None:
    assert nest.planted()["found"] == 0
    nest.leaks(LEAKS[spelling](nest.word()))
    assert nest.turn()["found"] > 0
    nest.mend()
    assert nest.turn()["found"] == 0


def test_what_was_deleted_and_rests_in_the_write_ahead_log_is_found_too(nest: Nest) -> None:
    nest.planted()
    nest.leaks(nest.word())
    with writing(nest.store.engine) as session:
        session.execute(eventstore.answers.delete())
    assert nest.turn()["found"] > 0
    assert scrub(nest.store.engine)
    assert nest.turn()["found"] == 0


def test_what_the_process_logs_or_counts_is_heard(nest: Nest) -> None:
    nest.planted()
    logging.getLogger("somewhere").warning("signed in: %s", nest.word())
    assert nest.turn()["found"] == 1
    assert nest.turn()["found"] == 0
    gauge = Gauge("canary_test_people", "People.", ("name",))
    gauge.labels(nest.word()).set(1)
    try:
        assert nest.turn()["found"] == 1
    finally:
        REGISTRY.unregister(gauge)


def test_whoever_looks_writes_the_word_nowhere(nest: Nest, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    nest.planted()
    spelled = Spelled(nest.word())
    nest.leaks(nest.word())
    assert nest.turn()["found"] > 0
    assert "auth" in caplog.text
    assert not spelled.within(caplog.text.encode())
    nest.mend()
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and spelled.within(path.read_bytes())]


def test_a_turn_reads_a_stretch_and_the_next_one_goes_on(tmp_path: Path) -> None:
    nest = Nest(tmp_path, most=1)
    for number in range(40):
        nest.leaks("nothing", f"k{number}")
    nest.turn()
    nest.comes_back()
    nest.leaks(nest.word(), "zz")
    looked, turns = 0, 0
    while not nest.told()["searched_at"]:
        with nest.store.reading() as session:
            before = search.load(session)
        nest.turn(later=timedelta())
        with nest.store.reading() as session:
            after = search.load(session)
        assert after.whole_looked or after.looked - before.looked <= 2 * 256 * 1024
        looked, turns = max(looked, after.looked), turns + 1
    assert turns > 10
    assert nest.told()["found"] > 0
    nest.close()


@pytest.mark.parametrize(
    ("size", "a_turn", "takes"),
    [
        (0, subject.MOST, subject.WITHIN),
        (30 * GB, 2 * subject.MOST, subject.WITHIN),
        (200 * GB, subject.EVER, subject.WITHIN),
        (2_000 * GB, subject.EVER, timedelta(days=6)),
    ],
    ids=("small", "30 GB", "200 GB", "2 TB"),
)
def test_how_much_a_turn_reads_and_how_long_a_look_may_take_is_told_by_the_size(
    nest: Nest, size: int, a_turn: int, takes: timedelta
) -> None:
    """So a store of 30 GB and more is read in time, and of one that no turn can read the term says so."""
    assert nest.canaries._share(size) <= a_turn
    assert nest.canaries._share(size) >= min(a_turn, size * subject.SECONDS / subject.WITHIN.total_seconds())
    assert abs(subject.takes(size) - takes) < timedelta(days=1)
    in_turns = size / nest.canaries._share(size) * timedelta(seconds=subject.SECONDS)
    assert in_turns <= subject.takes(size)


def test_the_size_is_reckoned_when_a_look_begins(nest: Nest) -> None:
    nest.planted()
    with nest.store.reading() as session:
        seen = search.load(session)
    engines = (nest.store.engine, nest.store.keyring.engine)
    assert seen.size >= sum(Path(engine.url.database).stat().st_size for engine in engines)


def test_at_its_term_its_key_goes_and_another_one_comes(nest: Nest) -> None:
    nest.planted()
    first = nest.word()
    nest.turn(later=timedelta(hours=24))
    nest.turn(2)
    planted, destroyed, new = nest.events()
    assert (destroyed.canary, destroyed.keys, destroyed.found) == (planted.canary, len(Category), 0)
    assert destroyed.looked > 0
    assert new.canary != planted.canary
    assert nest.word() != first
    old = nest.records()[0]
    values = nest.store.keyring.open_many([(sealed, name) for name, sealed in old.sealed.items()])
    assert values == [None] * len(Category)
    with nest.store.reading() as session:
        assert eventstore.buried(session, f"canary/{planted.canary}")
    nest.comes_back()
    assert nest.turn()["reopened"] == 0


def test_one_that_can_still_be_opened_is_told(nest: Nest) -> None:
    """As after a keyring that somebody has put back."""
    nest.planted()
    ring = nest.store.keyring
    with ring.engine.connect() as session:
        kept = [dict(row) for row in session.execute(text("select * from keys where owner like 'canary/%'")).mappings()]
    nest.turn(later=timedelta(hours=24))
    nest.turn(2)
    with writing(ring.engine) as session:
        for row in kept:
            session.execute(text("insert into keys values (:id, :owner, :category, :epoch, :wrapped)"), row)
    assert nest.turn()["reopened"] == len(Category)


def test_one_that_is_found_is_kept_until_it_is_found_no_more(nest: Nest) -> None:
    nest.planted()
    nest.leaks(nest.word())
    nest.turn(later=timedelta(hours=24))
    nest.turn(2)
    assert len(nest.events()) == 1
    nest.mend()
    nest.turn(2)
    assert [type(one) for one in nest.events()[:2]] == [CanaryPlanted, CanaryDestroyed]


def test_a_crash_between_keys_and_event_goes_on(nest: Nest) -> None:
    nest.planted()
    nest.store.keyring.erase({f"canary/{nest.events()[0].canary}"})
    nest.turn(2)
    assert [type(one) for one in nest.events()] == [CanaryPlanted, CanaryDestroyed, CanaryPlanted]


def test_of_two_replicas_one_looks(nest: Nest) -> None:
    with lease(nest.store.engine, "canary"):
        nest.turn()
    assert nest.events() == []
    nest.turn()
    assert len(nest.events()) == 1


def test_nothing_of_it_stands_where_people_are(nest: Nest) -> None:
    nest.planted()
    with nest.store.reading() as session:
        tables = [table for view in nest.store.views for table in view.tables.sorted_tables]
        rows = {table.name: session.execute(select(table)).all() for table in tables}
    assert not [name for name, found in rows.items() if nest.events()[0].canary in str(found)]
    assert all(mark.owner == "canary" for mark in personal_fields(CanaryPlanted).values())
