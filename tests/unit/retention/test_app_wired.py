"""From an entry in the log to the certificate: each step on the log alone, once, and again after a crash."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import permutations
from pathlib import Path
from uuid import uuid4

import pytest

from services.contracts import auth
from services.kernel.codec import instant
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.store import eventstore
from services.retention import app as application
from services.retention.app import sweeping
from services.retention.views import dues
from tests.examples import retention as example
from tests.unit.retention import ledger
from tests.unit.retention.world import NOW, World

MINE = example.WHOSE["organisation"]
OTHERS = ("auth", "org", "audit")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    assert made.differences() == []
    made.app.engine.dispose()
    made.app.keyring._engine.dispose()


def test_a_closed_account_is_erased_certified_and_then_unreadable_in_copies(world):
    erasure = world.close()
    world.follow()
    assert world.erasure(erasure)["state"] == "scheduled"
    assert world.erasure(erasure)["services"]["org"] == "waiting"

    world.settle()
    seen = world.erasure(erasure)
    assert (seen["state"], seen["due"], seen["ordered_at"]) == ("ordered", instant(NOW), instant(NOW))
    assert seen["services"] == {"auth": "ordered", "org": "ordered", "audit": "ordered", "retention": "completed"}

    receipts = {service: world.complete(service, erasure) for service in OTHERS}
    world.settle()
    seen = world.erasure(erasure)
    assert seen["state"] == "certified"
    assert {name: seen["receipts"][name] for name in OTHERS} == receipts
    assert seen["unreadable_in_copies_at"] is None

    world.retire("auth", "org", "audit")
    world.settle()
    assert world.erasure(erasure)["unreadable_in_copies_at"] is None

    world.retire("retention")
    world.settle()
    assert world.erasure(erasure)["unreadable_in_copies_at"] == instant(NOW)
    assert world.erasure(erasure)["state"] == "certified"
    assert world.said().count("CopiesUnreadable") == 1


@pytest.mark.parametrize("kind", [auth.InvitationWithdrawn, auth.InvitationExpired])
def test_who_was_invited_and_never_came_is_erased_too(world, kind):
    event = kind(**example.WHOSE, invitation=str(uuid4()), at=NOW)
    world.tell("auth", event, f"account/{event.account}")
    world.settle()

    assert world.erasure(event.erasure)["state"] == "ordered"


@pytest.mark.parametrize("order", list(permutations(OTHERS)), ids=" ".join)
def test_completions_come_in_any_order_and_more_than_once(world, order):
    erasure = world.close()
    world.settle()
    for service in order:
        assert world.erasure(erasure)["state"] == "ordered"
        world.complete(service, erasure)
        world.complete(service, erasure)
        world.settle()

    assert world.erasure(erasure)["state"] == "certified"
    assert (world.said().count("ErasureConfirmed"), world.said().count("ErasureCertified")) == (4, 1)


def test_nothing_is_certified_on_retentions_own_word_before_the_log_has_it(world):
    erasure = world.close()
    world.follow()
    world.app.sweeping.sweep()
    world.relay()
    for service in OTHERS:
        world.complete(service, erasure)
    world.follow()

    assert "ErasureCompleted" in world.said()
    assert world.erasure(erasure)["state"] == "ordered"


def test_a_completion_that_left_something_is_visible_and_certifies_nothing(world):
    erasure = world.close()
    world.settle()
    world.complete("org", erasure, remaining=2)
    world.complete("auth", erasure)
    world.complete("audit", erasure)
    world.settle()

    seen = world.erasure(erasure)
    assert (seen["state"], seen["services"]["org"]) == ("ordered", "stalled")
    assert "org" not in seen["receipts"]
    assert sweeping.STALLED._value.get() == 1

    world.complete("org", erasure)
    world.settle()
    assert world.erasure(erasure)["state"] == "certified"


def test_closing_the_same_account_twice_is_one_erasure(world):
    erasure = world.close()
    world.close(erasure=erasure)
    world.settle()

    assert world.said().count("ErasureScheduled") == 1
    assert world.erasure(erasure)["state"] == "ordered"


def test_due_counts_from_the_event_however_late_it_arrives(world):
    world.later(days=40)
    world.app.terms = application.terms.parse(
        [{"version": 2, "in_force_from": "2025-01-01", "terms": dict.fromkeys(application.terms.Trigger, "P30D")}]
    )
    erasure = world.close(at=NOW)
    world.follow()

    assert world.erasure(erasure)["due"] == instant(NOW + timedelta(days=30))


def test_what_is_not_due_waits_and_what_was_not_swept_in_time_is_overdue(world):
    world.app.terms = application.terms.parse(
        [{"version": 2, "in_force_from": "2025-01-01", "terms": dict.fromkeys(application.terms.Trigger, "P30D")}]
    )
    erasure = world.close()
    world.later(days=29)
    world.settle()
    assert world.erasure(erasure)["state"] == "scheduled"

    world.later(days=1, seconds=5)
    with world.app.store.reading() as session:
        assert dues.overdue(session, world.now - timedelta(seconds=4)) == 1
    world.settle()
    assert world.erasure(erasure)["state"] == "ordered"
    assert sweeping.OVERDUE._value.get() == 0


@pytest.mark.parametrize("killed_after", range(5))
def test_a_service_killed_between_any_two_steps_resumes(world, killed_after):
    steps = [world.follow, world.app.sweeping.sweep, world.relay, lambda: world.follow(), lambda: world.relay()]
    erasure = world.close()
    for step in steps[: killed_after + 1]:
        step()
    world.app.engine.dispose()
    world.again()
    world.settle()
    for service in OTHERS:
        world.complete(service, erasure)
    world.app.engine.dispose()
    world.again()
    world.settle()

    assert world.erasure(erasure)["state"] == "certified"
    once = ("ErasureScheduled", "ErasureOrdered", "ErasureCompleted", "ErasureCertified")
    assert [world.said().count(name) for name in once] == [1, 1, 1, 1]


def test_the_order_and_the_certificate_belong_to_the_request_that_asked(world):
    world.close()
    world.settle()

    with world.app.store.reading() as session:
        records = list(eventstore.everything(session))
    assert {record.envelope.correlationid for record in records} == {"0195538e-0000-7000-8000-000000000001"}


def test_retention_itself_keeps_the_proof_and_drops_whom_it_is_about(world):
    person = str(uuid4())
    erasure = world.close(account=person)
    world.follow()
    with world.app.store.reading() as session:
        assert world.app.left(session, person) == 1
    world.settle()

    with world.app.store.reading() as session:
        assert world.app.left(session, person) == 0
    assert person not in str(world.erasure(erasure))


def test_another_organisation_sees_nothing_of_it(world):
    erasure = world.close()
    world.settle()
    other = str(uuid4())

    assert world.erasure(erasure, MINE)["id"] == erasure
    with pytest.raises(Refused, match="not_found"):
        world.erasure(erasure, other)
    with pytest.raises(Refused, match="not_found"):
        world.app.certificate(Context(), erasure, other)
    assert world.app.erasures(Context(), other, None, 100) == {"items": [], "next": None}


def test_an_erasure_that_the_log_does_not_have_yet_is_not_found(world):
    with pytest.raises(Refused, match="not_found"):
        world.erasure(str(uuid4()))


def test_a_certificate_exists_once_it_is_true(world):
    erasure = world.close()
    world.settle()
    with pytest.raises(Refused, match="not_yet"):
        world.app.certificate(Context(), erasure, None)

    receipts = {service: world.complete(service, erasure) for service in OTHERS}
    world.settle()
    with pytest.raises(Refused, match="not_yet"):
        world.app.certificate(Context(), erasure, None)
    world.log.evidence = ledger.proved
    proof = world.app.certificate(Context(), erasure, None)
    assert {name: proof["erased_here"]["entries"][name] for name in OTHERS} == receipts
    assert proof["unreadable_in_every_earlier_copy"] is None
    assert set(proof["law"]) == {"nl", "en"}

    world.retire("auth", "org", "audit", "retention")
    world.settle()
    second = world.app.certificate(Context(), erasure, None)["unreadable_in_every_earlier_copy"]
    assert all(second["entries"][name] > receipts[name] for name in OTHERS)


def test_the_list_is_paged_newest_first(world):
    made = [world.close() for _ in range(5)]
    world.settle()

    first = world.app.erasures(Context(), MINE, None, 2)
    second = world.app.erasures(Context(), MINE, first["next"], 2)
    third = world.app.erasures(Context(), None, second["next"], 2)
    seen = [item["id"] for page in (first, second, third) for item in page["items"]]
    assert (seen, third["next"]) == (made[::-1], None)
    with pytest.raises(Refused, match="cursor_invalid"):
        world.app.erasures(Context(), MINE, "x", 2)


def test_more_than_a_batch_is_swept_at_once(world, monkeypatch):
    monkeypatch.setattr(sweeping, "BATCH", 3)
    made = [world.close() for _ in range(8)]
    world.follow()
    world.app.sweeping.sweep()

    assert {world.erasure(erasure)["state"] for erasure in made} == {"ordered"}


def test_the_sweep_looks_up_what_is_due_by_an_index_however_much_is_not(world):
    with world.app.engine.begin() as session:
        plan = session.exec_driver_sql(
            "explain query plan select * from erasures "
            "where state = 'scheduled' and free_at <= 'x' order by free_at limit 100"
        ).all()
    assert "USING INDEX erasures_by_due" in str(plan)
    assert "TEMP B-TREE" not in str(plan)
