"""A source's next key counts from the number after the hand-over, and the one before it up to there, for ever."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, select, update

from services.audit.ingest.checking import Checking
from services.audit.ingest.notes import Arrival
from services.audit.ingest.state import Untrustworthy
from services.audit.ledger import reading, tables
from services.kernel.store.database import reading as look, sqlite
from services.reader import verify_database
from tests.examples.log import Sources, event, seed
from tests.integration.ingested import FIRST, SOURCES, Log, notes

HAND_OVER, LATER = SOURCES.hand_over("auth", 4, b"2" * 32)
SECOND, LAST = LATER.hand_over("auth", 7, b"3" * 32)
LOG = [
    *FIRST,
    *notes("auth", [1, 2, 3]),
    HAND_OVER,
    *(LATER.note("auth", n) for n in (5, 6)),
    SECOND,
    *(LAST.note("auth", n) for n in (8, 9)),
]
"""Two hand-overs of auth, at 4 and at 7."""


def is_believed(log: Log) -> None:
    """The independent reader, which knows the first keys alone, follows; the writer's own rows included."""
    log.is_whole()
    where = log.engine.url.render_as_string(hide_password=False)
    report = verify_database(where, log_vkey=SOURCES.log.verifier.vkey, pins=SOURCES.pins)
    assert report.ok, report.text()


def test_all_at_once_or_one_by_one_the_log_is_the_same(log: Log) -> None:
    log.write(*LOG[:6])
    for note in LOG[6:]:
        log.write(note)
    log.write(*LOG)
    assert (log.entries(), log.refusals(), log.gaps()) == (LOG, [], {})
    is_believed(log)
    with look(log.engine) as session:
        held = [(key.since, key.vkey) for key in reading.signing_keys(session) if key.source == "/auth"]
        assert [entry.note for entry in reading.handovers(session)] == [HAND_OVER, SECOND]
    vkeys = [sources.pins["auth"] for sources in (SOURCES, LATER, LAST)]
    assert held == list(zip((1, 5, 8), vkeys, strict=True))


@pytest.mark.parametrize("seed", range(6))
def test_in_one_batch_the_order_does_not_matter(log: Log, seed: int) -> None:
    shuffled = LOG * 2
    random.Random(seed).shuffle(shuffled)
    log.write(*shuffled)
    assert (sorted(log.entries()), log.refusals(), log.gaps()) == (sorted(LOG), [], {})
    is_believed(log)


def test_a_new_writer_and_one_that_knew_nothing_yet_go_on(log: Log, tmp_path: Path) -> None:
    late = log.another(tmp_path / "elsewhere")
    log.write(*LOG[:8])
    late.write([LATER.note("auth", 5)])
    log.writer = log.another()
    log.write(*LOG[8:])
    late.write([LAST.note("auth", 10)])
    late.checkpoint()
    assert (log.entries(), log.refusals()) == ([*LOG, LAST.note("auth", 10)], [])
    is_believed(log)


def test_what_the_old_key_signed_before_may_come_again_for_ever(log: Log) -> None:
    log.write(*LOG)
    log.write(*LOG[4:])
    assert (log.entries(), log.refusals()) == (LOG, [])


STOLEN: dict[str, Callable[[], bytes]] = {
    "the next number": lambda: SOURCES.note("auth", 10),
    "a later number": lambda: SOURCES.note("auth", 12),
    "a number of its successor's": lambda: SOURCES.note("auth", 5),
    "another hand-over": lambda: SOURCES.hand_over("auth", 10, b"t" * 32)[0],
    "the key between": lambda: LATER.note("auth", 10),
    "a number before the newest key's": lambda: LAST.note("auth", 6),
}


@pytest.mark.parametrize("case", STOLEN)
def test_a_stolen_seed_does_nothing_new(log: Log, case: str) -> None:
    log.write(*LOG)
    log.write(STOLEN[case]())
    assert (log.entries(), log.refusals(), log.gaps()) == (LOG, ["unauthorised_key"], {})
    log.write(LAST.note("auth", 10))
    assert log.entries() == [*LOG, LAST.note("auth", 10)]
    is_believed(log)


def test_other_bytes_under_an_old_number_are_still_a_conflict(log: Log) -> None:
    log.write(*LOG)
    log.write(SOURCES.note("auth", 2, subject="account/another"))
    assert (log.entries(), log.refusals()) == (LOG, ["conflict"])


def test_what_waits_under_the_old_key_behind_a_hand_over_gives_way(log: Log) -> None:
    log.write(*LOG[:6], SOURCES.note("auth", 5), SOURCES.note("auth", 6))
    assert log.gaps() == {"/auth": 2}
    log.write(SOURCES.note("auth", 3), HAND_OVER)
    assert (log.entries(), log.gaps()) == (LOG[:8], {})
    log.write(*LOG[9:11])
    log.write(LOG[8])
    log.write(*LOG[11:])
    assert log.refusals() == ["unauthorised_key"] * 2
    assert (log.entries(), log.gaps()) == (LOG, {})
    is_believed(log)


WRONG: dict[str, Callable[[], bytes]] = {
    "no agreement": lambda: SOURCES.hand_over("auth", 4, b"2" * 32, proof="")[0],
    "the agreement of another": lambda: SOURCES.hand_over(
        "auth", 4, b"2" * 32, vkey=Sources.made().hand_over("auth", 4, b"4" * 32)[1].pins["auth"])[0],
    "an agreement for another place": lambda: SOURCES.hand_over(
        "auth", 4, b"2" * 32, proof=LATER.hand_over("auth", 4, b"2" * 32)[0].split(b'"proof":"')[1][:88].decode())[0],
    "a key of another source": lambda: SOURCES.hand_over("auth", 4, b"2" * 32, vkey=SOURCES.pins["org"])[0],
    "another old key": lambda: SOURCES.hand_over("auth", 4, b"2" * 32, old=SOURCES.pins["org"])[0],
    "itself": lambda: SOURCES.hand_over("auth", 4, seed("auth"))[0],
    "data that are none": lambda: SOURCES.note("auth", 4, "SigningKeyHandedOver", data=["a", "list"]),
    "data that are missing": lambda: SOURCES.note("auth", 4, "SigningKeyHandedOver", data=None),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_a_hand_over_to_who_did_not_agree_is_set_aside(log: Log, case: str) -> None:
    log.write(*LOG[:7])
    log.write(WRONG[case](), LATER.note("auth", 5))
    assert sorted(log.refusals()) == ["bad_hand_over", "bad_signature"]
    assert log.entries() == LOG[:7]
    log.write(*LOG[7:])
    assert log.entries() == LOG
    is_believed(log)


def test_no_key_comes_back(log: Log) -> None:
    log.write(*LOG)
    log.write(LAST.hand_over("auth", 10, b"2" * 32)[0])
    assert (log.entries(), log.refusals()) == (LOG, ["bad_hand_over"])


def test_a_key_that_nobody_handed_over_to_is_nobodys(log: Log) -> None:
    log.write(*LOG[:7], LATER.note("auth", 4), LATER.note("auth", 5))
    assert (log.entries(), log.refusals()) == (LOG[:7], ["bad_signature"] * 2)


def test_the_registrar_hands_over_too_and_registers_with_its_new_key(log: Log) -> None:
    handed, after = SOURCES.hand_over("audit", 2, b"5" * 32)
    registrations = [after.registration(n, of) for n, of in enumerate(("auth", "org", "retention"), start=3)]
    log.write(FIRST[0], handed, *registrations, *notes("auth", [1]))
    assert (log.entries()[:3], log.refusals()) == ([FIRST[0], handed, registrations[0]], [])
    assert sorted(log.entries()[3:]) == sorted([*registrations[1:], *notes("auth", [1])])
    log.write(SOURCES.registration(6, "auth"))
    assert log.refusals() == ["unauthorised_key"]
    is_believed(log)


def test_what_waits_under_a_key_that_no_checkpoint_covers_yet_is_no_damage(log: Log) -> None:
    log.write(*LOG[:7])
    log.writer.write([HAND_OVER, LATER.note("auth", 6)])
    where = log.engine.url.render_as_string(hide_password=False)
    report = verify_database(where, log_vkey=SOURCES.log.verifier.vkey, pins=SOURCES.pins)
    assert (report.ok, report.size, log.gaps()) == (True, 7, {"/auth": 1}), report.text()


def _drop_key(engine: Engine) -> None:
    with engine.begin() as session:
        session.execute(delete(tables.keys).where(tables.keys.c.since == 8))


def _another_key(engine: Engine) -> None:
    with engine.begin() as session:
        session.execute(update(tables.keys).where(tables.keys.c.since == 8).values(vkey=SOURCES.pins["auth"]))


def _another_number(engine: Engine) -> None:
    with engine.begin() as session:
        session.execute(update(tables.keys).where(tables.keys.c.since == 8).values(since=9))


def _another_place(engine: Engine) -> None:
    with engine.begin() as session:
        session.execute(update(tables.keys).where(tables.keys.c.since == 8).values(idx=0))


@pytest.mark.parametrize("damage", [_drop_key, _another_key, _another_number, _another_place])
@pytest.mark.parametrize("upto", [len(LOG), len(LOG) - 2])
def test_keys_that_are_not_those_of_the_log_are_not_written_on(
    log: Log, damage: Callable[[Engine], None], upto: int
) -> None:
    log.write(*LOG[:upto])
    damage(log.engine)
    with pytest.raises(Untrustworthy, match="key"):
        log.another()
    where = log.engine.url.render_as_string(hide_password=False)
    report = verify_database(where, log_vkey=SOURCES.log.verifier.vkey, pins=SOURCES.pins)
    assert {(finding.damage.value, finding.where) for finding in report.findings} == {
        ("row_mismatch", "log_keys /auth")
    }


def test_a_batch_that_was_not_committed_leaves_no_key_behind(tmp_path: Path) -> None:
    log = Log(sqlite(tmp_path / "audit.sqlite3"), tmp_path)
    log.write(*LOG[:7])
    with log.engine.begin() as session:
        session.exec_driver_sql("alter table log_keys rename to away")
    with pytest.raises(Exception, match="log_keys"):
        log.writer.write(LOG[7:])
    with log.engine.begin() as session:
        session.exec_driver_sql("alter table away rename to log_keys")
        assert session.execute(select(tables.keys)).all() == []
    log.writer.load()
    log.write(*notes("auth", [4]))
    log.write(HAND_OVER, LATER.note("auth", 5))
    assert log.entries() == [*LOG[:7], *notes("auth", [4])]
    assert sorted(log.refusals()) == ["bad_signature", "conflict"]
    log.engine.dispose()


def test_those_who_check_beside_the_writer_learn_of_later_keys() -> None:
    checking = Checking(SOURCES.pins, processes=2)
    many = [LATER.note("auth", n) for n in range(5, 105)]
    try:
        checking.start(patience=20)
        checking.give(many)
        assert {judged.unheard for judged in checking.take() if not isinstance(judged, Arrival)} == {True}
        checking.learn([LATER.pins["auth"]])
        for _ in range(3):
            checking.give(many)
        for _ in range(3):
            taken = checking.take()
            assert [judged.note for judged in taken if isinstance(judged, Arrival)] == many
        assert checking.has_room()
        checking.give([SOURCES.signers["auth"].sign(event("auth", 1) + b"\n")])
        assert isinstance(checking.take()[0], Arrival)
    finally:
        checking.reset()
