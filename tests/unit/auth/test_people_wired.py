"""People come in by invitation, see and correct what is theirs, and are seen only on the record."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.auth.app import invitations
from services.auth.app.people import keys_of, pseudonym_of
from services.contracts.privacy import Category, Role
from services.kernel.calls.rpc import Unavailable
from services.kernel.codec import moment
from services.kernel.decider import Refused
from tests.unit.auth.world import GEMEENTE, MAKER, PASSWORD, TERMS, World


def refused(code: str) -> pytest.RaisesExc[Refused]:
    return pytest.raises(Refused, match=f"^{code}$")


def test_who_is_invited_gets_a_link_and_becomes_who_they_say(world: World) -> None:
    said = world.registered()

    assert (said["organisation"], said["role"]) == (GEMEENTE, "member")
    me = world.auth.people.me(world.signed_in())
    assert me["account"] == said["account"]
    assert (me["first_name"], me["infix"], me["last_name"]) == ("Sanne", "van der", "Velde")
    assert (me["username"], me["email"], me["status"]) == ("sanne", "sanne@voorbeeld.example", "open")


def test_the_same_request_again_answers_the_same_and_writes_nothing(world: World) -> None:
    once = replace(world.beheerder(), idempotency="k1", digest="d1")

    first, again = world.invited(context=once), world.invited(context=once)

    assert first == again
    assert world.told() == ["PersonInvited"]


def test_an_invitation_accepted_again_under_the_same_key_takes_the_same_password_alone(world: World) -> None:
    """The digest of the body has no password: that is held against the hash that opened the account (decision 0013)."""
    world.invited()
    once = world.context(actor="", idempotency="k1", digest="d1")
    said = {"token": world.token("sanne@voorbeeld.example"), "username": "sanne", "first_name": "Sanne"}

    def accept(password: str) -> dict[str, Any]:
        return world.auth.registrations.accept(once, **said, last_name="Velde", password=password)

    first = accept(PASSWORD)
    assert accept(PASSWORD) == first
    with refused("idempotency_mismatch"):
        accept("een heel ander wachtwoord dan dat")
    me = world.signed_in()
    world.auth.choosing.change(me, present=PASSWORD, new="zeven zwanen op de Zuiderzee")
    assert accept(PASSWORD) == first, "it is the same request still, whatever came after it"
    assert world.told().count("UserRegistered") == 1


def test_the_same_key_for_another_request_is_refused(world: World) -> None:
    once = replace(world.beheerder(), idempotency="k1", digest="d1")
    world.invited(context=once)

    with refused("idempotency_mismatch"):
        world.invited("noor@voorbeeld.example", context=replace(once, digest="d2"))


def test_an_address_is_invited_once_in_an_organisation_however_it_is_spelt(world: World) -> None:
    world.invited("sanne@voorbeeld.example")

    with refused("already_invited"):
        world.invited("Sanne@Voorbeeld.example")


def test_a_user_name_is_taken_in_every_organisation_and_spelling(world: World) -> None:
    world.registered()
    world.invited("noor@voorbeeld.example")

    with refused("username_taken"):
        world.accepted(world.token("noor@voorbeeld.example"), "SANNE")


def test_a_customer_cannot_appoint_the_makers_staff(world: World) -> None:
    with refused("role_not_allowed"):
        world.invited(role="operator")


def test_once_there_is_a_compliance_officer_inviting_one_needs_one(world: World) -> None:
    operator = world.context(organisation=MAKER, role=Role.OPERATOR)
    invite = world.auth.invitations.invite
    invite(operator, organisation=MAKER, email="cato@maker.example", role="compliance")
    world.accepted(world.token("cato@maker.example"), "cato")

    with refused("compliance_needed"):
        invite(operator, organisation=MAKER, email="twee@maker.example", role="compliance")

    officer = replace(operator, role=Role.COMPLIANCE)
    assert invite(officer, organisation=MAKER, email="twee@maker.example", role="compliance")["invitation"]


def test_an_operator_neither_removes_an_officer_nor_takes_their_role(world: World) -> None:
    """Or one operator could invite officers of their own, and approve a disclosure alone (P08, P09)."""
    operator = world.context(organisation=MAKER, role=Role.OPERATOR)
    officer = replace(operator, role=Role.COMPLIANCE)
    joined = {}
    for name, role in (("cato", "compliance"), ("coos", "compliance"), ("iris", "investigator"), ("olga", "operator")):
        by = operator if name == "cato" else officer
        world.auth.invitations.invite(by, organisation=MAKER, email=f"{name}@maker.example", role=role)
        joined[name] = world.accepted(world.token(f"{name}@maker.example"), name)["account"]
    change, remove = world.auth.people.change_role, world.auth.closing.remove

    for name in ("cato", "iris"):
        with refused("compliance_needed"):
            change(operator, organisation=MAKER, account=joined[name], role="operator")
        with refused("compliance_needed"):
            remove(operator, organisation=MAKER, account=joined[name])
    with refused("compliance_needed"):
        change(operator, organisation=MAKER, account=joined["olga"], role="investigator")

    assert change(officer, organisation=MAKER, account=joined["iris"], role="operator")["events"]
    assert remove(operator, organisation=MAKER, account=joined["olga"])["events"]
    assert remove(officer, organisation=MAKER, account=joined["coos"])["events"]
    with refused("last_officer"):
        remove(officer, organisation=MAKER, account=joined["cato"])
    with refused("last_officer"):
        change(officer, organisation=MAKER, account=joined["cato"], role="operator")
    assert change(officer, organisation=MAKER, account=joined["cato"], role="compliance")["events"] == []


def test_who_did_not_come_in_time_is_let_go_and_can_be_invited_anew(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.invited("noor@voorbeeld.example")
    monkeypatch.setattr(invitations, "VALID", timedelta(0))
    late = world.invited()["invitation"]
    token = world.token("sanne@voorbeeld.example")
    world.auth.invitations.expire()
    world.auth.invitations.expire()
    assert world.told() == ["PersonInvited", "PersonInvited", "InvitationExpired"]

    with refused("invitation_expired"):
        world.accepted(token, "sanne")
    with refused("invitation_expired"):
        world.auth.invitations.renew(world.beheerder(), organisation=GEMEENTE, invitation=late)
    shown = world.auth.invitations.waiting(world.beheerder(), organisation=GEMEENTE, after="", limit=10)
    assert [one["email"] for one in shown["items"]] == ["noor@voorbeeld.example"]
    world.invited()


def test_the_makers_first_operator_is_invited_once_and_gets_a_new_link_until_somebody_uses_one(world: World) -> None:
    world.auth.invitations.invite_first_operator()
    first = world.token("operator@localhost")
    world.auth.invitations.invite_first_operator()
    second = world.token("operator@localhost")

    with refused("not_found"):
        world.accepted(first, "olga")
    world.accepted(second, "olga")
    world.auth.invitations.invite_first_operator()
    assert world.told() == ["PersonInvited", "InvitationRenewed", "UserRegistered"]


def test_without_terms_in_force_nobody_is_invited_and_the_refusal_is_recorded(world: World) -> None:
    world.org.terms[GEMEENTE] = None

    with refused("agreement_missing"):
        world.invited()

    assert world.told() == ["ProcessingRefused"]


def test_a_beheerder_comes_in_before_there_is_an_agreement(world: World) -> None:
    world.org.terms[GEMEENTE] = None

    world.registered(role="beheerder")

    assert world.auth.people.me(world.signed_in())["role"] == "beheerder"


def test_no_answer_about_the_terms_is_a_no(world: World) -> None:
    world.org.away = True

    with pytest.raises(Unavailable):
        world.invited()

    assert world.told() == []


def test_a_category_that_was_not_agreed_is_refused(world: World) -> None:
    world.org.terms[GEMEENTE] = {**TERMS, "categories": ["name"]}

    with refused("category_not_agreed"):
        world.invited()


def test_looking_at_people_is_an_event_before_the_answer_and_they_can_see_it(world: World) -> None:
    world.registered()

    [shown] = world.auth.people.members(world.beheerder(), organisation=GEMEENTE, after="", limit=100)["items"]

    assert world.told()[-1] == "DataViewed"
    [look] = world.auth.people.access_log(world.signed_in(), after="", limit=10)["items"]
    assert shown["email"] == "sanne@voorbeeld.example"
    assert (look["role"], look["organisation"], look["purpose"]) == ("beheerder", GEMEENTE, "beheer_access")


def test_a_page_of_people_ends_where_the_next_begins(world: World) -> None:
    for number in range(5):
        world.registered(f"m{number}@voorbeeld.example", f"lid{number}")
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        page = world.auth.people.members(world.beheerder(), organisation=GEMEENTE, after=after, limit=2)
        seen += [one["account"] for one in page["items"]]
        after = page["next"]

    assert len(seen) == len(set(seen)) == 5


def test_somebody_of_another_organisation_is_not_found(world: World) -> None:
    account = world.registered()["account"]
    world.org.terms["other"] = TERMS

    with refused("not_found"):
        world.auth.people.member(world.beheerder(), organisation="other", account=account)


def test_who_holds_on_to_what_they_read_of_somebody_changes_nothing_newer(world: World) -> None:
    world.registered("bea@voorbeeld.example", "bea", role="beheerder")
    account = world.registered()["account"]
    whose = {"organisation": GEMEENTE, "account": account}
    change, member = world.auth.people.change_role, world.auth.people.member
    read = member(world.beheerder(), **whose)["etag"]
    change(world.beheerder(), **whose, role="auditor", if_match=read)
    for late in (
        lambda: change(world.beheerder(), **whose, role="beheerder", if_match=read),
        lambda: world.auth.closing.remove(world.beheerder(), **whose, if_match=read),
    ):
        with refused("precondition_failed"):
            late()
    assert member(world.beheerder(), **whose)["role"] == "auditor"

    me = world.signed_in()
    world.auth.people.correct_me(me, values={"first_name": "Anders"})
    world.auth.sign_ins.end(me, session="current")
    now = member(world.beheerder(), **whose)["etag"]
    assert now == read + 2, "a correction is a change of what is seen, signing in is none"
    assert world.auth.closing.remove(world.beheerder(), **whose, if_match=now)["erasure"]


def test_the_last_beheerder_cannot_be_removed(world: World) -> None:
    account = world.registered(role="beheerder")["account"]

    with refused("last_beheerder"):
        world.auth.closing.remove(world.beheerder(), organisation=GEMEENTE, account=account)


def test_who_asked_to_be_erased_is_closed_by_their_pseudonym_and_only_once(world: World) -> None:
    account = world.registered()["account"]
    found = world.auth.people.pseudonym_of(account=account, organisation=GEMEENTE)
    whose = {"organisation": GEMEENTE, "person": found["pseudonym"], "by": f"account/{uuid4()}"}
    once = world.context(actor="system/retention", idempotency="request:1", digest="request")
    answers = [world.auth.closing.close_for_request(once, **whose) for _ in range(2)]

    assert answers[0] == answers[1]
    assert answers[0]["erasure"]["id"]
    with refused("account_closed"):
        world.auth.closing.close_for_request(world.beheerder(), **whose)


def test_who_is_erased_on_request_is_mailed_where_to_see_it_and_what_stays(world: World) -> None:
    account = world.registered("anna@voorbeeld.example")["account"]
    other = world.registered("bram@voorbeeld.example", "bram")["account"]
    for one, in_part in ((account, True), (other, False)):
        person = world.auth.people.pseudonym_of(account=one, organisation=GEMEENTE)["pseudonym"]
        whose = {"organisation": GEMEENTE, "person": person, "by": "account/b"}
        erasure = world.auth.closing.close_for_request(
            world.context(actor="system/retention"), **whose, in_part=in_part
        )["erasure"]["id"]
        world.auth.mailer.send_due()
        sent = [mail for mail in world.auth.mailer.shown(None) if erasure in mail["text"]]
        assert [mail["to"] for mail in sent] == ["anna@voorbeeld.example" if in_part else "bram@voorbeeld.example"]
        assert ("but for a part" in sent[0]["subject"]) is in_part
        assert "Autoriteit Persoonsgegevens" in sent[0]["text"]


def test_a_request_closes_nobody_of_another_organisation_and_never_the_last_beheerder(world: World) -> None:
    last, member = world.registered(role="beheerder")["account"], str(uuid4())
    found = world.auth.people.pseudonym_of(account=last, organisation=GEMEENTE)["pseudonym"]

    for organisation, person in ((GEMEENTE, member), (str(uuid4()), found)):
        with refused("not_found"):
            world.auth.closing.close_for_request(world.beheerder(), organisation=organisation, person=person, by="b")
    with refused("last_beheerder"):
        world.auth.closing.close_for_request(world.beheerder(), organisation=GEMEENTE, person=found, by="b")


def test_a_person_is_known_since_they_registered(world: World) -> None:
    account = world.registered()["account"]
    since = world.auth.people.pseudonym_of(account=account, organisation=GEMEENTE)["since"]

    assert moment(since) <= datetime.now(UTC)


def test_a_person_is_shown_everything_that_is_held_on_them_and_on_nobody_else(world: World) -> None:
    world.registered()
    me = world.signed_in()
    world.auth.sign_ins.end(world.signed_in(), session="current")
    world.registered("piet@voorbeeld.example", username="piet")
    world.auth.store.perform(
        me,
        lambda unit: world.auth.mailer.post(unit, pseudonym_of(me), "notice", "sanne@voorbeeld.example", "/") or {},
        keys=keys_of(pseudonym_of(me), Category.EMAIL, Category.CREDENTIALS),
    )
    told = world.auth.own_data.everything(me)

    assert (told["account"]["email"], told["account"]["last_name"]) == ("sanne@voorbeeld.example", "Velde")
    assert [one["ended_at"] is None for one in told["sessions"]] == [False, True], "ended ones are held as well"
    assert told["sign_in_failures"] == {"in_a_row": 0, "wait_until": None}
    assert [one["to"] for one in told["mails"]] == ["sanne@voorbeeld.example"]
    assert "piet" not in str(told)
    assert PASSWORD not in str(told)
    assert "argon2" not in str(told)


def test_an_emptied_infix_is_gone(world: World) -> None:
    world.registered()
    me = world.signed_in()

    world.auth.people.correct_me(me, values={"infix": None})

    assert world.auth.people.me(me)["infix"] is None


def test_a_closed_account_is_found_by_nobody_and_signs_in_no_more(world: World) -> None:
    account = world.registered()["account"]
    me = world.signed_in()

    erasure = world.auth.closing.close_me(me)["erasure"]["id"]

    assert erasure
    with refused("unauthenticated"):
        world.auth.people.me(me)
    with refused("sign_in_failed"):
        world.signed_in()
    with refused("not_found"):
        world.auth.people.member(world.beheerder(), organisation=GEMEENTE, account=account)


def test_changing_the_password_ends_the_other_sessions(world: World) -> None:
    world.registered()
    old, here = world.signed_in(), world.signed_in()

    world.auth.choosing.change(here, present=PASSWORD, new="negen zwanen op een donkere gracht")

    assert world.auth.people.me(here)["status"] == "open"
    with refused("unauthenticated"):
        world.auth.people.me(old)
    with refused("sign_in_failed"):
        world.signed_in()


@pytest.mark.parametrize("password", ["kort", "passwordpassword", "aaaaaaaaaaaaaaaa", "x" * 1025])
def test_a_password_everybody_tries_first_is_refused(world: World, password: str) -> None:
    world.registered()

    with refused("weak_password"):
        world.auth.choosing.change(world.signed_in(), present=PASSWORD, new=password)


def test_the_wrong_present_password_changes_nothing(world: World) -> None:
    world.registered()

    with refused("wrong_password"):
        world.auth.choosing.change(world.signed_in(), present="wrong", new="negen zwanen op een gracht")


def test_the_makers_staff_look_at_nobody_of_an_organisation_without_naming_a_case(world: World) -> None:
    world.registered()
    person = world.signed_in().actor.removeprefix("account/")
    officer = world.context(role="compliance", organisation=MAKER)
    with pytest.raises(Refused, match="case_needed"):
        world.auth.people.looked(officer, GEMEENTE, [person])
    assert world.told()[-1] != "DataViewed"
    world.auth.people.looked(replace(officer, case="an-instruction"), GEMEENTE, [person])
    assert world.told()[-1] == "DataViewed"


def test_the_last_beheerder_sees_to_a_successor_before_they_leave(world: World) -> None:
    """Until the account is erased nobody could be invited: the organisation would answer no request (P15)."""
    world.registered("bea@voorbeeld.example", "bea", role="beheerder")
    bea = world.signed_in("bea")
    with refused("last_beheerder"):
        world.auth.closing.close_me(bea)
    assert world.told().count("AccountClosed") == 0

    world.registered("boris@voorbeeld.example", "boris", role="beheerder")
    assert world.auth.closing.close_me(bea)["erasure"]["id"]
    with refused("last_beheerder"):
        world.auth.closing.close_me(world.signed_in("boris"))
