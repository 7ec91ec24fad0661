"""Facts of usage are taken once and on a ground alone, counted once their day is over, and then gone (P02)."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from services.contracts.org import UsageAggregated, UsageKind
from services.contracts.privacy import Purpose
from services.contracts.retention import Decision
from services.kernel.codec import instant
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.envelope import Envelope, Recorded
from services.kernel.event import Event
from services.kernel.signing.entry import Entry
from services.kernel.store import eventstore
from services.org.app.usage import MOST_A_DAY, Usage
from services.org.views import usage
from tests.examples.auth import processing_restricted, restriction_lifted
from tests.examples.retention import objection_decided
from tests.unit.org.conftest import MAKER, World
from tests.unit.org.test_agreements_wired import agree
from tests.unit.org.test_organisations_wired import agreed, register

INSIGHT = {"app_access": "public_task", "beheer_access": "contract", "usage_insight": "legitimate_interests"}
OPENED, READ = UsageKind.APP_OPENED, UsageKind.CARD_READ
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def insightful(world: World) -> str:
    organisation = register(world)
    agree(world, organisation, purposes=INSIGHT)
    return organisation


def member(organisation: str, account: str | None = None, **more: str) -> Context:
    said = {"actor": f"account/{account or uuid4()}", "role": "member", "correlation": "c", **more}
    return Context(organisation=organisation, **said)


def fact(kind: UsageKind = OPENED, at: datetime = NOW) -> dict[str, str]:
    return {"kind": kind.value, "at": instant(at)}


def tell(world: World, who: Context, *facts: dict[str, str]) -> tuple[int, int]:
    answer = world.org.record_usage(who, facts=list(facts))
    assert answer["events"] == []
    return answer["taken"], answer["too_late"]


def kept(world: World) -> int:
    with world.org.store.reading() as session:
        return len(session.execute(select(usage.facts)).all())


def told(world: World) -> list[UsageAggregated]:
    with world.org.store.reading() as session:
        return [one.event for one in eventstore.everything(session) if isinstance(one.event, UsageAggregated)]


def later(world: World, **by: int) -> None:
    world.clock.now += timedelta(**by)
    world.org.count_usage()


def test_a_batch_is_taken_and_the_same_again_adds_nothing(world: World) -> None:
    who = member(insightful(world))
    batch = [fact(), fact(READ), fact(READ, NOW - timedelta(minutes=1))]
    assert tell(world, who, *batch, batch[0]) == (3, 0)
    assert tell(world, who, *batch) == (0, 0)
    assert tell(world, member(str(who.organisation)), *batch) == (3, 0)
    assert kept(world) == 6
    assert world.org.my_usage(who)["items"] == [batch[2], batch[0], batch[1]]


def test_the_same_key_answers_the_same(world: World) -> None:
    who = member(insightful(world), idempotency="k", digest="d")
    assert tell(world, who, fact()) == tell(world, who, fact()) == (1, 0)


def test_what_is_yet_to_come_is_refused_and_what_is_too_late_is_not_kept(world: World) -> None:
    who = member(insightful(world))
    with pytest.raises(Refused, match=r"^moment_impossible$"):
        tell(world, who, fact(), fact(READ, NOW + timedelta(minutes=2)))
    midnight = datetime(2026, 2, 27, 23, tzinfo=UTC)  # in Amsterdam
    old, older = fact(at=midnight), fact(at=midnight - timedelta(microseconds=1))
    assert tell(world, who, fact(at=NOW + timedelta(seconds=30)), old, older) == (2, 1)


@pytest.mark.parametrize(
    "facts",
    [
        [],
        [fact()] * 501,
        [{"kind": "thought_of", "at": instant(NOW)}],
        [{"kind": "app_opened"}],
        [{"at": instant(NOW)}],
        [{"kind": "app_opened", "at": "2026-03-02T09:00:00"}],
        [{"kind": "app_opened", "at": "yesterday"}],
        [{"kind": "app_opened", "at": instant(NOW), "card": "Wie belt wie?"}],
        "app_opened",
    ],
)
def test_what_is_no_batch_of_facts_is_refused_whole(world: World, facts: object) -> None:
    with pytest.raises(Refused, match=r"^(invalid|unknown_field)$"):
        world.org.record_usage(member(MAKER), facts=facts)
    assert kept(world) == 0


def test_without_that_purpose_nothing_is_kept_and_the_log_says_so_once_a_day(world: World) -> None:
    who = member(agreed(world))
    before = len(world.events())
    for _ in range(3):
        with pytest.raises(Refused, match=r"^purpose_not_agreed$"):
            tell(world, who, fact())
    assert world.events()[before:] == ["ProcessingRefused"]
    later(world, days=1)
    with pytest.raises(Refused, match=r"^purpose_not_agreed$"):
        tell(world, who, fact())
    assert world.events()[before:] == ["ProcessingRefused"] * 2
    assert kept(world) == 0


def test_without_an_agreement_and_for_the_makers_own_people_there_is_no_ground(world: World) -> None:
    with pytest.raises(Refused, match=r"^agreement_missing$"):
        tell(world, member(register(world)), fact())
    with pytest.raises(Refused, match=r"^purpose_not_agreed$"):
        tell(world, member(MAKER), fact())


def test_nobody_fills_the_table(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules[Usage.__module__], "MOST_A_DAY", 3)
    who = member(insightful(world))
    assert MOST_A_DAY > 500
    moments = [NOW - timedelta(seconds=second) for second in range(4)]
    with pytest.raises(Refused, match=r"^throttled$"):
        tell(world, who, *(fact(at=at) for at in moments))
    assert kept(world) == 0


def test_once_a_day_takes_no_more_facts_it_is_counted_and_forgotten(world: World) -> None:
    organisation = insightful(world)
    people = [member(organisation) for _ in range(7)]
    for who in people:
        tell(world, who, fact(), fact(at=NOW - timedelta(minutes=5)))
    for who in people[:4]:
        tell(world, who, fact(READ))
    later(world, days=2)
    assert (told(world), kept(world)) == ([], 18)
    later(world, days=1)
    [one] = told(world)
    assert (one.day.isoformat(), one.people, one.facts) == ("2026-03-02", {OPENED: 5}, {OPENED: 10})
    assert (kept(world), tell(world, people[0], fact())) == (0, (0, 1))
    later(world, days=1)
    assert told(world) == [one]


def test_of_four_people_nothing_is_told_not_even_that_there_were_some(world: World) -> None:
    organisation = insightful(world)
    before = len(world.events())
    for _ in range(4):
        tell(world, member(organisation), fact(), fact(READ))
    later(world, days=3)
    assert (world.events()[before:], kept(world)) == ([], 0)


def test_each_organisation_is_counted_by_itself(world: World) -> None:
    ours, theirs = insightful(world), insightful(world)
    for organisation, people in ((ours, 5), (theirs, 4)):
        for _ in range(people):
            tell(world, member(organisation), fact())
    later(world, days=3)
    assert [one.organisation for one in told(world)] == [ours]


def test_what_is_agreed_no_more_is_forgotten_uncounted(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    organisation = insightful(world)
    for _ in range(5):
        tell(world, member(organisation), fact())
    monkeypatch.setattr(type(world.org), "_terms", lambda *_: None)
    later(world, days=3)
    assert (told(world), kept(world)) == ([], 0)


def test_past_its_term_a_fact_is_gone_though_nobody_counted_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    tell(world, member(insightful(world)), fact())
    monkeypatch.setattr(sys.modules[Usage.__module__], "DAYS_A_TURN", 0)
    later(world, days=6)
    assert kept(world) == 1
    later(world, days=1, seconds=1)
    assert kept(world) == 0


def test_with_a_person_goes_what_they_did_and_they_are_not_counted(world: World) -> None:
    organisation, gone = insightful(world), str(uuid4())
    for who in (member(organisation, gone), *(member(organisation) for _ in range(4))):
        tell(world, who, fact())
    with world.org.store.reading() as session:
        assert world.org.left(session, gone) == 1
    world.org.store.perform(world.org.own_context(), lambda unit: {"n": world.org.drop(unit.session, gone)})
    later(world, days=3)
    assert (told(world), kept(world)) == ([], 0)


def test_where_it_rests_on_consent_it_needs_one_and_is_not_counted_after_it_was_taken_back(world: World) -> None:
    world.org.begin()
    organisation = register(world)
    agree(world, organisation, purposes={**INSIGHT, "usage_insight": "consent"})
    people = [member(organisation) for _ in range(5)]
    with pytest.raises(Refused, match=r"^consent_needed$"):
        tell(world, people[0], fact())
    for who in people:
        world.org.give_consent(who, "usage_insight")
        tell(world, who, fact())
    world.org.withdraw_consent(people[0], "usage_insight")
    with pytest.raises(Refused, match=r"^consent_needed$"):
        tell(world, people[0], fact(READ))
    later(world, days=3)
    assert (told(world), kept(world)) == ([], 0)


def test_whoever_objected_and_was_right_tells_nothing_more_and_is_not_counted(world: World) -> None:
    organisation, objector = insightful(world), str(uuid4())
    who = member(organisation, objector)
    tell(world, who, fact())
    world.others.objected[objector] = ["usage_insight"]
    with pytest.raises(Refused, match=r"^objection_upheld$"):
        tell(world, who, fact(READ))
    decided = objection_decided(account=objector, organisation=organisation, purpose=Purpose.USAGE_INSIGHT)
    for decision, left in ((Decision.REJECTED, 1), (Decision.UPHELD, 0)):
        follow(world, replace(decided, decision=decision))
        assert kept(world) == left


def test_whoever_is_restricted_is_not_counted_and_what_they_did_stays_to_its_term(world: World) -> None:
    organisation, person = insightful(world), str(uuid4())
    for who in (member(organisation, person), *(member(organisation) for _ in range(4))):
        tell(world, who, fact())
    limits = processing_restricted(account=person, organisation=organisation)
    follow(world, limits)
    follow(world, limits)
    later(world, days=3)
    assert (told(world), kept(world)) == ([], 1)
    later(world, days=4, seconds=1)
    assert kept(world) == 0


def test_once_the_restriction_is_lifted_they_are_counted_again(world: World) -> None:
    organisation, person = insightful(world), str(uuid4())
    for who in (member(organisation, person), *(member(organisation) for _ in range(4))):
        tell(world, who, fact())
    limits = processing_restricted(account=person, organisation=organisation)
    follow(world, limits)
    follow(world, restriction_lifted(account=person, organisation=organisation, request=limits.request))
    later(world, days=3)
    assert (len(told(world)), kept(world)) == (1, 0)


def follow(world: World, event: Event) -> None:
    entry = Entry(0, recorded(event), b"")
    world.org.before(entry)
    world.org.store.perform(world.org.own_context(), lambda unit: world.org.handle(unit, entry) or {})


def recorded(event: Event) -> Recorded:
    envelope = Envelope(
        id=str(uuid4()), source="/retention", type=event.type, subject="s", time=NOW, actor="", correlationid="c"
    )
    return Recorded(envelope=envelope, event=event, sealed={}, index={}, stream="request/r", version=1)
