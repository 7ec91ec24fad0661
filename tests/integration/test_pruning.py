"""The log's own term: whole bundles go once the log says so, by its one writer, and nothing goes too soon (P06)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import select, update

from crisisconnect.postgres import Cluster
from services.audit.domain import pruning
from services.audit.ingest.letting_go import LettingGo
from services.audit.ingest.state import Untrustworthy
from services.audit.ingest.writer import Writer
from services.audit.ledger import pruned, reading, tables
from services.contracts.audit import LogPruned
from services.kernel.codec import instant, moment
from services.kernel.commands.unit import Unit
from services.kernel.configuration import Configuration
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.hosting.participant import pinned
from services.kernel.signing.note import Signer
from services.kernel.signing.succession import Believed
from services.kernel.store import eventstore
from services.kernel.store.database import reading as look
from services.reader.tree import leaf_hash, verify_inclusion
from tests.examples.log import event_id
from tests.integration.installed import OFFICER
from tests.integration.pruned import LONG_AGO, MARK, Old, files, old, years


@pytest.fixture(params=["sqlite", "postgres"])
def aged(request: pytest.FixtureRequest, home: Configuration) -> Iterator[Old]:
    """1,104 entries of long ago, and 100 of eleven years later."""
    cluster: Cluster | None = None if request.param == "sqlite" else request.getfixturevalue("postgres")
    with old(home, cluster) as made:
        made.grow(1_100)
        made.now = LONG_AGO + years(11)
        made.grow(100, ("auth", "retention"))
        yield made


def told(world: Old) -> list[LogPruned]:
    with world.audit.store.reading() as session:
        history = eventstore.read(session, "pruning/log")
    return [record.event for record in history if isinstance(record.event, LogPruned)]


def test_what_is_old_goes_by_whole_bundles_once_the_log_says_so(aged: Old) -> None:
    aged.read()
    assert aged.audit.pruning.turn()
    assert aged.letting_go.turn() is None, "what is not in the log is nobody's to act on"
    aged.relay()
    assert aged.letting_go.turn() is None, "nor what no checkpoint covers"
    assert aged.below(1_024) == 1_024
    aged.log.writer.checkpoint()

    gone = aged.letting_go.turn()

    assert gone is not None
    assert (gone.minimum, gone.index) == (1_024, 1_204)
    assert aged.below(1_024) == 4, "the registrations of keys stay"
    [said] = told(aged)
    assert (said.minimum, said.rule) == (1_024, "entry_recorded:P10Y@1")
    assert said.numbers == {"/audit": 4, "/auth": 510, "/org": 510}
    assert said.recorded == LONG_AGO
    assert aged.letting_go.turn() is None
    assert not aged.audit.pruning.turn(), "what has gone is not let go of again"


def test_a_log_that_was_pruned_goes_on_and_a_writer_that_begins_anew_believes_it(aged: Old) -> None:
    assert aged.prune()
    with look(aged.audit.engine) as session:
        assert reading.high_water(session, "/org") == 550, "whose entries are younger and older"
    aged.log.writer.load()
    aged.grow(300, ("org", "auth"))
    aged.log.writer.load()
    report = aged.verify()
    assert report.ok, report.text()
    assert (report.size, report.sources["/org"]) == (1_505, 700)


def test_a_source_of_which_all_is_gone_goes_on_where_it_was(home: Configuration) -> None:
    with old(home, None) as world:
        world.grow(1_020, ("org",))
        world.now = LONG_AGO + years(11)
        world.grow(10, ("auth",))
        assert world.prune()
        with look(world.audit.engine) as session:
            assert reading.high_water(session, "/org") == 1_020
        world.log.writer.load()
        world.grow(1, ("org",))
        with look(world.audit.engine) as session:
            assert reading.high_water(session, "/org") == 1_021
        report = world.verify()
        assert report.ok, report.text()


def test_nothing_goes_before_its_term_by_either_clock(aged: Old) -> None:
    aged.now = LONG_AGO + years(10) - timedelta(days=5)
    assert not aged.audit.pruning.turn()
    aged.now = LONG_AGO + years(11)
    with aged.audit.engine.begin() as session:
        second = tables.recorded.c.n == 1
        session.execute(update(tables.recorded).where(second).values(at=instant(aged.now - years(1))))
    assert aged.prune() == 256, "the writer's clock says that the second bundle is young"
    aged.now += timedelta(days=1)
    with aged.audit.engine.begin() as session:
        session.execute(update(tables.recorded).where(tables.recorded.c.n == 1).values(at=instant(LONG_AGO)))
        young = tables.entries.c.idx == 600
        session.execute(update(tables.entries).where(young).values(time=instant(aged.now - years(1))))
    assert aged.prune() == 512, "a source's clock says that the third one is young"


def test_nothing_goes_that_a_service_has_not_read(aged: Old) -> None:
    aged.others.read["org"] = 700
    assert aged.prune() == 512
    aged.now += timedelta(days=1)
    aged.others.read["org"] = None
    assert not aged.audit.pruning.turn(), "who is away has perhaps not read it"
    assert REGISTRY.get_sample_value("crisisconnect_log_due") == 512, "and somebody can see that it waits"
    aged.others.read["org"] = 10**9
    assert aged.prune() == 1_024


def test_audit_itself_has_to_have_read_it(aged: Old) -> None:
    assert aged.audit.followed() == {"next": 0}
    assert not aged.audit.pruning.turn()
    aged.read()
    assert aged.audit.followed()["next"] > 1_024
    assert aged.audit.pruning.turn()


@pytest.mark.parametrize(
    "lie",
    [
        {"minimum": 1_280, "numbers": {"/audit": 4, "/auth": 600, "/org": 550, "/retention": 126}},
        {"minimum": 1_024, "numbers": {"/audit": 4, "/auth": 511, "/org": 509}},
        {"minimum": 1_000, "numbers": {"/audit": 4, "/auth": 498, "/org": 498}},
        {"minimum": 1_024, "numbers": {"/audit": 4}},
    ],
)
def test_the_writer_takes_nothing_away_for_an_event_that_is_not_so(aged: Old, lie: dict[str, Any]) -> None:
    """Whoever has audit's key can say it; the writer looks for itself."""
    aged.grow(300)
    said = LogPruned(rule="entry_recorded:P0D@9", recorded=LONG_AGO, at=aged.now, **lie)

    def work(unit: Unit) -> dict[str, Any]:
        unit.append("pruning/log", 0, [said])
        return {}

    aged.audit.store.perform(Context(actor="system/audit", correlation="c"), work)
    aged.relay()
    aged.log.writer.checkpoint()
    before = aged.below(2_000)
    assert aged.letting_go.turn() is None
    assert aged.below(2_000) == before


def test_the_decision_is_not_taken_over_by_another_clock(aged: Old) -> None:
    """The audit service may run ahead of time: its writer has a clock of its own."""
    aged.read()
    aged.audit.pruning.turn()
    aged.relay()
    aged.log.writer.checkpoint()
    another = LettingGo(aged.audit.engine, aged.log.writer, now=lambda: LONG_AGO + years(5))
    assert another.turn() is None
    assert aged.below(1_024) == 1_024


def test_where_another_writer_was_at_work_nothing_goes_before_this_one_knows(aged: Old) -> None:
    aged.read()
    aged.audit.pruning.turn()
    aged.relay()
    aged.log.writer.checkpoint()
    signer = Signer(aged.home.origin, aged.home.seed("log"))
    another = Writer(aged.audit.engine, aged.home.installation["pins"], signer, aged.home.var / "log" / "another")
    another.load()
    assert another.write([aged.log.sources.note("auth", aged.said["auth"] + 1)]).admitted == 1
    assert aged.letting_go.turn() is None
    assert aged.below(1_024) == 1_024
    assert aged.letting_go.turn() is not None
    assert aged.below(1_024) == 4
    another.load()
    assert another.checkpoint() is not None


def test_what_is_delivered_again_after_it_went_is_known_by_its_hash(aged: Old) -> None:
    early = aged.log.sources.note("auth", 7, time=instant(LONG_AGO))
    other = aged.log.sources.note("auth", 7, time=instant(LONG_AGO), data={"field": "y"})
    assert aged.prune()
    assert aged.log.writer.write([early]).doubled == 1
    assert aged.log.writer.write([other]).bad == 1
    with look(aged.audit.engine) as session:
        assert [refusal.reason for refusal in reading.refusals(session)] == ["conflict"]


def test_an_entry_that_went_is_still_proved_by_whoever_kept_it(aged: Old) -> None:
    with look(aged.audit.engine) as session:
        kept = reading.entry(session, 500)
    assert kept is not None
    assert aged.prune()
    with look(aged.audit.engine) as session:
        head = reading.head(session)
        assert head is not None
        assert reading.entry(session, 500) is None
        path = reading.inclusion(session, 500, head.size)
        assert reading.tlog_proof(session, 500) is not None
    assert verify_inclusion(500, head.size, leaf_hash(kept.note), path, head.root)


def test_what_is_asked_for_after_it_went_has_an_answer_of_its_own(aged: Old) -> None:
    assert aged.prune()
    audit = aged.audit
    for ask in (lambda: audit.bundle(3, 256), lambda: audit.log_entry(500)):
        with pytest.raises(Refused, match=r"^log_pruned$"):
            ask()
    assert audit.tile(0, 3, 256)["tile"]
    assert audit.bundle(4, 100)["tile"]
    assert audit.log_entry(0)["event"]["type"].endswith("KeyRegistered.v1")
    page = audit.log_entries(-1, 5)
    assert [item["index"] for item in page["items"]] == list(range(1_024, 1_029))
    answer = audit.entries(-1, [], 3)
    assert (answer["first"], [entry["index"] for entry in answer["entries"]]) == (1_024, [1_024, 1_025, 1_026])
    own = audit.entries_of(Context(actor="system/org", caller="org", correlation="c"), "/org", 0, 3)
    assert own["first"] == 511
    with look(audit.engine) as session:
        assert [one.index for one in reading.of_correlation(session, event_id("request", 7))] == [1_117]
        assert reading.of_organisation(session, event_id("organisation", 3))[0].index >= 1_024


def test_a_receipt_says_that_the_entry_went_instead_of_that_it_never_came(aged: Old) -> None:
    assert aged.prune()
    numbers = {"old": 7, "young": 10_000}
    aged.others.call = lambda service, method, *_: (  # type: ignore[method-assign]
        {"actor": "account/x", "organisation": "o", "source": "/auth", "number": numbers[which]}
        if (service, method) == ("auth", "durable")
        else None
    )
    which = "young"
    assert aged.audit.receipt(OFFICER, event_id("auth", 7))["state"] == "durable"
    which = "old"
    with pytest.raises(Refused, match=r"^log_pruned$"):
        aged.audit.receipt(OFFICER, event_id("auth", 7))


def test_keys_that_were_handed_over_before_still_vouch(home: Configuration) -> None:
    with old(home, None) as world:
        world.grow(400)
        world.hand_over("org", b"\x07" * 32)
        world.grow(700)
        world.now = LONG_AGO + years(11)
        world.grow(5)
        assert world.prune()
        assert world.below(1_024) == 5, "four registrations and a hand-over"
        world.log.writer.load()
        world.grow(5)
        report = world.verify()
        assert report.ok, report.text()
        believed = Believed(pinned(world.home))
        for note in world.audit.handovers():
            believed.take(note)
        with look(world.audit.engine) as session:
            newest = reading.of_source(session, "/org", world.said["org"] - 1)[0]
        believed.check("/org", world.said["org"], newest.note)


def test_a_writer_does_not_go_on_where_no_entry_says_that_the_front_is_gone(aged: Old) -> None:
    assert aged.prune()
    with aged.audit.engine.begin() as session:
        session.execute(update(tables.prunings).values(minimum=1_280))
    with pytest.raises(Untrustworthy, match="begins at 1280"):
        aged.log.writer.load()


def test_many_bundles_go_a_bounded_number_at_a_time(home: Configuration, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.audit.pruning.AT_ONCE", 2)
    with old(home, None) as world:
        world.grow(1_100)
        world.now = LONG_AGO + years(11)
        minima = []
        while minimum := world.prune():
            minima.append(minimum)
        assert minima == [512, 1_024]
        assert [said.minimum for said in told(world)] == minima
        with look(world.audit.engine) as session:
            assert [row.minimum for row in session.execute(select(tables.prunings))] == [512, 1_024]
        report = world.verify()
        assert report.ok, report.text()


def test_nothing_of_what_went_is_left_in_a_file(home: Configuration) -> None:
    with old(home, None) as world:
        world.grow(1_100, data={"field": MARK})
        world.now = LONG_AGO + years(11)
        world.grow(3)
        assert files(home.var / "data").count(MARK.encode()) >= 1_100
        assert world.prune()
        left = files(home.var / "data").count(MARK.encode())
        assert left == 1_104 - 1_024, "only what is younger than the last whole bundle"


def test_a_bundle_is_recorded_when_it_is_full(aged: Old) -> None:
    with look(aged.audit.engine) as session:
        at = {row.n: moment(row.at) for row in session.execute(select(tables.recorded))}
        found = pruned.bundles(session, 3, 10)
    assert at == dict.fromkeys(range(4), LONG_AGO)
    assert [bundle.n for bundle in found] == [3]
    assert found[0].recorded == LONG_AGO
    assert pruning.BUNDLE == 256
