"""A link that lets in: to whose address it goes, how many there are, and what ends it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.auth.domain import account
from services.auth.domain.reset import AskReset, UseReset
from services.contracts.auth import PasswordResetAsked
from tests.examples import auth
from tests.given import given

MOST, SETTLES, VALID = 3, timedelta(days=1), timedelta(hours=1)
"""As it was promised, and not as the code has it: another number there must fail here."""
OPEN = (auth.person_invited(), auth.user_registered())
ASKED = auth.password_reset_asked()
SOON = auth.MORNING + timedelta(minutes=5)


def ask(**but: Any) -> AskReset:
    said = {"reset": ASKED.reset, "token_digest": ASKED.token_digest, "at": auth.MORNING}
    return AskReset(**(said | but))


def use(**but: Any) -> UseReset:
    said = {"token_digest": ASKED.token_digest, "password": auth.HASHED, "at": SOON}
    return UseReset(**(said | but))


def asked(number: int) -> PasswordResetAsked:
    return auth.password_reset_asked(reset=f"reset {number}", token_digest=f"digest {number}")


def test_who_asks_gets_a_link_for_an_hour():
    given(account.decider, *OPEN).when(ask()).then(auth.password_reset_asked(expires_at=auth.MORNING + VALID))


def test_the_link_chooses_another_password_and_says_which_link_it_was():
    chosen = auth.password_changed(reset=ASKED.reset, at=SOON)
    given(account.decider, *OPEN, ASKED).when(use()).then(chosen)


def test_a_link_works_once():
    chosen = auth.password_changed(reset=ASKED.reset, at=SOON)
    given(account.decider, *OPEN, ASKED, chosen).when(use()).refused("not_found")


def test_it_stops_at_the_very_moment_it_expires():
    given(account.decider, *OPEN, ASKED).when(use(at=ASKED.expires_at)).refused("not_found")


def test_the_link_of_another_is_no_link_here():
    given(account.decider, *OPEN, ASKED).when(use(token_digest=auth.DIGEST)).refused("not_found")


def test_asking_again_leaves_the_links_of_before_as_they_are():
    given(account.decider, *OPEN, ASKED, asked(2)).when(use()).then(auth.password_changed(reset=ASKED.reset, at=SOON))


def test_there_are_only_so_many_at_a_time():
    links = [asked(number) for number in range(MOST)]
    given(account.decider, *OPEN, *links).when(ask()).refused("throttled")


def test_those_that_expired_do_not_count():
    links = [asked(number) for number in range(MOST)]
    later = auth.MORNING + VALID
    given(account.decider, *OPEN, *links).when(ask(at=later)).then(
        auth.password_reset_asked(expires_at=later + VALID, at=later)
    )


def test_any_new_password_ends_every_link():
    given(account.decider, *OPEN, ASKED, asked(2), auth.password_changed()).when(use()).refused("not_found")


def test_another_address_ends_every_link_and_takes_none_for_a_day():
    moved = auth.personal_data_corrected()
    given(account.decider, *OPEN, ASKED, moved).when(use()).refused("not_found")
    given(account.decider, *OPEN, moved).when(ask(at=auth.MORNING + SETTLES - timedelta(seconds=1))).refused("not_yet")
    later = auth.MORNING + SETTLES
    given(account.decider, *OPEN, moved).when(ask(at=later)).then(
        auth.password_reset_asked(expires_at=later + VALID, at=later)
    )


def test_another_name_ends_nothing():
    renamed = auth.personal_data_corrected(corrected=("infix",), email=None)
    given(account.decider, *OPEN, ASKED, renamed).when(use()).then(auth.password_changed(reset=ASKED.reset, at=SOON))


@pytest.mark.parametrize("years", [0, 1, 20])
def test_an_address_that_somebody_else_put_in_never_takes_one(years):
    put_in = auth.personal_data_corrected(request="a request", decided_by=f"account/{auth.BEHEERDER}")
    later = auth.MORNING + timedelta(days=2 + 365 * years)
    given(account.decider, *OPEN, put_in).when(ask(at=later)).refused("not_yet")


def test_until_the_person_has_put_it_in_themselves():
    put_in = auth.personal_data_corrected(request="a request", decided_by=f"account/{auth.BEHEERDER}")
    later = auth.MORNING + SETTLES
    given(account.decider, *OPEN, put_in, auth.personal_data_corrected()).when(ask(at=later)).then(
        auth.password_reset_asked(expires_at=later + VALID, at=later)
    )


def test_who_is_restricted_goes_on_and_whose_account_is_closed_does_not():
    given(account.decider, *OPEN, auth.processing_restricted()).when(ask()).then(ASKED)
    given(account.decider, *OPEN, ASKED, auth.account_closed()).when(use()).refused("account_closed")
    given(account.decider, auth.person_invited()).when(ask()).refused("account_unknown")
