"""A feed believes each source under the key that holds at each number, and hears of later keys from the log alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from services.contracts.auth import SigningKeyHandedOver
from services.kernel.calls.rpc import Unavailable
from services.kernel.commands.unit import Unit
from services.kernel.following.feed import Feed
from services.kernel.signing.note import Signer
from services.kernel.signing.succession import agreement
from tests.unit.kernel.conftest import NOON, Service
from tests.unit.kernel.test_feed import Log, World

NAME = "log.example/auth"
SECOND, THIRD = (Signer(NAME, bytes([n]) * 32) for n in (2, 3))


class Rotated(World):
    """auth tells, hands its key over and tells on; org listens."""

    def __init__(self, make_service: Callable[..., Service]) -> None:
        super().__init__(make_service)
        self.log: Counting = Counting(self.auth.signer)
        self.asked = 0
        self.away = False

    def hand_over(self, old: Signer, new: Signer, *, by: Signer | None = None, proof: str = "") -> None:
        """Recorded, and in the log, signed by `by`, or else by `old`."""
        agreed = proof or agreement("/auth", old.verifier, new)
        event = SigningKeyHandedOver(old=old.verifier.vkey, vkey=new.verifier.vkey, proof=agreed, at=NOON)
        seen = sum(kind == SigningKeyHandedOver.type for kind, _ in self.log.notes)

        def work(unit: Unit) -> dict[str, Any]:
            unit.append("signing/auth", seen, [event])
            return {}

        self.auth.store.perform(self.auth.context(), work)
        self.log.tell(self.auth, by or old)

    def tell(self, signer: Signer) -> None:
        self.auth.invite()
        self.log.tell(self.auth, signer)

    def handovers(self) -> list[bytes]:
        self.asked += 1
        if self.away:
            raise Unavailable("audit")
        return [note.encode() for kind, note in self.log.notes if kind == SigningKeyHandedOver.type]

    def listen(self, feed: Feed | None = None) -> Feed:
        feed = feed or self.feed(handovers=self.handovers)
        while feed.step():
            pass
        return feed


class Counting(Log):
    def fetch(self, after: int, types: Sequence[str], limit: int) -> Mapping[str, Any]:
        count = sum(kind == SigningKeyHandedOver.type for kind, _ in self.notes)
        return {**super().fetch(after, types, limit), "handovers": count}


@pytest.fixture
def world(make_service: Callable[..., Service], monkeypatch: pytest.MonkeyPatch) -> Rotated:
    monkeypatch.setattr("services.kernel.following.feed.PAUSES", (0.0, 0.0))
    return Rotated(make_service)


def test_what_later_keys_signed_takes_effect_live_and_from_the_start(world: Rotated) -> None:
    first = world.auth.signer
    world.tell(first)
    feed = world.listen()
    world.hand_over(first, SECOND)
    world.tell(SECOND)
    world.hand_over(SECOND, THIRD)
    world.tell(THIRD)
    world.listen(feed)
    assert (world.seen, world.parked(feed)) == ([0, 2, 4], [])
    world.tell(THIRD)
    world.listen()
    assert world.seen == [0, 2, 4, 5]


def test_it_asks_only_when_the_log_has_more_than_it_knows(world: Rotated) -> None:
    world.hand_over(world.auth.signer, SECOND)
    for _ in range(3):
        world.tell(SECOND)
    feed = world.listen()
    world.tell(SECOND)
    world.listen(feed)
    assert (world.seen, world.asked) == ([1, 2, 3, 4], 1)


def test_an_old_key_is_believed_no_more_once_it_has_handed_over(world: Rotated) -> None:
    world.hand_over(world.auth.signer, SECOND)
    world.tell(world.auth.signer)
    world.tell(SECOND)
    feed = world.listen()
    assert (world.seen, world.parked(feed)) == ([2], [(1, "signature does not hold")])


def test_a_new_key_is_not_believed_without_its_hand_over(world: Rotated) -> None:
    world.tell(SECOND)
    world.hand_over(world.auth.signer, SECOND)
    feed = world.listen()
    assert (world.seen, world.parked(feed)) == ([], [(0, "signature does not hold")])


@pytest.mark.parametrize("forged", [{"by": THIRD}, {"proof": "AAAA"}])
def test_a_forged_hand_over_changes_nothing(world: Rotated, forged: dict[str, Any]) -> None:
    world.hand_over(world.auth.signer, SECOND, **forged)
    world.tell(SECOND)
    world.tell(world.auth.signer)
    feed = world.listen()
    assert (world.seen, world.parked(feed)) == ([2], [(1, "signature does not hold")])


def test_while_nobody_tells_of_keys_nothing_is_parked(world: Rotated) -> None:
    world.hand_over(world.auth.signer, SECOND)
    world.tell(SECOND)
    world.away = True
    feed = world.feed(handovers=world.handovers)
    with pytest.raises(Unavailable):
        feed.step()
    assert (world.seen, world.parked(feed), feed.cursor()) == ([], [], -1)
    world.away = False
    assert (world.listen(feed).cursor(), world.seen) == (1, [1])
