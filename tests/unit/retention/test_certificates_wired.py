"""A certificate is issued once for each moment, says nothing that its erasure does not, and names nobody."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import orjson
import pytest
from sqlalchemy import create_engine, text

from services.contracts.retention import CertificateIssued
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.envelope import Recorded
from services.kernel.hosting.migrating import upgrade
from services.kernel.store import eventstore
from services.reader import Unusable, verify_certificate
from services.retention.app import sweeping
from services.retention.views import certificates
from tests.unit.retention import ledger
from tests.unit.retention.world import World

OTHERS = ("auth", "org", "audit")
ALL = (*OTHERS, "retention")
PERSON = "6d0c2c0e-55d5-4a0b-9a43-2f6b8f7f1f11"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    ledger.begin(made)
    yield made
    assert made.differences() == []
    made.app.engine.dispose()
    made.app.keyring._engine.dispose()


def erased(world: World) -> str:
    erasure = world.close(account=PERSON)
    world.settle()
    for service in OTHERS:
        world.complete(service, erasure)
    world.settle()
    return erasure


def issued(world: World) -> list[Recorded]:
    with world.app.store.reading() as session:
        found = list(eventstore.everything(session))
    return [record for record in found if isinstance(record.event, CertificateIssued)]


def owed(world: World) -> int:
    with world.app.store.reading() as session:
        return len(certificates.owed(session, 100))


def test_each_moment_is_stated_once_however_often_it_is_swept(world):
    erased(world)
    assert len(issued(world)) == 1
    world.retire(*ALL)
    world.settle()
    world.settle()

    first, second = issued(world)
    assert (first.event.unreadable_in_copies_at, first.event.retired) == (None, {})
    assert second.event.unreadable_in_copies_at is not None
    assert set(second.event.retired) == set(second.event.services) == set(ALL)
    assert first.event.completed == second.event.completed
    assert owed(world) == 0


def test_what_became_true_at_once_is_stated_at_once(world):
    """The feed certifies, and before the next sweep every copy has become unreadable."""
    erasure = world.close()
    world.settle()
    for service in OTHERS:
        world.complete(service, erasure)
    world.retire(*ALL)
    world.follow()
    world.app.sweeping.sweep()

    assert [record.event.unreadable_in_copies_at is None for record in issued(world)] == [False]
    assert owed(world) == 0


def test_the_order_and_every_completion_are_named_by_their_entries(world):
    erased(world)
    [record] = issued(world)
    stated = record.event

    kinds = [eventstore.parse(note).envelope.type.split(".")[-2] for note in world.log.notes]
    assert kinds[stated.order] == "ErasureOrdered"
    assert {kinds[index] for index in stated.completed.values()} == {"ErasureCompleted"}


def test_a_statement_is_in_no_chain_that_the_persons_entries_are_in(world):
    """Its own entry is public to whoever holds the certificate: it must lead to no other entry."""
    erased(world)
    [record] = issued(world)
    with world.app.store.reading() as session:
        others = {one.envelope.correlationid for one in eventstore.everything(session) if one is not record}

    assert record.envelope.causationid is None
    assert record.envelope.datasubject is None
    assert list(others).count(record.envelope.correlationid) == 1
    [line] = [note for note in world.log.notes if b"CertificateIssued" in note]
    assert PERSON.encode() not in line


def test_each_certificate_has_a_chain_of_its_own(world):
    first, second = (world.close(account=str(uuid4())) for _ in range(2))
    world.settle()
    for erasure in (first, second):
        for service in OTHERS:
            world.complete(service, erasure)
    world.settle()

    assert len({record.envelope.correlationid for record in issued(world)}) == 2


def test_a_sweep_killed_before_the_certificate_owes_it_to_the_next(world, monkeypatch):
    erasure = world.close()
    world.settle()
    for service in OTHERS:
        world.complete(service, erasure)
    world.follow()
    assert (owed(world), issued(world)) == (1, [])
    world.app.engine.dispose()
    world.again()
    world.settle()

    assert (owed(world), len(issued(world))) == (0, 1)


def test_more_than_a_batch_is_issued_in_one_sweep(world, monkeypatch):
    monkeypatch.setattr(sweeping, "BATCH", 2)
    made = [world.close(account=str(uuid4())) for _ in range(5)]
    world.settle()
    for erasure in made:
        for service in OTHERS:
            world.complete(service, erasure)
    world.follow()
    world.app.sweeping.sweep()

    assert {record.event.erasure for record in issued(world)} == set(made)


def test_until_the_second_statement_is_in_the_log_the_first_one_stands(world):
    erasure = erased(world)
    first = world.app.certificate(Context(), erasure, None)
    world.retire(*ALL)
    world.follow()
    world.app.sweeping.sweep()
    assert len(issued(world)) == 2

    assert world.app.certificate(Context(), erasure, None) == first
    world.relay()
    second = world.app.certificate(Context(), erasure, None)
    assert second["unreadable_in_every_earlier_copy"] is not None
    assert second == world.app.certificate(Context(), erasure, None)


def test_a_certificate_is_the_same_however_far_the_log_has_grown(world):
    erasure = erased(world)
    before = world.app.certificate(Context(), erasure, None)
    for _ in range(7):
        world.close(account=str(uuid4()))
    world.settle()

    assert world.app.certificate(Context(), erasure, None) == before


def test_evidence_is_of_a_certificate_or_there_is_none(world):
    erased(world)
    kinds = [eventstore.parse(note).envelope for note in world.log.notes]
    for envelope in kinds:
        if not envelope.type.endswith("CertificateIssued.v1"):
            with pytest.raises(Refused, match="not_found"):
                ledger.proved(world.log, envelope.id)
    assert ledger.proved(world.log, str(uuid4())) is None


def test_a_statement_that_no_checkpoint_covers_has_no_evidence(world):
    erased(world)
    [record] = issued(world)
    [index] = [at for at, note in enumerate(world.log.notes) if record.envelope.id.encode() in note]

    assert ledger.proved(world.log, record.envelope.id, size=index) is None
    assert ledger.proved(world.log, record.envelope.id, size=index + 1)["statement"]["index"] == index


def test_evidence_lies_under_the_oldest_checkpoint_that_witnesses_have_seen(world):
    erased(world)
    [record] = issued(world)
    for _ in range(4):
        world.close(account=str(uuid4()))
    world.settle()
    [index] = [at for at, note in enumerate(world.log.notes) if record.envelope.id.encode() in note]
    lines = {size: b"cosigned at %d\n" % size for size in (index - 1, index + 3, index + 5)}

    without = ledger.proved(world.log, record.envelope.id)
    seen = ledger.proved(world.log, record.envelope.id, cosigned=lines)
    assert without["checkpoint"].split("\n")[1] == str(index + 1)
    assert seen["checkpoint"].split("\n")[1] == str(index + 3)
    assert seen["checkpoint"].endswith(f"cosigned at {index + 3}\n")
    other = ledger.proved(world.log, record.envelope.id, size=index + 3, cosigned={index - 1: b"x\n"})
    assert other["checkpoint"] == without["checkpoint"], "what nobody has seen yet is better than nothing"


def test_what_is_owed_is_found_by_an_index_of_nothing_else(world):
    with world.app.engine.begin() as session:
        plan = session.execute(
            text("explain query plan select * from certificates where owed is 1 order by erasure limit 100")
        ).all()
    assert "USING INDEX certificates_owed" in str(plan)


def test_the_migration_makes_the_tables_that_the_view_names(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path / 'retention.sqlite3'}")
    upgrade(engine, "services.retention.migrations")
    with engine.begin() as session:
        found = session.execute(text("select name from pragma_table_info('certificates') order by cid")).scalars().all()
        [index] = session.execute(text("select sql from sqlite_master where name = 'certificates_owed'")).scalars()
    engine.dispose()

    assert found == [column.name for column in certificates.certificates.columns]
    assert "WHERE owed IS 1" in index


@pytest.mark.parametrize("both", [False, True], ids=["first", "both"])
def test_the_independent_reader_takes_what_goes_out_and_nothing_else(world, both):
    erasure = erased(world)
    if both:
        world.retire(*ALL)
        world.settle()
    document = world.app.certificate(Context(), erasure, None)
    raw = orjson.dumps(document)
    key, pins = world.installation.log, dict(world.installation.pins)
    report = verify_certificate(raw, log_vkey=key, pins=pins)

    assert report.ok, report.text()
    assert (report.entries, report.unreadable is None) == ((9, False) if both else (5, True))
    assert PERSON.encode() not in raw
    assert "0195538e-0000-7000-8000-000000000001" not in document["statement"]["entry"], "the person's own chain"
    for at in range(0, len(raw), 23):
        spoilt = raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]
        try:
            assert not verify_certificate(spoilt, log_vkey=key, pins=pins).ok, at
        except Unusable:
            continue
