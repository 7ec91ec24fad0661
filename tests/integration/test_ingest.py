"""Whatever comes, however often and in whatever order: the log has every number once, in order, and nothing else."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from services.audit.ingest.writer import Fenced
from services.audit.ledger import reading, tree
from services.kernel.store.database import reading as look
from tests.examples.log import Sources, event, event_id
from tests.integration.ingested import FIRST, SOURCES, Log, notes


def test_a_new_log_has_a_checkpoint_of_nothing(log: Log) -> None:
    log.writer.checkpoint()
    with look(log.engine) as session:
        assert (reading.checkpoint(session) or b"").startswith(b"log.example\n0\n47DEQpj8")


def test_entries_stand_in_the_order_in_which_they_came(log: Log) -> None:
    came = [*FIRST, *notes("auth", range(1, 40)), *notes("org", range(1, 400))]
    log.write(*came)
    assert log.entries() == came
    log.is_whole()


def test_shuffled_and_tripled_deliveries_give_each_entry_once(log: Log) -> None:
    chance = random.Random(11)
    sent = [*FIRST, *notes("auth", range(1, 301)), *notes("org", range(1, 101))]
    deliveries = sent * 3
    chance.shuffle(deliveries)
    while deliveries:
        step = chance.randrange(1, 120)
        log.write(*deliveries[:step])
        deliveries = deliveries[step:]
    assert sorted(log.entries()) == sorted(sent)
    assert (log.refusals(), log.gaps()) == ([], {})
    log.is_whole()


def test_a_gap_holds_up_its_own_source_alone_and_heals(log: Log) -> None:
    log.write(*FIRST, *notes("auth", [1, 3, 4]), *notes("org", [1, 2]))
    log.write(*notes("auth", range(5, 1300)))
    assert len(log.entries()) == 4 + 1 + 2
    assert log.gaps() == {"/auth": 2 + 1295}
    log.write(*notes("auth", [2]))
    assert len(log.entries()) == 4 + 1299 + 2
    assert log.gaps() == {}
    log.is_whole()


def test_other_bytes_under_a_number_that_is_taken_are_refused(log: Log) -> None:
    log.write(*FIRST, *notes("auth", [1, 3]))
    other = [SOURCES.note("auth", n, subject="account/another") for n in (1, 3)]
    log.write(*other)
    log.write(*other)
    assert log.refusals() == ["conflict", "conflict"]
    log.write(*notes("auth", [2]), SOURCES.note("auth", 2, subject="account/another"))
    assert log.entries()[-3:] == notes("auth", [1, 2, 3])
    assert log.refusals() == ["conflict"] * 3


def test_one_that_waits_yields_to_the_one_that_entered_first(log: Log) -> None:
    log.write(*FIRST, SOURCES.note("auth", 2, subject="account/waits"))
    log.write(*notes("auth", [1]))
    assert log.entries()[-1] == SOURCES.note("auth", 2, subject="account/waits")
    log.write(SOURCES.note("auth", 4, subject="account/waits"))
    log.write(SOURCES.note("auth", 4), SOURCES.note("auth", 3))
    assert log.refusals() == ["conflict"]
    assert len(log.entries()) == 8
    assert log.gaps() == {}
    log.is_whole()


REFUSED: dict[str, Callable[[], bytes]] = {
    "unreadable": lambda: SOURCES.signers["auth"].sign(b"not json\n"),
    "unreadable number": lambda: SOURCES.signers["auth"].sign(event("auth", 1).replace(b'"1"', b'"01"') + b"\n"),
    "unreadable two lines": lambda: SOURCES.signers["auth"].sign(event("auth", 1) + b"\n{}\n"),
    "unreadable subject": lambda: SOURCES.note("auth", 1, subject="a\x00b"),
    "unknown_key": lambda: Sources.made("elsewhere.example").note("auth", 1),
    "unknown_key none": lambda: b"\x00\xff nothing",
    "unknown_key empty": lambda: b"",
    "bad_signature": lambda: SOURCES.note("auth", 1).replace(b"xxx", b"xxy", 1),
    "bad_signature of another": lambda: Sources.made(seeds=dict.fromkeys(
        ("auth", "org", "audit", "retention", "log"), b"\x01" * 32)).note("auth", 1),
    "wrong_source": lambda: SOURCES.note("auth", 1, source="/org"),
    "wrong_type": lambda: SOURCES.note("auth", 1, type="nl.crisisconnect.org.UserRegistered.v1"),
    "wrong_type foreign": lambda: SOURCES.note("auth", 1, type="nl.crisisconnect.auth.Evil"),
    "too_large": lambda: SOURCES.note("auth", 1, data={"a": "x" * 66_000}),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_its_source_did_not_rightly_sign_never_enters(log: Log, case: str) -> None:
    log.write(*FIRST, REFUSED[case](), *notes("auth", [1]))
    assert log.refusals() == [case.split()[0]]
    assert log.entries() == [*FIRST, *notes("auth", [1])]


def test_one_id_under_two_numbers_holds_up_nobody_else(log: Log) -> None:
    log.write(*FIRST, *notes("auth", [1]))
    log.write(*notes("org", [1]), SOURCES.note("auth", 2, id=event_id("auth", 1)), *notes("org", [2]))
    assert log.refusals() == ["doubled_id"]
    assert log.entries()[-2:] == notes("org", [1, 2])
    log.write(SOURCES.note("auth", 3, id=event_id("auth", 1)))
    log.write(*notes("auth", [2]))
    assert log.refusals() == ["doubled_id"] * 2
    log.write(*notes("auth", [3]))
    assert log.entries()[-2:] == notes("auth", [2, 3])
    log.is_whole()


def test_a_source_waits_until_its_key_is_registered(log: Log) -> None:
    log.write(*notes("auth", range(1, 10)), *notes("org", [1]))
    assert log.entries() == []
    assert log.gaps() == {"/auth": 9, "/org": 1}
    log.write(*FIRST[:2])
    assert log.entries() == [*FIRST[:2], *notes("auth", range(1, 10))]
    assert log.gaps() == {"/org": 1}
    log.write(*FIRST[3:], *notes("org", [2]), FIRST[2])
    assert sorted(log.entries()[11:]) == sorted([*FIRST[2:], *notes("org", [1, 2])])
    assert log.gaps() == {}
    log.is_whole()


def test_a_key_that_is_not_the_pinned_one_admits_nobody(log: Log) -> None:
    foreign = Sources.made("elsewhere.example").pins["auth"]
    log.write(FIRST[0], SOURCES.registration(2, "auth", vkey=foreign), *notes("auth", [1]))
    assert len(log.entries()) == 2
    assert log.gaps() == {"/auth": 1}


def test_a_new_writer_goes_on_where_the_last_one_stopped(log: Log) -> None:
    log.write(*FIRST, *notes("auth", range(1, 600)))
    log.writer.write(notes("auth", range(600, 700)))
    log.writer = log.another()
    assert log.writer.unsigned
    log.write(*notes("auth", range(690, 720)))
    assert log.entries() == [*FIRST, *notes("auth", range(1, 720))]
    log.is_whole()


def test_only_what_is_under_a_checkpoint_is_answered(log: Log) -> None:
    log.write(*FIRST)
    log.writer.write(notes("auth", [1]))
    with look(log.engine) as session:
        assert reading.entry(session, 4) is None
        assert reading.by_event(session, event_id("auth", 1)) is None
        assert reading.high_water(session, "/auth") == 0
        assert reading.tlog_proof(session, 4) is None
        assert reading.tile(session, 0, 0, 5) is None
        assert reading.tile(session, 0, 0, 4) == b"".join(tree.leaf_hash(note) for note in FIRST)
        assert reading.entries_after(session, -1).scanned == 3


def test_questions_are_answered_by_type_event_and_number(log: Log) -> None:
    log.write(*FIRST, *notes("auth", range(1, 30)), SOURCES.note("auth", 30, "AccountClosed"))
    with look(log.engine) as session:
        page = reading.entries_after(session, -1, ["nl.crisisconnect.auth.AccountClosed.*"])
        assert ([e.index for e in page.entries], page.scanned, page.size) == ([33], 33, 34)
        page = reading.entries_after(session, 3, ["nl.crisisconnect.auth.UserRegistered.v1"], limit=7)
        assert ([e.index for e in page.entries], page.scanned) == (list(range(4, 11)), 10)
        found = reading.by_event(session, event_id("auth", 30))
        assert found is not None
        assert (found.index, reading.high_water(session, "/auth")) == (33, 30)
        receipt = reading.tlog_proof(session, 33) or b""
        assert receipt.startswith(b"c2sp.org/tlog-proof@v1\nindex 33\n")
        assert receipt.endswith(b"\n\n" + (reading.checkpoint(session) or b"-"))
        mine = reading.of_organisation(session, event_id("organisation", 3))
        assert all(event_id("organisation", 3).encode() in e.note for e in mine)
        bundle = reading.bundle(session, 0, 2) or b""
        assert bundle == b"".join(len(note).to_bytes(2, "big") + note for note in FIRST[:2])


def test_two_writers_never_fork(log: Log, tmp_path: Path) -> None:
    one, two = log.writer, log.another(tmp_path / "elsewhere")
    one.write([*FIRST, *notes("auth", [1])])
    two.write(notes("auth", [1, 2, 4]))
    one.write(notes("auth", [3]))
    two.write(notes("auth", [5]))
    one.checkpoint()
    with pytest.raises(Fenced):
        two.checkpoint()
    two.checkpoint()
    assert log.entries() == [*FIRST, *notes("auth", range(1, 6))]
    log.is_whole()
