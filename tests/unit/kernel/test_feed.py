"""A feed takes each entry in once and in order; what fails is set aside with its stream, and nothing else stops."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import insert, select, update
from sqlalchemy.exc import OperationalError

from services.contracts import auth
from services.contracts.privacy import Role
from services.kernel.calls import rpc
from services.kernel.commands.unit import Unit
from services.kernel.decider import Refused
from services.kernel.following.feed import Entry, Feed, Missed
from services.kernel.signing.note import Signer
from services.kernel.store import eventstore
from services.kernel.store.eventstore import numbered
from tests.unit.kernel.conftest import NOON, Service, people

TYPES = [auth.PersonInvited.type, auth.RoleChanged.type]


class Log:
    """The log as audit answers it, in memory."""

    def __init__(self, signer: Signer) -> None:
        self.signer = signer
        self.notes: list[tuple[str, str]] = []

    def tell(self, service: Service, signer: Signer | None = None) -> None:
        """Everything that `service` has recorded since."""
        for line in service.lines()[len(self.notes) :]:
            kind = eventstore.parse(line).envelope.type
            note = (signer or self.signer).sign(numbered(line, len(self.notes) + 1) + b"\n")
            self.notes.append((kind, note.decode()))

    def fetch(self, after: int, types: Sequence[str], limit: int) -> Mapping[str, Any]:
        found = [
            {"index": index, "note": note}
            for index, (kind, note) in enumerate(self.notes)
            if index > after and kind in types
        ][:limit]
        scanned = found[-1]["index"] if len(found) == limit else len(self.notes) - 1
        return {"entries": found, "scanned": scanned, "size": len(self.notes)}


class World:
    """auth tells, org listens."""

    def __init__(self, make_service: Callable[..., Service]) -> None:
        self.auth, self.org = make_service("auth"), make_service("org")
        self.log = Log(self.auth.signer)
        self.seen: list[int] = []
        self.fails: dict[int, list[Exception]] = {}

    def handle(self, unit: Unit, entry: Entry) -> None:
        if self.fails.get(entry.index):
            raise self.fails[entry.index].pop()
        self.seen.append(entry.index)
        row = {"account": f"{entry.index}", "organisation": "o1", "role": unit.context.actor}
        unit.session.execute(insert(people).values(row))

    def feed(self, **more: Any) -> Feed:
        pins = {"/auth": self.auth.signer.verifier}
        return Feed(
            self.org.store, "org-feed", TYPES, self.log.fetch, more.pop("handle", self.handle), pins=pins, **more
        )

    def follow(self, feed: Feed | None = None) -> Feed:
        feed = feed or self.feed()
        self.log.tell(self.auth)
        while feed.step():
            pass
        return feed

    def parked(self, feed: Feed) -> list[tuple[int, str]]:
        with self.org.store.reading() as session:
            return [(one.index, one.error) for one in feed.parked(session)]


@pytest.fixture
def world(make_service: Callable[..., Service], monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr("services.kernel.following.feed.PAUSES", (0.0, 0.0))
    return World(make_service)


@pytest.mark.searching
def test_every_entry_takes_effect_once_and_in_order(world: World) -> None:
    for _ in range(230):
        world.auth.invite()
    feed = world.follow()
    world.follow(feed)
    world.follow(world.feed())
    assert world.seen == list(range(230))
    assert feed.cursor() == 229


def test_what_nobody_asked_for_is_passed_over_and_not_looked_at_again(world: World) -> None:
    account = world.auth.invite()
    event = auth.AccountClosed(account=account, organisation="o1", closed_by="b", erasure="e", at=NOON)

    def close(unit: Unit) -> dict[str, Any]:
        unit.append(f"account/{account}", 1, [event])
        return {}

    world.auth.store.perform(world.auth.context(), close)
    feed = world.follow()
    assert world.seen == [0]
    assert feed.looked == 1


def test_a_handler_speaks_for_its_service_and_names_its_cause(world: World) -> None:
    contexts = []
    world.auth.invite()
    world.follow(world.feed(handle=lambda unit, entry: contexts.append((unit.context, entry))))
    [(context, entry)] = contexts
    assert (context.actor, context.organisation, context.correlation) == ("system/org", "o1", "c1")
    assert context.causation == entry.record.envelope.id


def test_what_fails_three_times_is_parked_with_its_stream_and_the_rest_goes_on(world: World) -> None:
    first = world.auth.invite()
    world.auth.promote(first, Role.BEHEERDER)
    world.auth.invite()
    world.fails[0] = [Refused("not_yet") for _ in range(3)]
    feed = world.follow()
    assert world.seen == [2]
    assert world.parked(feed) == [(0, "Refused:not_yet"), (1, "waits")]


def test_what_would_be_written_without_a_ground_is_parked_and_others_go_on(world: World) -> None:
    """A feed knows no terms: what it would write of people by its own account is a fault, and no loop."""
    for _ in range(3):
        world.auth.invite()

    def handle(unit: Unit, entry: Entry) -> None:
        if entry.index == 1:
            event = auth.PersonInvited(
                account="p1",
                organisation="o1",
                invitation="i1",
                email="anna@example.nl",
                role=Role.MEMBER,
                token_digest="0" * 64,
                expires_at=NOON,
                at=NOON,
            )
            unit.append("account/p1", 0, [event])
        world.handle(unit, entry)

    feed = world.follow(world.feed(handle=handle, keys=lambda _: [("account/p1", "email")]))
    assert world.seen == [0, 2]
    assert world.parked(feed) == [(1, "Ungrounded")]
    assert world.org.lines() == []
    assert [row.account for row in world.org.rows(people)] == ["0", "2"]
    assert feed.retry(1) == 0, "nor by asking again"
    assert REGISTRY.get_sample_value("crisisconnect_feed_parked", {"feed": "org-feed"}) == 1, "which an alarm sees"


def test_what_fails_twice_is_not_parked(world: World) -> None:
    world.auth.invite()
    world.fails[0] = [ValueError("anna@example.nl") for _ in range(2)]
    feed = world.follow()
    assert world.seen == [0]
    assert world.parked(feed) == []


def test_an_error_is_parked_without_its_text(world: World) -> None:
    world.auth.invite()
    world.fails[0] = [ValueError("anna@example.nl") for _ in range(3)]
    assert world.parked(world.follow()) == [(0, "ValueError")]


def test_a_retry_takes_the_whole_stream_in_order(world: World) -> None:
    first = world.auth.invite()
    world.auth.promote(first, Role.BEHEERDER)
    world.fails[0] = [Refused("not_yet") for _ in range(3)]
    feed = world.follow()
    assert feed.retry(1) == 2
    assert world.seen == [0, 1]
    assert world.parked(feed) == []
    world.auth.promote(first, Role.MEMBER, seen=2)
    world.follow(feed)
    assert world.seen == [0, 1, 2]


def test_a_retry_that_fails_again_stays_parked(world: World) -> None:
    world.auth.invite()
    world.fails[0] = [Refused("not_yet") for _ in range(6)]
    feed = world.follow()
    assert feed.retry(0) == 0
    with world.org.store.reading() as session:
        assert [one.tries for one in feed.parked(session)] == [6]


def test_a_discarded_entry_lets_those_behind_it_go(world: World) -> None:
    first = world.auth.invite()
    world.auth.promote(first, Role.BEHEERDER)
    world.fails[0] = [Refused("not_yet") for _ in range(3)]
    feed = world.follow()
    feed.discard(0)
    assert feed.retry(1) == 1
    assert world.seen == [1]
    with pytest.raises(LookupError):
        feed.discard(0)


@pytest.mark.parametrize(
    "away", [OperationalError("", {}, Exception()), rpc.Unavailable("auth")], ids=["database", "service"]
)
def test_what_is_away_is_waited_for_and_never_counted(world: World, away: Exception) -> None:
    world.auth.invite()
    world.fails[0] = [away for _ in range(5)]
    feed = world.feed()
    world.log.tell(world.auth)
    for _ in range(5):
        with pytest.raises(type(away)):
            feed.step()
    feed.step()
    assert world.seen == [0]
    assert world.parked(feed) == []


def test_an_effect_without_its_cursor_never_stays(world: World) -> None:
    def half(unit: Unit, entry: Entry) -> None:
        world.handle(unit, entry)
        raise OperationalError("", {}, Exception())

    world.auth.invite()
    with pytest.raises(OperationalError):
        world.follow(world.feed(handle=half))
    assert world.org.rows(people) == []
    world.follow()
    assert len(world.org.rows(people)) == 1


def test_an_entry_that_its_source_did_not_sign_is_never_acted_on(world: World) -> None:
    world.auth.invite()
    world.log.tell(world.auth, Signer("log.example/auth", bytes(32)))
    feed = world.follow()
    assert world.seen == []
    assert world.parked(feed) == [(0, "signature does not hold")]


def test_a_type_that_no_contract_knows_is_parked(world: World) -> None:
    world.auth.invite()
    line = world.auth.lines()[0].replace(b"PersonInvited.v1", b"PersonInvited.v9")
    world.log.notes.append((TYPES[0], world.log.signer.sign(numbered(line, 1) + b"\n").decode()))
    feed = world.feed()
    feed.step()
    assert world.parked(feed) == [(0, "no contract fits: KeyError")]


def test_a_source_cannot_speak_another_sources_words(world: World) -> None:
    world.auth.invite()
    line = world.auth.lines()[0].replace(b".auth.PersonInvited", b".org.PersonInvited")
    world.log.notes.append((TYPES[0], world.log.signer.sign(numbered(line, 1) + b"\n").decode()))
    feed = world.feed()
    feed.step()
    assert world.parked(feed) == [(0, "a type of another source")]


def test_of_two_replicas_only_one_applies_an_entry(world: World) -> None:
    for _ in range(60):
        world.auth.invite()
    world.log.tell(world.auth)
    feeds = [world.feed() for _ in range(3)]

    def follow(feed: Feed) -> None:
        while feed.cursor() < 59:
            feed.step()

    threads = [threading.Thread(target=follow, args=(feed,)) for feed in feeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(world.org.rows(people)) == 60


def test_work_ahead_of_the_transaction_comes_first_each_time(world: World) -> None:
    order: list[str] = []
    world.auth.invite()
    world.follow(world.feed(before=lambda _: order.append("before"), handle=lambda *_: order.append("handle")))
    assert order == ["before", "handle"]


def test_a_feed_runs_until_it_is_stopped_and_survives_a_log_that_is_away(world: World) -> None:
    world.auth.invite()
    world.log.tell(world.auth)
    stop, calls = threading.Event(), []

    def fetch(after: int, types: Sequence[str], limit: int) -> Mapping[str, Any]:
        calls.append(after)
        if len(calls) == 1:
            raise rpc.Unavailable("audit")
        return world.log.fetch(after, types, limit)

    feed = world.feed()
    feed._fetch = fetch
    thread = threading.Thread(target=feed.run, args=(stop,))
    thread.start()
    for _ in range(200):
        if world.seen:
            break
        stop.wait(0.02)
    stop.set()
    thread.join(5)
    assert world.seen == [0]


def test_the_cursor_is_a_row_beside_the_effects(world: World) -> None:
    world.auth.invite()
    world.follow()
    with world.org.store.reading() as session:
        rows = session.execute(select(eventstore.cursors)).all()
    assert [(row.name, row.after) for row in rows] == [("org-feed", 0)]


def test_a_feed_that_missed_what_the_log_has_let_go_of_says_so_and_goes_no_further(world: World) -> None:
    for number in range(4):
        world.auth.invite(email=f"p{number}@example.nl")
    feed = world.follow()
    whole, world.log.fetch = world.log.fetch, lambda *asked: {**whole(*asked), "first": 3}  # type: ignore[method-assign]
    world.auth.invite(email="last@example.nl")
    world.follow(world.feed())
    assert world.seen == [0, 1, 2, 3, 4], "it had read all that went"

    back = world.feed()
    with world.org.store.engine.begin() as session:
        session.execute(update(eventstore.cursors).values(after=1))
    with pytest.raises(Missed, match="begins at 3"):
        back.step()
    assert world.seen == [0, 1, 2, 3, 4]
    assert feed.cursor() == 1
