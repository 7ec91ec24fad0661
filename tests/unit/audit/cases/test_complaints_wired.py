"""A complaint from its first word to its erasure: whoever complained sees the answer, and nobody else the words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.contracts.audit import ComplaintTextErased, ComplaintViewed
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.keys.keyring import Erased
from services.kernel.store import eventstore
from tests.unit.audit.cases.world import MAKER, NOON, OFFICER, OURS, THEIRS, World

SANNE = str(uuid4())
WORDS = "Mijn adres staat al een jaar fout."
BEHEERDER = Context(
    actor="account/beheerder", organisation=OURS, role="beheerder", purpose="beheer_access", correlation="c"
)


def me(person: str = SANNE, organisation: str = OURS) -> Context:
    return Context(
        actor=f"account/{person}", organisation=organisation, role="member", purpose="app_access", correlation="c"
    )


@pytest.fixture
def said(world: World) -> str:
    return str(world.complaints.complain(me(), text=WORDS)["complaint"])


def answer(world: World, complaint: str) -> dict[str, Any]:
    return world.complaints.answer(OFFICER, complaint, outcome="upheld", answer="U heeft gelijk.")


def of(world: World, complaint: str) -> list[Any]:
    with world.audit.reading() as session:
        return [record.event for record in eventstore.read(session, f"complaint/{complaint}")]


@dataclass(frozen=True)
class Order:
    account: str
    organisation: str = OURS
    scope: str = "person"
    erasure: str = "the-erasure"
    excepted: tuple[str, ...] = ()


def erase(world: World, order: Order) -> int:
    """As forgetting does it: ahead, then owners and a second look. Answers how many keys are left to destroy."""
    kind = order.scope
    entry: Any = type("Entry", (), {"record": type("R", (), {"event": order, "envelope": type("E", (), {"id": "e"})})})
    world.holdings[kind].ahead(entry)
    with world.audit.reading() as session:
        left = world.holdings[kind].owners(session, order)
        assert world.holdings[kind].left(session, order) == 0
    return sum(owner.startswith("complaint/") for owner in left)


def test_whoever_complained_sees_the_answer_which_names_the_supervisor(world: World, said: str) -> None:
    remedy = answer(world, said)["remedy"]

    (shown,) = world.complaints.mine(me(), None, 10)["items"]

    assert (shown["text"], shown["answer"], shown["outcome"]) == (WORDS, "U heeft gelijk.", "upheld")
    assert shown["remedy"] == remedy
    assert all("Autoriteit Persoonsgegevens" in remedy[lang] for lang in ("nl", "en"))
    assert world.agrees()


def test_by_when_it_is_answered_and_by_which_rule_stands_with_it_from_the_first_word(world: World, said: str) -> None:
    (shown,) = world.complaints.mine(me(), None, 10)["items"]
    assert (shown["due"], shown["rule"]) == ("2026-04-02T12:00:00.000000Z", "complaint:P1M@notices 1")
    assert of(world, said)[0].rule == shown["rule"]

    world.grow()  # the organisation is there
    called = {"organisation": OURS, "channel": "telephone", "text": WORDS, "contact": "Na zessen."}
    taken = world.complaints.take_in(OFFICER, **called, received_at=(NOON - timedelta(days=20)).isoformat())
    [late] = [one for one in world.complaints.all(OURS, None, 10)["items"] if one["id"] == taken["complaint"]]
    assert late["due"] == "2026-03-10T12:00:00.000000Z", "counted from the receipt"


def test_another_person_s_complaint_is_not_among_one_s_own(world: World, said: str) -> None:
    assert world.complaints.mine(me(str(uuid4())), None, 10)["items"] == []


def test_the_register_of_an_organisation_has_its_own_without_a_word(world: World, said: str) -> None:
    world.complaints.complain(me(str(uuid4()), THEIRS), text="Iets anders.")

    assert [one["id"] for one in world.complaints.all(OURS, None, 10)["items"]] == [said]
    assert len(world.complaints.all(None, None, 10)["items"]) == 2
    assert world.complaints.show(BEHEERDER, said, OURS)["text"] is None, "it may be about them"
    with pytest.raises(Refused, match=r"^not_found$"):
        world.complaints.show(Context(actor="account/x", role="beheerder", correlation="c"), said, THEIRS)


def test_each_look_at_the_words_is_told_before_they_are_seen(world: World, said: str) -> None:
    assert world.complaints.show(OFFICER, said, None)["text"] == WORDS
    world.complaints.show(OFFICER, said, None)
    world.complaints.show(BEHEERDER, said, OURS)

    looks = [event for event in of(world, said) if isinstance(event, ComplaintViewed)]
    assert [(one.viewed_by, one.complainant) for one in looks] == [(OFFICER.actor, SANNE)] * 2


def test_somebody_unknown_has_a_pseudonym_from_the_first_word(world: World) -> None:
    world.sign_in(str(uuid4()), OURS, NOON)
    world.grow()
    given = {"organisation": OURS, "channel": "letter", "text": WORDS, "contact": "Postbus 1"}
    found = world.complaints.take_in(BEHEERDER, **given)["complaint"]

    shown = world.complaints.show(OFFICER, found, None)
    assert (shown["known"], shown["contact"], shown["channel"]) == (False, "Postbus 1", "letter")
    assert len(of(world, found)[0].complainant) == 36
    world.accounts["sanne"] = SANNE
    known = world.complaints.take_in(OFFICER, **given, account="sanne")["complaint"]
    assert [one["id"] for one in world.complaints.mine(me(), None, 10)["items"]] == [known]


def test_nothing_is_taken_in_for_an_organisation_that_never_was_or_from_the_future(world: World) -> None:
    given = {"channel": "email", "text": WORDS}
    with pytest.raises(Refused, match=r"^not_found$"):
        world.complaints.take_in(OFFICER, organisation="none-such", **given)
    world.sign_in(str(uuid4()), OURS, NOON)
    world.grow()
    late = (NOON + timedelta(seconds=1)).isoformat()
    with pytest.raises(Refused, match=r"^not_yet$"):
        world.complaints.take_in(OFFICER, organisation=OURS, received_at=late, **given)


def test_its_words_go_two_years_after_the_answer_and_the_register_stays(world: World, said: str) -> None:
    waits = str(world.complaints.complain(me(), text="Nog iets.")["complaint"])
    answer(world, said)
    world.now += timedelta(days=365 * 2 - 1)
    assert world.grounds.turn() == 0
    assert world.asked == []
    world.now += timedelta(days=3)

    assert world.grounds.turn() == 0
    [wish] = world.asked
    world.cleared(wish)
    [told] = [one for one in of(world, said) if isinstance(one, ComplaintTextErased)]
    assert told.keys == 1
    assert world.grounds.turn() == 0
    assert len(world.asked) == 1, "what is gone is not asked for again"

    rows = {one["id"]: one["state"] for one in world.complaints.all(OURS, None, 10)["items"]}
    assert rows == {said: "erased", waits: "open"}, "what waits for an answer has no term yet"
    assert world.complaints.show(OFFICER, said, None)["text"] is None
    assert world.agrees()


def test_nothing_goes_before_retention_has_let_it_go_in_the_log(world: World, said: str) -> None:
    """Whether a hold keeps it is decided under the lock of holds; an answer of a moment ago destroys nothing (P08)."""
    world.accounts["sanne"] = SANNE
    world.sign_in(SANNE, OURS, NOON)
    world.grow()
    letter = {"organisation": OURS, "channel": "letter", "text": WORDS}
    stranger = str(world.complaints.take_in(OFFICER, **letter)["complaint"])
    for complaint in (said, stranger):
        answer(world, complaint)
    world.now += timedelta(days=365 * 2 + 3)
    world.away = True
    assert world.grounds.turn() == 0
    world.away = False
    assert (world.grounds.turn(), world.grounds.turn()) == (0, 0)

    wishes = {wish["owner"]: wish for wish in world.asked}
    assert [wishes[f"complaint/{one}"]["people"] for one in (said, stranger)] == [[SANNE], []]
    for complaint in (said, stranger):
        assert world.complaints.show(OFFICER, complaint, None)["text"] == WORDS

    mine = wishes[f"complaint/{said}"]
    world.cleared(mine, service="auth")
    assert world.complaints.show(OFFICER, said, None)["text"] == WORDS, "of another service"
    world.cleared(mine)
    world.cleared(mine)
    assert world.complaints.show(OFFICER, said, None)["text"] is None
    assert world.complaints.show(OFFICER, stranger, None)["text"] == WORDS
    [told] = [one for one in of(world, said) if isinstance(one, ComplaintTextErased)]
    assert (told.rule, told.keys) == (mine["rule"], 1)
    assert world.agrees()


def test_with_whoever_complained_goes_what_they_said(world: World, said: str) -> None:
    other = str(world.complaints.complain(me(str(uuid4())), text="Iets anders.")["complaint"])
    answer(world, said)

    assert erase(world, Order(SANNE)) == 0

    told = of(world, said)[-1]
    assert isinstance(told, ComplaintTextErased)
    assert (told.rule, told.keys) == ("erasure/the-erasure", 1)
    assert world.complaints.mine(me(), None, 10)["items"] == []
    assert world.complaints.show(OFFICER, said, None)["answer"] is None
    assert world.complaints.show(OFFICER, other, None)["text"] == "Iets anders."
    with pytest.raises(Erased):
        world.audit.keyring.prepare([(f"complaint/{said}", "correspondence")])
    assert erase(world, Order(SANNE)) == 0, "asked again it is the same"
    assert [event for event in of(world, said) if isinstance(event, ComplaintTextErased)] == [told]
    assert world.agrees()


def test_with_an_organisation_go_its_complaints_but_for_whom_a_hold_excepts(world: World, said: str) -> None:
    held = str(uuid4())
    kept = str(world.complaints.complain(me(held), text="Iets anders.")["complaint"])
    theirs = str(world.complaints.complain(me(str(uuid4()), THEIRS), text="Van ons.")["complaint"])

    erase(world, Order("", scope="organisation", excepted=(held,)))

    assert world.complaints.show(OFFICER, said, None)["state"] == "erased"
    assert world.complaints.show(OFFICER, kept, None)["text"] == "Iets anders."
    assert world.complaints.show(OFFICER, theirs, None)["text"] == "Van ons."
    assert world.agrees()


@pytest.mark.parametrize(
    ("owner", "code"),
    [(f"account/{SANNE}", "erased"), (f"organisation/{OURS}", "organisation_left")],
    ids=("person", "organisation"),
)
def test_nobody_complains_any_more_whose_erasure_is_done(world: World, owner: str, code: str) -> None:
    def bury(unit: Any) -> dict[str, Any]:
        eventstore.bury(unit.session, [owner])
        return {}

    world.audit.perform(world.own(), bury)

    with pytest.raises(Refused, match=rf"^{code}$"):
        world.complaints.complain(me(), text=WORDS)


def test_an_erased_complaint_takes_no_answer(world: World, said: str) -> None:
    erase(world, Order(SANNE))

    with pytest.raises(Refused, match=r"^erased$"):
        answer(world, said)


def test_asked_again_with_the_same_key_it_is_one_complaint(world: World) -> None:
    once = Context(
        actor=f"account/{SANNE}",
        organisation=OURS,
        role="member",
        purpose="app_access",
        correlation="c",
        idempotency="k",
        digest="d",
    )

    first, second = (world.complaints.complain(once, text=WORDS) for _ in range(2))

    assert first == second
    assert len(world.complaints.mine(me(), None, 10)["items"]) == 1


def test_who_is_no_person_does_not_complain(world: World) -> None:
    with pytest.raises(Refused, match=r"^forbidden$"):
        world.complaints.complain(Context(actor="system/auth", organisation=MAKER, correlation="c"), text=WORDS)
