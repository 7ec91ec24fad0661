"""A session starts once and ends once."""

from __future__ import annotations

from services.auth.domain import session
from services.contracts.privacy import Role
from tests.examples import auth
from tests.given import given

START = session.Start(
    session=auth.SESSION,
    account=auth.SANNE,
    organisation=auth.GEMEENTE,
    token_digest=auth.DIGEST,
    equipment=session.Equipment(
        ip="203.0.113.7", device="Samsung SM-G960F", os="Android 9", browser="Chrome Mobile 96", app_version="4.2.0"
    ),
    expires_at=auth.session_started().expires_at,
    at=auth.MORNING,
)
END = session.End(reason="signed_out", at=auth.MORNING)
OPEN = (auth.signed_in(), auth.session_started())


def test_signing_in_says_from_where_and_until_when():
    given(session.decider).when(START).then(*OPEN)


def test_a_session_cannot_start_twice():
    given(session.decider, *OPEN).when(START).refused("not_found")


def test_ending_says_why():
    given(session.decider, *OPEN).when(END).then(auth.session_ended())
    given(session.decider, *reversed(OPEN)).when(END).then(auth.session_ended())


def test_ending_twice_changes_nothing():
    given(session.decider, *OPEN, auth.session_ended()).when(END).then()


def test_the_beheeromgeving_is_left_sooner_than_the_app():
    assert session.lifetime(Role.BEHEERDER) < session.lifetime(Role.MEMBER)
