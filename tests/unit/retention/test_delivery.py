"""An answer is collected once, in its time, with its code; who guesses waits longer each time (P15)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from services.contracts.retention import VoidGround
from services.kernel.decider import Refused
from services.retention.domain.delivery import Collect, Expire, Prepare, Void, decider, waiting
from tests.examples import retention as example
from tests.given import given

PREPARED = example.delivery_prepared()
COLLECTED, REFUSED = example.delivery_collected(), example.delivery_code_refused()
VOIDED, EXPIRED = example.delivery_voided(), example.delivery_expired()
NAMES = ("delivery", "request", "account", "organisation", "right", "token_digest", "code", "size", "rule")
PREPARE = Prepare(
    **{name: getattr(PREPARED, name) for name in NAMES},
    expires_at=PREPARED.expires_at,
    by=PREPARED.prepared_by,
    gone=False,
    at=PREPARED.at,
)
COLLECT = Collect(right=True, at=COLLECTED.at)
GUESS = Collect(right=False, at=REFUSED.at)
SECOND = timedelta(seconds=1)
MOST_TRIES = 5
"""As it was promised, and not as the code has it: another number there must fail here."""


def test_it_is_prepared_once_and_never_for_somebody_whose_erasure_has_begun():
    given(decider).when(PREPARE).then(PREPARED)
    given(decider, PREPARED).when(PREPARE).then()
    given(decider, PREPARED, VOIDED).when(PREPARE).then()
    given(decider).when(replace(PREPARE, gone=True)).refused("too_late")


def test_what_was_never_prepared_is_not_there():
    for command in (COLLECT, GUESS, Void(why=VoidGround.REPLACED, at=VOIDED.at), Expire(at=EXPIRED.at)):
        given(decider).when(command).refused("not_found")


@pytest.mark.parametrize(
    ("end", "code"),
    [(COLLECTED, "delivery_collected"), (VOIDED, "delivery_void"), (EXPIRED, "delivery_expired")],
    ids=["collected", "void", "expired"],
)
def test_it_ends_once_and_then_says_how(end, code):
    given(decider, PREPARED, end).when(COLLECT).refused(code)
    given(decider, PREPARED, end).when(Void(why=VoidGround.REPLACED, at=VOIDED.at)).then()
    given(decider, PREPARED, end).when(Expire(at=EXPIRED.at)).then()


def test_it_can_be_collected_until_its_term_is_over_and_is_expired_from_that_moment_on():
    last, over = PREPARED.expires_at - timedelta(microseconds=1), PREPARED.expires_at
    given(decider, PREPARED).when(replace(COLLECT, at=last)).then(replace(COLLECTED, at=last))
    given(decider, PREPARED).when(replace(COLLECT, at=over)).refused("delivery_expired")
    given(decider, PREPARED).when(Expire(at=last)).then()
    given(decider, PREPARED).when(Expire(at=over)).then(replace(EXPIRED, at=over))


def test_who_guesses_waits_and_the_right_code_waits_with_them():
    given(decider, PREPARED).when(GUESS).then(REFUSED)
    given(decider, PREPARED, REFUSED).when(COLLECT).then(COLLECTED)
    state = decider.state([PREPARED, REFUSED])
    for command in (GUESS, replace(COLLECT, at=REFUSED.at)):
        with pytest.raises(Refused, match=r"^throttled$") as refused:
            decider.decide(state, command)
        assert refused.value.detail == {"retry_after": 3}
    then = REFUSED.wait_until
    again = replace(REFUSED, tries=2, wait_until=then + 4 * SECOND, at=then)
    given(decider, PREPARED, REFUSED).when(replace(GUESS, at=then)).then(again)
    assert [waiting(then, then - left) for left in (SECOND / 2, SECOND * 3 / 2)] == [1, 2]


def test_the_last_wrong_code_makes_it_void():
    history, events, at = [PREPARED], [], REFUSED.at
    for tries in range(1, MOST_TRIES + 1):
        events = list(decider.decide(decider.state(history), replace(GUESS, at=at)))
        assert events[0] == replace(REFUSED, tries=tries, wait_until=at + 2**tries * SECOND, at=at)
        assert len(events) == (2 if tries == MOST_TRIES else 1)
        history, at = [*history, *events], events[0].wait_until
    assert events[1:] == [replace(VOIDED, at=events[0].at)]
    given(decider, *history).when(replace(COLLECT, at=at)).refused("delivery_void")
