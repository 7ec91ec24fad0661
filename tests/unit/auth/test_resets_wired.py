"""A link by mail lets somebody choose another password; who only asks learns nothing, and leaves nothing behind."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from services.auth.app import reset_links
from services.auth.domain.reset import MOST
from services.auth.views import resets, work
from services.contracts.privacy import Category, Role
from services.kernel.calls.rpc import Unavailable
from services.kernel.codec import instant
from services.kernel.decider import Refused
from services.kernel.store import eventstore
from services.kernel.store.database import writing
from tests.unit.auth.test_categories_wired import differences, ordered
from tests.unit.auth.world import GEMEENTE, MAKER, PASSWORD, TERMS, World

NEW = "negen zwanen op een donkere gracht"
EMAIL = "sanne@voorbeeld.example"
ELSEWHERE = "9e0f7c7e-2a57-4c0e-9d0c-6f1a4f1b7a02"


def refused(code: str) -> pytest.RaisesExc[Refused]:
    return pytest.raises(Refused, match=f"^{code}$")


def asked(world: World, **whose: str) -> dict[str, Any]:
    """The answer, after which what was asked is done."""
    said = world.auth.resets.ask(world.context(actor="", organisation=None), **whose)
    world.auth.resets.mail_links()
    return said


def mails(world: World, to: str = EMAIL, path: str = "/password-resets/") -> list[str]:
    """The tokens of links mailed to an address, the newest first."""
    world.auth.mailer.send_due()
    links = [mail["links"][0] for mail in world.auth.mailer.shown(to)]
    return [link.rsplit("/", 1)[-1] for link in links if path in link]


def subjects(world: World, to: str) -> list[str]:
    world.auth.mailer.send_due()
    return [mail["subject"] for mail in world.auth.mailer.shown(to)]


def used(world: World, token: str, password: str = NEW) -> dict[str, Any]:
    return world.auth.choosing.by_link(world.context(actor="", organisation=None), token=token, password=password)


def linked(world: World, **whose: str) -> str:
    asked(world, **(whose or {"username": "sanne"}))
    return mails(world)[0]


def test_who_forgot_the_password_chooses_another_and_every_session_ends(world: World) -> None:
    world.registered()
    there, here = world.signed_in(), world.signed_in()

    used(world, linked(world))

    for one in (there, here):
        with refused("unauthenticated"):
            world.auth.people.me(one)
    with refused("sign_in_failed"):
        world.signed_in()
    assert world.auth.people.me(world.signed_in("sanne", NEW))["username"] == "sanne"
    ends = [event.reason for event in events(world, "SessionEnded")]
    assert ends == ["password_reset", "password_reset"]


def events(world: World, name: str) -> list[Any]:
    with world.auth.store.reading() as session:
        lines = session.execute(
            select(eventstore.events.c.line)
            .where(eventstore.events.c.type.like(f"%.{name}.%"))
            .order_by(eventstore.events.c.position)
        ).scalars()
        return [eventstore.parse(line).event for line in lines]


def test_it_is_told_in_the_log_with_the_link_that_was_used_and_without_its_token(world: World) -> None:
    world.registered()
    token = linked(world)
    used(world, token)

    [link], [changed] = events(world, "PasswordResetAsked"), events(world, "PasswordChanged")
    assert changed.reset == link.reset
    kept = b"".join(path.read_bytes() for path in (world.auth.configuration.var / "data").iterdir())
    assert token.encode() not in kept


def test_the_person_hears_by_mail_that_their_password_is_another_one(world: World) -> None:
    world.registered()
    used(world, linked(world))

    world.auth.mailer.send_due()
    assert world.auth.mailer.shown(EMAIL)[0]["subject"].startswith("Uw wachtwoord is gewijzigd")


def test_so_do_they_where_they_changed_it_themselves(world: World) -> None:
    world.registered()
    world.auth.choosing.change(world.signed_in(), present=PASSWORD, new=NEW)

    world.auth.mailer.send_due()
    assert world.auth.mailer.shown(EMAIL)[0]["subject"].startswith("Uw wachtwoord is gewijzigd")


@pytest.mark.parametrize(
    "whose",
    [{"username": "sanne"}, {"username": "niemand"}, {"email": EMAIL}, {"email": "niemand@voorbeeld.example"}],
    ids=lambda whose: "-".join(next(iter(whose.items()))),
)
def test_every_answer_is_the_same_and_is_given_before_anybody_is_looked_up(
    world: World, whose: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    world.registered()
    with monkeypatch.context() as patch:
        patch.setattr(world.auth.store, "reading", None)
        patch.setattr(world.auth, "caller", None)
        said = world.auth.resets.ask(world.context(actor="", organisation=None), **whose)
    assert said == {"events": []}


def test_only_who_is_known_is_mailed_and_told_of(world: World) -> None:
    world.registered()
    before = world.told()
    asked(world, email="niemand@voorbeeld.example")
    asked(world, username="niemand")
    assert world.told() == before

    asked(world, email="SANNE@voorbeeld.example")
    assert world.told() == [*before, "PasswordResetAsked"]
    assert len(mails(world)) == 1


def test_an_address_with_accounts_at_two_organisations_gets_a_link_for_each(world: World) -> None:
    world.org.terms[ELSEWHERE] = TERMS
    world.registered()
    boss = world.context(role=Role.BEHEERDER, organisation=ELSEWHERE)
    world.auth.invitations.invite(boss, organisation=ELSEWHERE, email=EMAIL, role="member")
    world.accepted(world.token(EMAIL), "sanne.elders")

    asked(world, email=EMAIL)

    first, second = mails(world)
    used(world, first)
    used(world, second)
    assert world.signed_in("sanne", NEW).organisation == GEMEENTE
    assert world.signed_in("sanne.elders", NEW).organisation == ELSEWHERE
    texts = " ".join(mail["text"] for mail in world.auth.mailer.shown(EMAIL) if "password-resets/" in mail["text"])
    assert "sanne" not in texts
    assert GEMEENTE not in texts


def test_a_link_that_was_used_expired_or_never_was_is_answered_in_one_way(world: World) -> None:
    world.registered()
    once = linked(world)
    used(world, once)
    asked(world, username="sanne")
    late = mails(world)[0]
    with writing(world.auth.engine) as session:
        session.execute(update(resets.resets).values(expires_at=instant(datetime.now(UTC) - timedelta(seconds=1))))

    answers = []
    for token in (once, late, "never-was"):
        with pytest.raises(Refused) as no:
            used(world, token, "twee eenden in een sloot bij volle maan")
        answers.append((no.value.code, no.value.detail))
    assert answers == [("not_found", {})] * 3


@pytest.mark.parametrize("password", ["kort", "passwordpassword", "x" * 1025])
def test_a_weak_password_is_refused_as_ever_and_the_link_still_works(world: World, password: str) -> None:
    world.registered()
    token = linked(world)
    with refused("weak_password"):
        used(world, token, password)
    used(world, token)


def test_what_was_typed_is_slowed_known_or_not_and_kept_nowhere(world: World) -> None:
    world.registered()
    for whose in ({"username": "sanne"}, {"username": "een-getypte-naam"}, {"email": "getypt@adres.example"}):
        for _ in range(MOST):
            asked(world, **whose)
        with pytest.raises(Refused) as no:
            asked(world, **whose)
        assert (no.value.code, no.value.detail["retry_after"]) == ("throttled", 2)

    kept = b"".join(path.read_bytes() for path in (world.auth.configuration.var / "data").iterdir())
    assert b"getypt" not in kept
    assert not world.auth.resets._waiting


def test_by_whatever_name_it_is_asked_an_account_has_only_so_many_links(world: World) -> None:
    world.registered()
    for whose in ({"username": "sanne"}, {"email": EMAIL}):
        for _ in range(MOST):
            asked(world, **whose)
    assert len(mails(world)) == MOST


def test_a_crowd_of_questions_is_refused_before_it_fills_the_memory(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reset_links, "ROOM", 2)
    for number in range(2):
        world.auth.resets.ask(world.context(actor=""), username=f"naam {number}")
    with refused("throttled"):
        world.auth.resets.ask(world.context(actor=""), username="naam 3")


def test_exactly_one_way_to_name_somebody(world: World) -> None:
    for whose in ({}, {"username": "sanne", "email": EMAIL}):
        with refused("invalid"):
            world.auth.resets.ask(world.context(actor=""), **whose)


def test_without_terms_in_force_nobody_is_mailed_and_no_link_works(world: World) -> None:
    world.registered()
    token = linked(world)
    world.org.terms[GEMEENTE] = None
    world.auth.terms._kept.clear()

    assert asked(world, username="sanne") == {"events": []}
    assert len(mails(world)) == 1
    assert events(world, "ProcessingRefused")[-1].code == "agreement_missing"
    with refused("agreement_missing"):
        used(world, token)


def test_a_beheerder_comes_back_in_before_there_are_terms(world: World) -> None:
    world.org.terms[GEMEENTE] = None
    world.registered(role="beheerder")
    used(world, linked(world))
    assert world.signed_in("sanne", NEW).role == "beheerder"


def test_so_do_the_makers_own_people(world: World) -> None:
    operator = world.context(organisation=MAKER, role=Role.OPERATOR)
    world.auth.invitations.invite(operator, organisation=MAKER, email=EMAIL, role="operator")
    world.accepted(world.token(EMAIL), "sanne")
    used(world, linked(world, email=EMAIL))
    assert world.signed_in("sanne", NEW).role == "operator"


def test_whoever_is_restricted_can_choose_another(world: World) -> None:
    world.registered()
    whose = {"organisation": GEMEENTE, "person": pseudonym(world), "by": "account/b", "request": "r"}
    world.auth.rights.restrict(world.context(actor="system/retention"), **whose)
    used(world, linked(world))
    assert world.signed_in("sanne", NEW)


def pseudonym(world: World) -> str:
    return world.signed_in().actor.removeprefix("account/")


def test_an_address_that_a_beheerder_put_in_gets_no_link_and_the_one_of_before_hears_of_it(world: World) -> None:
    world.registered()
    before = linked(world)
    whose = {"organisation": GEMEENTE, "person": pseudonym(world), "by": "account/b", "request": "r"}
    values = {"email": "beheerder@elders.example"}
    retention = world.context(actor="system/retention", legal_basis="legal_obligation")
    world.auth.rights.correct(retention, **whose, values=values)

    asked(world, username="sanne")
    asked(world, email="beheerder@elders.example")

    assert mails(world, "beheerder@elders.example") == []
    assert subjects(world, EMAIL)[0].startswith("Uw e-mailadres is gewijzigd"), "who reads the old address is told"
    assert subjects(world, "beheerder@elders.example") == ["Is dit uw e-mailadres? / Is this your e-mail address?"]
    with refused("not_found"):
        used(world, before)


def test_an_address_that_somebody_with_an_open_session_put_in_gets_none_that_day(world: World) -> None:
    world.registered()
    world.auth.people.correct_me(world.signed_in(), values={"email": "dief@elders.example"})

    asked(world, username="sanne")

    assert subjects(world, "dief@elders.example") == []
    assert subjects(world, EMAIL)[0].startswith("Uw e-mailadres is gewijzigd")


def test_the_same_address_again_is_told_to_nobody(world: World) -> None:
    world.registered()
    world.auth.people.correct_me(world.signed_in(), values={"email": EMAIL})
    assert mails(world, EMAIL, "/me") == []


def test_of_a_closed_account_no_link_works_and_none_is_mailed(world: World) -> None:
    world.registered()
    token = linked(world)
    world.auth.closing.close_me(world.signed_in())

    with refused("not_found"):
        used(world, token)
    asked(world, username="sanne")
    asked(world, email=EMAIL)
    assert len(mails(world)) == 1
    with world.auth.store.reading() as session:
        assert list(session.execute(select(resets.resets))) == []


@pytest.mark.parametrize("scope", [None, Category.EMAIL, Category.CREDENTIALS])
def test_a_link_goes_with_the_person_and_with_what_it_rests_on(world: World, scope: Category | None) -> None:
    world.registered()
    person = pseudonym(world)
    token = linked(world)

    ordered(world, person, scope)

    with refused("not_found"):
        used(world, token)
    asked(world, username="sanne")
    asked(world, email=EMAIL)
    assert mails(world) == []
    with world.auth.store.reading() as session:
        assert list(session.execute(select(resets.resets))) == []
    assert differences(world) == []


def test_after_too_many_failures_the_link_lets_in_at_once(world: World) -> None:
    world.registered()
    for _ in range(6):
        with pytest.raises(Refused):
            world.signed_in("sanne", "not the password at all")
    used(world, linked(world))
    assert world.signed_in("sanne", NEW)


def test_changing_it_again_after_a_lost_answer_is_already_so(world: World) -> None:
    world.registered()
    me = world.signed_in()
    assert world.auth.choosing.change(me, present=PASSWORD, new=NEW)["events"]
    told = world.told()

    assert world.auth.choosing.change(me, present=PASSWORD, new=NEW) == {"events": []}
    assert world.told() == told
    with world.auth.store.reading() as session:
        assert work.throttle_of(session, me.actor.removeprefix("account/")) == (0, 0.0)


def test_the_doors_second_attempt_is_answered_as_the_first_and_no_digest_of_a_password_is_kept(world: World) -> None:
    world.registered()
    once = world.context(actor="", organisation=None, idempotency="gateway:1", digest="d" * 64)
    again = {"token": linked(world), "password": NEW}
    first = world.auth.choosing.by_link(once, **again)
    assert world.auth.choosing.by_link(once, **again) == first
    assert first["events"]

    me = replace(world.signed_in("sanne", NEW), idempotency="gateway:2", digest="d" * 64)
    changed = world.auth.choosing.change(me, present=NEW, new=PASSWORD)
    assert world.auth.choosing.change(me, present=NEW, new=PASSWORD) == changed
    assert changed["events"]
    with world.auth.store.reading() as session:
        kept = session.execute(select(eventstore.answers.c.digest)).scalars().all()
    assert "d" * 64 not in kept
    assert len(kept) == 2


def test_guessing_the_present_password_is_as_slow_as_guessing_at_the_door(world: World) -> None:
    world.registered()
    me = world.signed_in()
    codes = []
    for _ in range(6):
        with pytest.raises(Refused) as no:
            world.auth.choosing.change(me, present="not the password at all", new=NEW)
        codes.append(no.value.code)
    assert codes == ["wrong_password"] * 5 + ["throttled"]
    with world.auth.store.reading() as session:
        assert work.throttle_of(session, me.actor.removeprefix("account/"))[0] == 5


def test_while_a_part_is_away_it_is_tried_again(world: World) -> None:
    world.registered()
    world.auth.terms._kept.clear()
    world.org.away = True
    with pytest.raises(Unavailable):
        asked(world, username="sanne")
    world.org.away = False
    world.auth.resets.mail_links()
    assert len(mails(world)) == 1


def test_a_password_that_was_reset_while_somebody_signed_in_with_the_old_one_opens_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.registered()
    token = linked(world)
    seen = world.auth.allow_sign_in

    def reset_in_between(*args: Any, **more: Any) -> Any:
        monkeypatch.setattr(world.auth, "allow_sign_in", seen)
        used(world, token)
        return seen(*args, **more)

    monkeypatch.setattr(world.auth, "allow_sign_in", reset_in_between)
    with refused("sign_in_failed"):
        world.signed_in()


def test_one_sees_of_oneself_which_links_still_work(world: World) -> None:
    world.registered()
    linked(world)
    [shown] = world.auth.own_data.everything(world.signed_in())["password_resets"]
    assert set(shown) == {"asked_at", "expires_at"}
