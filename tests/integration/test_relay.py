"""A relay brings every committed event to the broker, numbered without a gap and signed, whatever is killed."""

from __future__ import annotations

import asyncio
import json
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from crisisconnect.installation import Installation
from crisisconnect.postgres import Cluster
from services.kernel.relaying.outbox import Fenced, Outbox
from services.kernel.relaying.publisher import Publisher
from services.kernel.relaying.relay import Relay
from services.kernel.signing.note import Signer
from services.kernel.store import eventstore
from services.kernel.store.database import ensure, open_engine, writing
from services.kernel.store.eventstore import events, relay_state
from services.kernel.store.wake import Waiter, Wake
from tests.integration.conftest import Vhost
from tests.integration.relayed import TYPE, Source


@pytest.fixture(params=["sqlite", "postgres"])
def make_source(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    make_vhost: Callable[[], Vhost],
    installation: Installation,
) -> Iterator[Callable[[], Source]]:
    made: list[Source] = []

    def make() -> Source:
        url = ""
        if request.param == "postgres":
            cluster: Cluster = request.getfixturevalue("postgres")
            url = cluster.url
            ensure(url, "org")
        engine = open_engine(url or None, "org", tmp_path / "data", pool=4)
        eventstore.tables.drop_all(engine)
        eventstore.tables.create_all(engine)
        made.append(Source(engine, tmp_path, make_vhost(), installation, url))
        return made[-1]

    yield make
    for source in made:
        source.stop()
        source.engine.dispose()
        source.vhost.node.drop_vhost(source.vhost.name)


@pytest.fixture
def source(make_source: Callable[[], Source]) -> Source:
    return make_source()


def test_everything_arrives_signed_and_numbered_without_a_gap(source: Source) -> None:
    source.write(1200)
    source.relay()
    source.check(1200)
    source.write(10)
    began = time.monotonic()
    while source.vhost.waiting("audit.ingest") < 10:
        assert time.monotonic() - began < 5
        time.sleep(0.01)


def test_properties_say_what_the_event_is(source: Source) -> None:
    source.write(1)
    source.relay()
    with source.vhost.connect("audit-ingest") as connection:
        channel = connection.channel()
        method, properties, body = next(iter(channel.consume("audit.ingest", auto_ack=True)))
        channel.cancel()
    event = json.loads(body.split(b"\n")[0])
    assert event["sequence"] == "1"
    assert (properties.message_id, properties.user_id) == (event["id"], "org-relay")
    assert (properties.content_type, properties.delivery_mode) == ("application/cloudevents+json", 2)
    assert (method.routing_key, method.exchange) == (TYPE, "org.events")


@pytest.mark.parametrize("fault", ["after_number:2", "after_publish:1", "before_confirm:1"])
def test_a_relay_killed_anywhere_loses_nothing(source: Source, fault: str) -> None:
    source.write(1500)
    assert source.relay(fault).wait(30) == -signal.SIGKILL
    source.relay()
    source.check(1500)


def test_a_second_relay_waits_and_takes_over(source: Source) -> None:
    first = source.relay()
    source.write(100)
    source.arrived(100)
    source.relay()
    time.sleep(1)
    first.send_signal(signal.SIGKILL)
    first.wait()
    source.write(100)
    deadline = time.monotonic() + 20
    while len(source.stored()) < 200:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert sorted(source.stored()) == list(range(1, 201))


def test_what_reaches_no_queue_is_sent_again(source: Source) -> None:
    node, vhost = source.vhost.node, source.vhost.name
    resource = '{{resource, <<"{0}">>, {1}, <<"{2}">>}}'
    binding = (
        f'{{binding, {resource.format(vhost, "exchange", "org.events")}, <<"#">>, '
        f"{resource.format(vhost, 'queue', 'audit.ingest')}, []}}"
    )
    node.evaluate(f'rabbit_binding:remove({binding}, <<"test">>)')
    source.relay()
    source.write(300)
    time.sleep(2)
    node.evaluate(f'rabbit_binding:add({binding}, <<"test">>)')
    source.check(300)


def test_what_the_broker_lost_after_its_confirm_is_sent_again_once_asked_for(
    source: Source, installation: Installation
) -> None:
    """Nobody answers for the log here, so the restart sends everything above the last known high-water mark."""
    relay = source.relay()
    source.write(200)
    source.arrived(200)
    relay.terminate()
    assert relay.wait(10) == 0
    with writing(source.engine) as session:
        session.execute(update(relay_state).values(integrated=150))
    source.relay()
    deadline = time.monotonic() + 20
    while source.vhost.waiting("audit.ingest") < 50:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    time.sleep(1)
    assert source.vhost.waiting("audit.ingest") == 50


def test_a_relay_that_lost_its_turn_numbers_nothing(source: Source, installation: Installation) -> None:
    signer = Signer(f"{installation.origin}/org", bytes(32))
    late, next_one = Outbox(source.engine, signer), Outbox(source.engine, signer)
    late.begin()
    source.write(3)
    assert [one.sequence for one in late.number(2)] == [1, 2]
    assert next_one.begin().last == 2
    with pytest.raises(Fenced):
        late.number(10)
    with pytest.raises(Fenced):
        late.integrated(2)
    assert [one.sequence for one in next_one.number(10)] == [3]
    with source.engine.connect() as session:
        assert session.execute(select(func.count()).select_from(events)).scalar_one() == 3


def test_a_wake_up_takes_milliseconds(source: Source) -> None:
    source.relay()
    source.write(1)
    source.arrived(1)
    taken: list[float] = []
    for count in range(2, 11):
        time.sleep(0.15)
        began = time.perf_counter()
        source.write(1)
        while len(source.stored()) < count:
            assert time.perf_counter() - began < 5
            time.sleep(0.001)
        taken.append(time.perf_counter() - began)
    assert sorted(taken)[4] < 0.3


def test_a_wake_up_from_another_machine_comes_through_postgresql(source: Source) -> None:
    if source.engine.dialect.name != "postgresql":
        pytest.skip("there is no other machine on SQLite")
    elsewhere = Wake(source.engine, source.directory / "elsewhere", "org-relay")
    with Waiter(source.engine, source.directory / "run", "org-relay") as waiter:
        while waiter.wait(0.5):
            pass
        for _ in range(3):
            elsewhere.up()
            began = time.perf_counter()
            assert waiter.wait(5)
            assert time.perf_counter() - began < 1


def test_an_older_copy_of_the_store_gives_no_numbers(source: Source, installation: Installation) -> None:
    told: list[int] = []

    async def answers() -> int | None:
        return 7

    async def tell(given: int) -> bool:
        told.append(given)
        return len(told) == 2

    async def turn() -> None:
        publisher = Publisher(source.vhost.url("org-relay"), "org-relay", exchange="org.events", feed="feed-org-relay")
        publisher.start()
        signer = Signer(f"{installation.origin}/org", bytes(32))
        relay = Relay("org", source.engine, source.directory / "run", signer, publisher, answers, tell)
        running = asyncio.create_task(relay.run())
        await asyncio.sleep(3.5)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await publisher.stop()

    source.write(3)
    asyncio.run(turn())
    assert source.stored() == {}
    assert told == [0, 0]


def test_sigterm_stops_it_cleanly(source: Source) -> None:
    relay = source.relay()
    source.write(5)
    source.arrived(5)
    relay.terminate()
    assert relay.wait(10) == 0
