"""A job's last good turn is known, one that fails or is stopped does not look well, and no two have one name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from services.kernel.clock.jobs import Jobs, name_of
from services.kernel.codec import instant
from services.kernel.decider import Refused
from services.kernel.hosting.keeping import Keeping

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Clock:
    now = NOON

    def __call__(self) -> datetime:
        return self.now


class Sweeping:
    """Work that fails while it is told to."""

    def __init__(self) -> None:
        self.broken, self.turns = False, 0

    def turn(self) -> int:
        if self.broken:
            raise OSError("the disk is full of somebody's name")
        self.turns += 1
        return self.turns

    def expire(self) -> None: ...


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_job_tells_when_it_was_last_done_and_is_not_done_when_it_failed(clock: Clock) -> None:
    jobs, work = Jobs(3600, clock), Sweeping()
    job = jobs.add(60, work.turn)
    assert jobs.told()[0]["done_at"] is None
    job.turn()
    clock.now += timedelta(minutes=1)
    work.broken = True
    job.turn()
    job.turn()
    (told,) = jobs.told()
    assert (told["done_at"], told["failures"], told["error"]) == (instant(NOON), 2, "OSError")
    work.broken = False
    job.turn()
    (told,) = jobs.told()
    assert (told["done_at"], told["failures"], told["error"]) == (instant(clock.now), 0, None)


def test_a_turn_under_way_is_seen(clock: Clock) -> None:
    jobs = Jobs(3600, clock)
    seen: list[object] = []
    jobs.add(1, lambda: seen.append(jobs.told()[0]["turn_since"]), "looking").turn()
    assert seen == [instant(NOON)]
    assert jobs.told()[0]["turn_since"] is None


def test_a_stopped_job_is_not_done_until_it_is_resumed(clock: Clock) -> None:
    jobs, work = Jobs(3600, clock), Sweeping()
    job = jobs.add(60, work.turn)
    jobs.stop("sweeping")
    job.turn()
    assert job.attempt(work.turn) is None
    assert (work.turns, jobs.stopped(), jobs.told()[0]["done_at"]) == (0, ["sweeping"], None)
    jobs.resume("sweeping")
    assert job.attempt(work.turn) == 1
    assert jobs.stopped() == []
    with pytest.raises(Refused, match="not_found"):
        jobs.stop("another")


def test_what_a_feed_meets_is_counted_and_comes_through(clock: Clock) -> None:
    jobs, work = Jobs(3600, clock), Sweeping()
    job = jobs.add(1, work.turn, "feed")
    work.broken = True
    with pytest.raises(OSError, match="disk"):
        job.attempt(work.turn)
    assert jobs.told()[0]["failures"] == 1


def test_none_waits_longer_than_the_longest_and_none_has_another_s_name(clock: Clock) -> None:
    jobs, work = Jobs(2, clock), Sweeping()
    assert jobs.add(3600, work.turn).seconds == 2
    assert jobs.add(0.5, work.expire).seconds == 0.5
    with pytest.raises(ValueError, match="sweeping"):
        jobs.add(1, Sweeping().turn)


def test_whoever_did_it_last_it_is_done(clock: Clock) -> None:
    jobs, work = Jobs(3600, clock), Sweeping()
    jobs.add(60, work.turn).turn()
    earlier, later = NOON - timedelta(seconds=9), NOON + timedelta(seconds=9)
    assert [jobs.told({"sweeping": at})[0]["done_at"] for at in (earlier, later)] == [instant(NOON), instant(later)]
    jobs.add(60, work.expire)
    assert [one["done_at"] for one in jobs.told({"expire": later})] == [instant(later), instant(NOON)]
    assert jobs.done() == {"sweeping": NOON}


def test_a_job_is_named_by_what_it_does_or_by_whose_it_is() -> None:
    assert [name_of(Sweeping().turn), name_of(Sweeping().expire)] == ["sweeping", "expire"]


@pytest.mark.parametrize("development", [True, False])
def test_a_job_is_left_undone_in_development_alone(development: bool) -> None:
    settings: Any = SimpleNamespace(longest_cycle_seconds=60.0, development=development)
    nothing: Any = None
    store: Any = SimpleNamespace(engine=None)
    keeping = Keeping(settings, store, nothing, nothing, lambda _: {})
    keeping.jobs.add(1, Sweeping().expire)
    if not development:
        with pytest.raises(Refused, match="forbidden"):
            keeping.stop("expire")
        assert keeping.jobs.stopped() == []
        return
    assert keeping.stop("expire") == {"stopped": ["expire"]}
    assert keeping.resume("expire") == {"stopped": []}
