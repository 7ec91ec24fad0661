"""An account is invited, opens once, closes once, and never reopens."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from services.auth.domain import account
from services.contracts.auth import (
    AccountClosed,
    InvitationWithdrawn,
    PersonalDataCorrected,
    RoleChanged,
    UserRegistered,
)
from services.contracts.privacy import Role
from tests.examples import auth
from tests.given import given

LATER = auth.MORNING + timedelta(days=1)
INVITED = auth.person_invited()
OPEN = (INVITED, auth.user_registered())
CLOSED = (*OPEN, auth.account_closed())
CLOSE = account.Close(by=f"account/{auth.SANNE}", erasure=auth.ERASURE, at=auth.MORNING)


def register(**but: object) -> account.Register:
    said: dict[str, object] = {
        "public_id": "b7c8d9e0-1f2a-4b3c-8d4e-5f6a7b8c9d10",
        "username": "sanne.vandervelde",
        "password": auth.HASHED,
        "first_name": "Sanne",
        "infix": "van der",
        "last_name": "Velde",
        "token_digest": auth.DIGEST,
        "at": auth.MORNING,
    }
    return account.Register(**(said | but))  # type: ignore[arg-type]


def test_whoever_holds_the_link_opens_the_account_in_the_role_that_was_offered():
    given(account.decider, INVITED).when(register()).then(auth.user_registered())


def test_a_link_works_once():
    given(account.decider, *OPEN).when(register()).refused("invitation_used")


def test_a_renewed_invitation_ends_the_link_of_before():
    given(account.decider, INVITED, auth.invitation_renewed()).when(register()).refused("invitation_used")


def test_the_renewed_link_works():
    new = auth.invitation_renewed()
    given(account.decider, INVITED, new).when(register(token_digest=new.token_digest)).then(auth.user_registered())


def test_a_link_stops_working_at_the_very_moment_it_expires():
    given(account.decider, INVITED).when(register(at=INVITED.expires_at)).refused("invitation_expired")


def test_a_withdrawn_invitation_asks_for_the_erasure_of_who_was_invited():
    given(account.decider, INVITED).when(account.Withdraw(erasure=auth.ERASURE, at=auth.MORNING)).then(
        InvitationWithdrawn(
            account=auth.SANNE,
            organisation=auth.GEMEENTE,
            invitation=auth.INVITATION,
            erasure=auth.ERASURE,
            at=auth.MORNING,
        )
    )


def test_a_withdrawn_invitation_cannot_be_accepted():
    given(account.decider, INVITED, auth.invitation_withdrawn()).when(register()).refused("invitation_used")


def test_an_invitation_that_nobody_used_expires_and_asks_for_the_erasure():
    expired = auth.invitation_expired(at=INVITED.expires_at)
    asked = account.Expire(erasure=auth.ERASURE, at=INVITED.expires_at)
    given(account.decider, INVITED).when(asked).then(expired)
    given(account.decider, INVITED, expired).when(asked).then()


def test_an_invitation_in_its_time_or_renewed_or_used_does_not_expire():
    asked = account.Expire(erasure=auth.ERASURE, at=INVITED.expires_at)
    early = account.Expire(erasure=auth.ERASURE, at=INVITED.expires_at - timedelta(microseconds=1))
    given(account.decider, INVITED).when(early).then()
    given(account.decider, INVITED, auth.invitation_renewed()).when(asked).then()
    given(account.decider, *OPEN).when(asked).then()


def test_an_expired_invitation_is_neither_accepted_nor_sent_again():
    expired = auth.invitation_expired()
    given(account.decider, INVITED, expired).when(register()).refused("invitation_expired")
    again = account.Renew(token_digest="d", expires_at=expired.at + timedelta(days=7), at=expired.at)
    given(account.decider, INVITED, expired).when(again).refused("invitation_expired")


def test_a_correction_names_what_it_emptied():
    given(account.decider, *OPEN).when(account.Correct(values={"infix": None}, at=LATER)).then(
        PersonalDataCorrected(account=auth.SANNE, organisation=auth.GEMEENTE, corrected=("infix",), at=LATER)
    )


def test_correcting_nothing_changes_nothing():
    given(account.decider, *OPEN).when(account.Correct(values={}, at=LATER)).then()


def test_closing_an_account_begins_its_erasure():
    given(account.decider, *OPEN).when(CLOSE).then(
        AccountClosed(
            account=auth.SANNE,
            organisation=auth.GEMEENTE,
            closed_by=f"account/{auth.SANNE}",
            erasure=auth.ERASURE,
            at=auth.MORNING,
        )
    )


def test_closing_twice_changes_nothing():
    given(account.decider, *CLOSED).when(CLOSE).then()


def test_a_closed_account_takes_no_correction():
    given(account.decider, *CLOSED).when(account.Correct(values={"infix": "de"}, at=LATER)).refused("account_closed")


def test_an_unknown_account_cannot_be_closed():
    given(account.decider).when(CLOSE).refused("account_unknown")


def test_a_role_is_changed_within_the_organisation():
    asked = account.ChangeRole(role=Role.AUDITOR, by=f"account/{auth.BEHEERDER}", at=auth.MORNING)
    given(account.decider, *OPEN).when(asked).then(auth.role_changed())
    given(account.decider, *OPEN, auth.role_changed()).when(asked).then()
    back = replace(asked, role=Role.MEMBER)
    given(account.decider, *OPEN, auth.role_changed()).when(back).then(auth.role_changed(role=Role.MEMBER))


def test_a_customers_member_never_becomes_the_makers_staff():
    asked = account.ChangeRole(role=Role.OPERATOR, by="x", at=LATER)
    given(account.decider, *OPEN).when(asked).refused("role_not_allowed")


def test_the_same_role_again_changes_nothing():
    asked = account.ChangeRole(role=Role.MEMBER, by="x", at=LATER)
    given(account.decider, *OPEN).when(asked).then()


def test_every_event_of_an_account_is_evolved():
    for event in (*CLOSED, auth.password_changed(), auth.personal_data_corrected(), auth.role_changed()):
        assert account.evolve(account.Account(), event) is not None
    assert {UserRegistered, RoleChanged} <= set(account.Event.__args__)
