"""What the log does not have is sent again: patiently, little at first, more while that helps."""

from __future__ import annotations

from services.kernel.relaying.progress import CHUNK, PATIENCE, Progress


def taken(progress: Progress, limit: int = 1000) -> list[tuple[int, int]]:
    found = []
    while piece := progress.take(limit):
        found.append(piece)
    return found


def test_a_log_that_moves_is_left_alone() -> None:
    progress = Progress(10_000, 0)
    for second in range(60):
        progress.learn(second + 1, 10_000, float(second))
        assert taken(progress) == []


def test_what_stands_still_is_sent_again_after_some_patience_and_then_less_often() -> None:
    progress = Progress(50, 20)
    again = []
    for second in range(130):
        progress.learn(20, 50, float(second))
        if taken(progress) == [(20, 30)]:
            again.append(second)
    assert again == [2, 6, 14, 30, 62, 122]


def test_what_was_never_sent_is_not_sent_again() -> None:
    progress = Progress(50, 20)
    for second in range(100):
        progress.learn(20, 20, float(second))
        assert taken(progress) == []


def test_a_great_loss_heals_in_growing_steps() -> None:
    progress = Progress(100_000, 0)
    high, now, rounds = 0, 0.0, 0
    while high < 100_000 and rounds < 20:
        progress.learn(high, 100_000, now)
        pieces = taken(progress)
        high += sum(count for _, count in pieces)
        rounds += bool(pieces)
        now += PATIENCE[0]
    assert high == 100_000
    assert rounds <= 8


def test_a_slow_log_is_not_flooded() -> None:
    progress = Progress(100_000, 0)
    sent = 0
    for second in range(300):
        progress.learn(0, 100_000, float(second))
        sent += sum(count for _, count in taken(progress))
    assert sent <= 10 * CHUNK


def test_a_log_with_numbers_that_were_never_given_means_an_older_copy() -> None:
    progress = Progress(10, 10)
    progress.learn(12, 10, 0.0)
    assert progress.restored
    assert progress.outstanding == 0


def test_a_piece_that_has_arrived_meanwhile_is_not_sent() -> None:
    progress = Progress(3000, 0)
    for second in (0.0, 2.0):
        progress.learn(0, 3000, second)
    assert progress.take(100) == (0, 100)
    progress.learn(900, 3000, 3.0)
    assert progress.take(1000) == (900, 100)
    assert progress.take(1000) is None
