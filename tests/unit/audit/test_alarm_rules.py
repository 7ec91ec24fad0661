"""A gap is said once and healed once; what was kept out of the log is said once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from services.audit.domain import gap, quarantine, sealing, source, store
from tests.examples import audit as example
from tests.examples.audit import MORNING
from tests.given import given

SINCE = MORNING - timedelta(minutes=2)
MISS = gap.Miss(source="/auth", missing_from=118, waiting=3, since=SINCE, at=MORNING)
RAISE = quarantine.Raise(
    quarantine=1,
    source="/auth",
    reason="conflict",
    digest=example.entry_quarantined().digest,
    at=MORNING,
)


def test_a_number_missed_for_too_long_is_said():
    given(gap.decider).when(MISS).then(example.gap_detected())


def test_the_same_number_is_said_once():
    given(gap.decider, example.gap_detected()).when(MISS).then()


def test_another_number_missed_means_that_the_first_has_come():
    later = gap.Miss(source="/auth", missing_from=130, waiting=1, since=SINCE, at=MORNING)

    given(gap.decider, example.gap_detected()).when(later).then(
        example.gap_healed(), example.gap_detected(missing_from=130, waiting=1)
    )


def test_a_gap_heals_once():
    heal = gap.Heal(source="/auth", at=MORNING)

    given(gap.decider, example.gap_detected()).when(heal).then(example.gap_healed())
    given(gap.decider, example.gap_detected(), example.gap_healed()).when(heal).then()
    given(gap.decider).when(heal).then()


def test_a_number_that_goes_missing_again_is_said_again():
    given(gap.decider, example.gap_detected(), example.gap_healed()).when(MISS).then(example.gap_detected())


def test_what_was_kept_out_is_said_once():
    given(quarantine.decider).when(RAISE).then(example.entry_quarantined())
    given(quarantine.decider, example.entry_quarantined()).when(RAISE).then()


def test_an_older_copy_is_said_once_and_another_one_again():
    said = store.Report(source="/org", given=40, known=57, at=MORNING)

    given(store.decider).when(said).then(example.store_restored())
    given(store.decider, example.store_restored()).when(said).then()
    older = store.Report(source="/org", given=30, known=57, at=MORNING)
    given(store.decider, example.store_restored()).when(older).then(example.store_restored(given=30))


def test_a_store_that_gave_every_number_is_no_older_copy():
    given(store.decider).when(store.Report(source="/org", given=57, known=57, at=MORNING)).then()


def test_a_store_that_came_back_is_said_once_and_may_be_an_older_copy_again():
    back = store.ComeBack(source="/org", given=40, known=57, at=MORNING)
    restored, came = example.store_restored(), example.store_came_back()

    given(store.decider, restored).when(back).then(came)
    given(store.decider, restored, came).when(back).then()
    given(store.decider, restored, came).when(store.Report(source="/org", given=40, known=57, at=MORNING)).then(
        restored
    )
    given(store.decider, came).when(replace(back, known=60)).then(example.store_came_back(known=60))


def test_the_key_of_a_source_is_registered_once_and_never_another():
    key = example.key_registered()
    register = source.Register(source=key.source, vkey=key.vkey, at=key.at)

    given(source.decider).when(register).then(key)
    given(source.decider, key).when(register).then()
    given(source.decider, key).when(replace(register, vkey="another")).refused("key_differs")


@pytest.mark.parametrize("what", ["bare", "found", "reopened"])
def test_whatever_could_be_read_is_said_at_once_and_the_same_again_a_day_later(what):
    clean, bare = example.sealing_checked(), example.sealing_checked(**{what: 1})
    told = {name: value for name, value in vars(bare).items() if name != "sealing"}
    tell = sealing.Tell(service=bare.sealing, **told)

    given(sealing.decider, clean).when(tell).then(bare)
    given(sealing.decider, bare).when(tell).then()
    later = bare.at + timedelta(days=1)
    given(sealing.decider, bare).when(replace(tell, at=later)).then(replace(bare, at=later))
