"""How long data is kept is what the organisation agreed; what a session leaves behind has a short term of its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from services.contracts import auth, org
from services.contracts.privacy import Category, LegalBasis, Purpose, Role, TermTrigger
from services.contracts.retention import HoldGround, HoldScope
from services.kernel.codec import instant
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.retention.domain.rule import Change, decider
from services.retention.views import erasures, sessions as known_sessions
from tests.examples import retention as example
from tests.given import given
from tests.unit.retention.world import NOW, World

MINE = example.WHOSE["organisation"]
MONTH = dict.fromkeys((Category.NAME, Category.EMAIL, Category.CREDENTIALS), "P30D")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    assert made.differences() == []
    made.app.engine.dispose()
    made.app.keyring._engine.dispose()


def agree(
    world: World,
    terms: dict[Category, str],
    version: int = 1,
    sides: int = 2,
    starts_on: date = date(2025, 1, 1),
    triggers: dict[Category, TermTrigger] | None = None,
) -> str:
    agreement = str(uuid4())
    proposed = org.AgreementProposed(
        agreement=agreement,
        organisation=MINE,
        agreement_version=version,
        proposed_by=org.Side.CONTROLLER,
        purposes={Purpose.APP_ACCESS: LegalBasis.PUBLIC_TASK},
        categories=tuple(Category),
        retention=terms,
        sub_processors=(),
        starts_on=starts_on,
        triggers=triggers,
        at=NOW,
    )
    world.tell("org", proposed, f"agreement/{agreement}")
    for side in list(org.Side)[:sides]:
        signed = org.AgreementSigned(
            agreement=agreement,
            organisation=MINE,
            agreement_version=version,
            side=side,
            signatory=str(uuid4()),
            document_sha256="ab" * 32,
            signed_on=date(2025, 1, 1),
            at=NOW,
        )
        world.tell("org", signed, f"agreement/{agreement}")
    world.settle()
    return agreement


def sign_in(world: World, account: str, organisation: str = MINE) -> str:
    session = str(uuid4())
    whose = {"session": session, "account": account, "organisation": organisation}
    started = auth.SessionStarted(**whose, expires_at=NOW + timedelta(days=30), at=NOW)
    world.tell("auth", started, f"session/{session}")
    world.follow()
    return session


def sign_out(world: World, session: str, account: str, organisation: str = MINE) -> None:
    ended = auth.SessionEnded(
        session=session, account=account, organisation=organisation, reason="signed_out", at=world.now
    )
    world.tell("auth", ended, f"session/{session}")
    world.settle()


def register(world: World, organisation: str = MINE) -> str:
    """Somebody who is invited and registers at this moment; answers the pseudonym."""
    account, invitation = str(uuid4()), str(uuid4())
    whose = {"account": account, "organisation": organisation, "invitation": invitation, "role": Role.MEMBER}
    invited = auth.PersonInvited(**whose, token_digest="d", expires_at=world.now + timedelta(days=7), at=world.now)
    world.tell("auth", invited, f"account/{account}")
    world.tell("auth", auth.UserRegistered(**whose, at=world.now), f"account/{account}")
    world.follow()
    return account


def of_sessions(world: World) -> list[tuple[str, str]]:
    """Scope and state of every erasure of a session."""
    with world.app.store.reading() as session:
        rows = session.execute(erasures.erasures.select().where(erasures.erasures.c.scope != "person"))
        return [(row.scope, row.state) for row in rows]


def of_categories(world: World) -> list[tuple[str, str, str]]:
    """Scope, state and due date of every erasure of a category."""
    with world.app.store.reading() as session:
        mine = erasures.erasures.c.scope.startswith("category/")
        rows = session.execute(erasures.erasures.select().where(mine).order_by(erasures.erasures.c.scope))
        return [(row.scope, row.state, row.due) for row in rows]


def test_a_rule_changes_once():
    changed = example.rule_changed()
    said = {name: getattr(changed, name) for name in ("rule", "organisation", "agreement_version", "terms")}
    asked = Change(**said, starts_on=changed.starts_on, entry=changed.entry, at=changed.at)

    given(decider).when(asked).then(changed)
    given(decider, changed).when(asked).then()


def test_an_agreement_that_both_signed_makes_the_term(world):
    agree(world, MONTH)
    erasure = world.close()
    world.settle()

    assert (world.erasure(erasure)["state"], world.erasure(erasure)["due"]) == (
        "scheduled",
        instant(NOW + timedelta(days=30)),
    )
    assert world.said().count("RuleChanged") == 1


def test_an_agreement_that_one_side_signed_makes_none(world):
    agree(world, MONTH, sides=1)
    erasure = world.close()
    world.settle()

    assert world.erasure(erasure)["state"] == "ordered"
    assert "RuleChanged" not in world.said()


def test_each_category_goes_when_its_own_term_is_over_and_the_last_takes_the_person_along(world):
    agree(world, {Category.NAME: "P1Y", Category.EMAIL: "P7D", Category.CREDENTIALS: "P30D"})
    erasure = world.close()
    world.settle()
    assert world.erasure(erasure)["due"] == instant(datetime(2026, 3, 1, 9, 30, tzinfo=UTC))
    assert of_categories(world) == [
        ("category/credentials", "scheduled", instant(NOW + timedelta(days=30))),
        ("category/email", "scheduled", instant(NOW + timedelta(days=7))),
    ]

    world.later(days=7)
    world.settle()
    assert [state for _, state, _ in of_categories(world)] == ["scheduled", "ordered"]
    assert world.erasure(erasure)["state"] == "scheduled"
    world.later(days=358)
    world.settle()
    assert world.erasure(erasure)["state"] == "ordered"


def test_what_an_agreement_leaves_open_falls_under_our_own_terms(world):
    agree(world, {Category.NAME: "P1Y"})
    erasure = world.close()
    world.settle()

    assert [(scope, state) for scope, state, _ in of_categories(world)] == [
        ("category/credentials", "ordered"),
        ("category/email", "ordered"),
    ]
    assert world.erasure(erasure)["state"] == "scheduled"


def test_an_agreement_is_of_one_organisation(world):
    agree(world, MONTH)
    theirs = world.close(organisation=str(uuid4()))
    world.settle()

    assert world.erasure(theirs)["state"] == "ordered"


def test_a_new_rule_holds_for_what_waits_already(world):
    agree(world, MONTH)
    erasure = world.close()
    world.settle()
    agree(world, dict.fromkeys(MONTH, "P90D"), version=2)
    assert world.erasure(erasure)["due"] == instant(NOW + timedelta(days=90))
    world.later(days=30)
    world.settle()
    assert world.erasure(erasure)["state"] == "scheduled"

    agree(world, dict.fromkeys(MONTH, "P20D"), version=3)
    assert world.erasure(erasure)["state"] == "ordered"


def test_a_rule_that_begins_later_holds_from_its_day_on_for_what_waits_as_well(world):
    agree(world, MONTH)
    erasure = world.close()
    world.settle()
    agree(world, dict.fromkeys(MONTH, "P90D"), version=2, starts_on=date(2025, 3, 11))
    assert world.erasure(erasure)["due"] == instant(NOW + timedelta(days=30))

    world.later(days=10)
    world.settle()
    assert world.erasure(erasure)["due"] == instant(NOW + timedelta(days=90))
    world.later(days=1)
    world.settle()
    assert world.said().count("ErasureRescheduled") == 1


def test_a_rule_that_began_while_the_service_was_down_holds_from_its_start_on(world):
    agree(world, MONTH)
    erasure = world.close()
    agree(world, dict.fromkeys(MONTH, "P90D"), version=2, starts_on=date(2025, 3, 11))
    world.settle()

    world.later(days=12)
    world.again()
    world.settle()

    assert world.erasure(erasure)["due"] == instant(NOW + timedelta(days=90))


def test_what_a_session_leaves_behind_goes_after_its_own_term_and_nothing_else_of_the_person(world):
    person = str(uuid4())
    mine, other = sign_in(world, person), sign_in(world, person)
    sign_out(world, mine, person)
    world.later(days=29)
    world.settle()
    assert of_sessions(world) == []

    world.later(days=1)
    world.settle()
    assert of_sessions(world) == [(f"session/{mine}", "ordered")]
    [erasure] = [note for note in world.log.notes if b"ErasureOrdered" in note]
    assert b'"services":["auth"]' in erasure
    assert world.app.erasures(Context(), None, None, 10)["items"] == []

    # The other one was never ended: its term begins when it expires.
    world.later(days=29)
    world.settle()
    assert len(of_sessions(world)) == 1
    world.later(days=1)
    world.settle()
    assert (f"session/{other}", "ordered") in of_sessions(world)


def test_the_term_of_a_session_is_what_the_organisation_agreed(world):
    agree(world, {Category.IP_ADDRESS: "P7D", Category.TECHNICAL: "P1M"})
    person, theirs, elsewhere = str(uuid4()), str(uuid4()), str(uuid4())
    sign_out(world, sign_in(world, person), person)
    sign_out(world, sign_in(world, theirs, elsewhere), theirs, elsewhere)
    world.later(days=7)
    world.settle()

    assert len(of_sessions(world)) == 1


def test_a_session_goes_with_the_person(world):
    person = str(uuid4())
    session = sign_in(world, person)
    sign_out(world, session, person)
    world.close(account=person)
    world.settle()
    with world.app.store.reading() as reading:
        assert known_sessions.counted(reading, person) == 0
    world.later(days=60)
    world.settle()

    assert of_sessions(world) == []


@pytest.mark.parametrize(("categories", "state"), [((Category.NAME,), "ordered"), ((), "held")])
def test_a_hold_is_on_a_session_where_it_is_on_what_a_session_has(world, categories, state):
    person = str(uuid4())
    world.log.people[person] = (person, MINE)
    session = sign_in(world, person)
    sign_out(world, session, person)
    world.app.holds.place(
        Context(actor=example.OFFICER, purpose="beheer_access", correlation=str(uuid4())),
        scope=HoldScope.PERSON,
        account=person,
        ground=HoldGround.LEGAL_CLAIM,
        reason="Een claim.",
        categories=categories,
        expires_at=NOW + timedelta(days=90),
    )
    world.later(days=30)
    world.settle()

    assert of_sessions(world) == [(f"session/{session}", state)]


def test_the_report_says_which_terms_hold_and_what_waits_for_what(world):
    agree(world, MONTH)
    world.close()
    elsewhere = str(uuid4())
    braked = world.close(organisation=elsewhere, closed_by=f"account/{uuid4()}")
    world.settle()

    found = world.app.report(None)
    mine, theirs = sorted(found["rows"], key=lambda row: row["organisation"] == elsewhere)
    assert (mine["terms"]["email"], mine["agreement_version"], mine["scheduled"]) == ("P30D", 1, 1)
    assert (theirs["terms"], theirs["braked"], theirs["overdue"]) == ({}, 1, 0)
    assert found["totals"] == {
        "scheduled": 1,
        "held": 0,
        "braked": 1,
        "overdue": 0,
        "holds_to_review": 0,
        "overdue_by_category": dict.fromkeys(("name", "email", "credentials", "ip_address", "technical"), 0),
    }
    assert [row["organisation"] for row in world.app.report(elsewhere)["rows"]] == [elsewhere]
    assert world.erasure(braked)["state"] == "scheduled"

    world.later(days=30, minutes=1)
    late = world.app.report(MINE)["totals"]
    assert (late["overdue"], late["overdue_by_category"]["email"], late["overdue_by_category"]["technical"]) == (
        1,
        1,
        0,
    )


RECORDED = {Category.NAME: TermTrigger.RECORDED}


def test_a_category_may_go_a_term_after_it_was_recorded_while_the_account_is_open(world):
    agree(world, {Category.NAME: "P90D"}, triggers=RECORDED)
    register(world)
    register(world, organisation=str(uuid4()))
    world.later(days=90, seconds=-1)
    world.settle()
    assert of_categories(world) == []

    world.later(seconds=1)
    world.settle()
    assert of_categories(world) == [("category/name", "ordered", instant(NOW + timedelta(days=90)))]
    [erasure] = [note for note in world.log.notes if b"ErasureOrdered" in note]
    assert b'"services":["auth"]' in erasure
    world.later(days=365)
    world.settle()
    assert len(of_categories(world)) == 1, "what went does not go twice"


def test_what_was_recorded_goes_with_the_person_at_the_latest(world):
    agree(world, {Category.NAME: "P90D"}, triggers=RECORDED)
    person = register(world)
    erasure = world.close(account=person)
    world.settle()
    assert world.erasure(erasure)["state"] == "ordered"
    world.later(days=90)
    world.settle()

    assert of_categories(world) == []


def test_a_rule_that_gives_a_category_no_term_of_its_own_any_more_cancels_what_waited(world):
    agree(world, dict.fromkeys(MONTH, "P30D") | {Category.EMAIL: "P7D"})
    erasure = world.close()
    world.settle()
    assert of_categories(world) == [("category/email", "scheduled", instant(NOW + timedelta(days=7)))]

    agree(world, MONTH, version=2)
    assert [state for _, state, _ in of_categories(world)] == ["cancelled"]
    agree(world, dict.fromkeys(MONTH, "P30D") | {Category.EMAIL: "P9D"}, version=3)
    assert sorted(state for _, state, _ in of_categories(world)) == ["cancelled", "scheduled"]
    world.later(days=9)
    world.settle()
    assert sorted(state for _, state, _ in of_categories(world)) == ["cancelled", "ordered"]
    assert world.erasure(erasure)["state"] == "scheduled"
    assert world.said().count("ErasureCancelled") == 1


def test_what_was_cancelled_says_so_and_is_due_no_more(world):
    agree(world, dict.fromkeys(MONTH, "P30D") | {Category.EMAIL: "P7D"})
    world.close()
    world.settle()
    agree(world, MONTH, version=2)

    with world.app.store.reading() as session:
        mine = erasures.erasures.c.scope == "category/email"
        [row] = session.execute(erasures.erasures.select().where(mine)).all()
    said = world.erasure(row.erasure)
    assert (said["state"], said["due"]) == ("requested", None)
    assert said["cancelled_at"] == instant(NOW)


@pytest.mark.parametrize(
    ("held", "email", "name"), [(Category.EMAIL, "held", "ordered"), (Category.NAME, "ordered", "held")]
)
def test_a_hold_on_a_category_keeps_that_one_and_the_person_and_no_other(world, held, email, name):
    agree(world, {Category.NAME: "P1D", Category.EMAIL: "P1D", Category.CREDENTIALS: "P30D"})
    person = register(world)
    world.log.people[person] = (person, MINE)
    world.app.holds.place(
        Context(actor=example.OFFICER, purpose="beheer_access", correlation=str(uuid4())),
        scope=HoldScope.PERSON,
        account=person,
        ground=HoldGround.LEGAL_CLAIM,
        reason="Een claim.",
        categories=(held,),
        expires_at=NOW + timedelta(days=90),
    )
    erasure = world.close(account=person)
    world.later(days=1)
    world.settle()

    assert [state for _, state, _ in of_categories(world)] == [email, name]
    assert world.erasure(erasure)["state"] == "held"


def test_who_is_due_and_held_for_one_category_keeps_that_one_alone(world):
    person = register(world)
    world.log.people[person] = (person, MINE)
    said = {"scope": HoldScope.PERSON, "account": person, "ground": HoldGround.LEGAL_CLAIM, "reason": "Een claim."}
    said |= {"categories": (Category.EMAIL, Category.IP_ADDRESS), "expires_at": NOW + timedelta(days=90)}
    hold = world.app.holds.place(
        Context(actor=example.OFFICER, purpose="beheer_access", correlation=str(uuid4())), **said
    )["hold"]
    erasure = world.close(account=person)
    world.settle()
    assert [(scope, state) for scope, state, _ in of_categories(world)] == [
        ("category/credentials", "ordered"),
        ("category/custom_field", "ordered"),
        ("category/name", "ordered"),
    ]
    assert world.erasure(erasure)["state"] == "held"

    world.app.holds.release(Context(actor=example.OFFICER, purpose="beheer_access", correlation=str(uuid4())), hold)
    world.settle()
    assert world.erasure(erasure)["state"] == "ordered"


def held_for(world: World, person: str, *categories: Category) -> str:
    said = {"scope": HoldScope.PERSON, "account": person, "ground": HoldGround.LEGAL_CLAIM, "reason": "Een claim."}
    said |= {"categories": categories, "expires_at": NOW + timedelta(days=90)}
    officer = Context(actor=example.OFFICER, purpose="beheer_access", correlation=str(uuid4()))
    return str(world.app.holds.place(officer, **said)["hold"])


def test_a_new_rule_moves_what_goes_of_a_held_person_and_cancels_nothing_of_it(world, monkeypatch):
    person = register(world)
    world.log.people[person] = (person, MINE)
    held_for(world, person, Category.EMAIL)
    monkeypatch.setattr(world.app.sweeping, "_ask_sources", lambda _: None)  # auth is silent: nothing is ordered
    erasure = world.close(account=person)
    world.settle()
    free = ["category/credentials", "category/custom_field", "category/name"]
    assert [(scope, state) for scope, state, _ in of_categories(world)] == [(scope, "scheduled") for scope in free]
    agree(world, {Category.NAME: "P10D"})
    assert [(scope, state) for scope, state, _ in of_categories(world)] == [
        ("category/credentials", "scheduled"),
        ("category/custom_field", "scheduled"),
        ("category/email", "held"),
        ("category/name", "scheduled"),
    ]

    monkeypatch.undo()
    world.settle()
    assert [scope for scope, state, _ in of_categories(world) if state == "ordered"] == ["category/credentials"]
    world.later(days=10)
    world.settle()
    assert [scope for scope, state, _ in of_categories(world) if state == "ordered"] == free
    assert world.erasure(erasure)["state"] == "held"
    assert "ErasureCancelled" not in world.said()


def test_what_a_rule_cancelled_while_all_was_held_goes_when_a_part_is_held(world, monkeypatch):
    person = register(world)
    world.log.people[person] = (person, MINE)
    held_for(world, person, Category.EMAIL)
    monkeypatch.setattr(world.app.sweeping, "_ask_sources", lambda _: None)
    world.close(account=person)
    world.settle()
    whole = held_for(world, person)
    agree(world, {Category.NAME: "P1D"})
    assert {state for scope, state, _ in of_categories(world) if scope == "category/custom_field"} == {"cancelled"}
    world.app.holds.release(Context(actor=example.OFFICER, purpose="beheer_access", correlation=str(uuid4())), whole)
    agree(world, {Category.NAME: "P2D"}, version=2)
    monkeypatch.undo()
    world.later(days=2)
    world.settle()
    gone = {scope for scope, state, _ in of_categories(world) if state == "ordered"}
    assert gone == {"category/credentials", "category/custom_field", "category/name"}


def test_who_was_removed_by_somebody_else_keeps_every_category_for_the_grace(world):
    agree(world, {Category.NAME: "P30D"})
    world.close(closed_by=f"account/{uuid4()}")
    world.settle()
    assert {state for _, state, _ in of_categories(world)} == {"scheduled"}
    world.later(days=14)
    world.settle()

    assert {state for _, state, _ in of_categories(world)} == {"ordered"}


def test_no_rule_empties_a_category_of_all_an_organisations_people_overnight(world):
    for _ in range(23):
        register(world)
    agree(world, {Category.NAME: "P0D"}, triggers=RECORDED)
    world.settle()

    states = [state for _, state, _ in of_categories(world)]
    assert (states.count("ordered"), states.count("scheduled")) == (20, 3)
    assert world.app.report(MINE)["totals"]["overdue_by_category"]["name"] == 0


def test_what_is_late_is_counted_under_its_category(world):
    agree(world, {Category.NAME: "P30D"})
    world.close()
    world.follow()
    world.later(hours=1)

    totals = world.app.report(MINE)["totals"]
    late = totals["overdue_by_category"]
    assert (late["email"], late["credentials"], late["name"]) == (1, 1, 0)
    assert (totals["overdue"], totals["scheduled"]) == (2, 1), "late are two dates, of one person who waits"


def test_what_goes_of_a_person_is_listed_with_everything_else_and_a_session_is_not(world):
    agree(world, {Category.NAME: "P30D"})
    world.close()
    person = register(world)
    sign_out(world, sign_in(world, person), person)
    world.close(account=register(world, organisation=(theirs := str(uuid4()))), organisation=theirs)
    world.later(days=30)
    world.settle()

    listed, after = [], None
    while True:
        page = world.app.erasures(Context(), MINE, after, 1)
        listed += page["items"]
        if (after := page["next"]) is None:
            break
    assert sorted(one["scope"] for one in listed) == ["category/credentials", "category/email", "person"]
    assert {tuple(one["services"]) for one in listed if one["scope"] != "person"} == {("auth",)}
    assert len(world.app.erasures(Context(), None, None, 10)["items"]) == 4
    with pytest.raises(Refused, match=r"^cursor_invalid$"):
        world.app.erasures(Context(), None, "x", 10)


def test_the_list_is_found_by_its_own_index(world):
    for organisation, index in ((None, "erasures_listed"), (MINE, "erasures_listed_of")):
        with world.app.store.reading() as session:
            said: list[str] = []
            real = session.execute

            def explained(statement: Any, said: list[str] = said, real: Any = real) -> Any:
                found = statement.compile(session.engine, compile_kwargs={"literal_binds": True})
                said += [row.detail for row in real(text(f"explain query plan {found}"))]
                return real(statement)

            session.execute = explained  # type: ignore[method-assign]
            erasures.newest(session, organisation, (10, "a"), 10)
        assert any(f"INDEX {index} " in line for line in said), said
        assert not any("TEMP B-TREE" in line for line in said), said
