"""A replay begins for a case and on a ground, and shows itself to whoever began it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from services.audit.domain import replay
from tests.examples import audit as example
from tests.given import given

STARTED = example.replay_started()
EXPORT = replay.Export(by=STARTED.by, at=STARTED.at + timedelta(minutes=5))


def test_it_begins_with_all_that_was_asked():
    given(replay.decider).when(replay.Start(told=STARTED)).then(STARTED)


def test_begun_twice_it_is_one():
    given(replay.decider, STARTED).when(replay.Start(told=STARTED)).then()


@pytest.mark.parametrize("nothing", ["", "  "])
def test_without_a_case_or_a_ground_there_is_none(nothing):
    given(replay.decider).when(replay.Start(told=example.replay_started(case=nothing))).refused("case_needed")
    given(replay.decider).when(replay.Start(told=example.replay_started(ground=nothing))).refused("ground_needed")


def test_each_export_is_told():
    given(replay.decider, STARTED).when(EXPORT).then(example.replay_exported())
    given(replay.decider, STARTED, example.replay_exported()).when(EXPORT).then(example.replay_exported())


def test_anothers_replay_is_not_there():
    other = replay.Export(by="account/somebody-else", at=STARTED.at)

    given(replay.decider, STARTED).when(other).refused("not_found")
    given(replay.decider).when(EXPORT).refused("not_found")


ERASE = replay.EraseGround(rule="replay_started:P5Y@1", due=STARTED.at, keys=1, at=STARTED.at + timedelta(minutes=1))
ERASED = example.replay_ground_erased(due=ERASE.due, at=ERASE.at)


def test_its_ground_is_erased_once_and_not_before_its_term():
    given(replay.decider, STARTED).when(ERASE).then(ERASED)
    given(replay.decider, STARTED, ERASED).when(ERASE).then()
    given(replay.decider, STARTED).when(replace(ERASE, due=ERASE.at)).then(replace(ERASED, due=ERASE.at))
    given(replay.decider, STARTED).when(replace(ERASE, due=ERASE.at + timedelta(seconds=1))).refused("not_yet")
    given(replay.decider).when(ERASE).refused("not_yet")


def test_a_replay_without_its_ground_still_shows_itself():
    given(replay.decider, STARTED, ERASED).when(EXPORT).then(example.replay_exported())
