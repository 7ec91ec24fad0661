"""A relay brings every committed event to the broker, numbered without a gap and signed, whatever is killed."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine, func, insert, select, update

from crisisconnect.installation import Installation
from crisisconnect.postgres import Cluster
from services.kernel import eventstore
from services.kernel.database import ensure, open_engine, writing
from services.kernel.eventstore import events, relay_state
from services.kernel.note import Signer, Verifier
from services.kernel.relay import Relay
from services.kernel.relaying.outbox import Fenced, Outbox
from services.kernel.relaying.publisher import Publisher, number_of
from services.kernel.wake import Waiter, Wake
from tests.integration.conftest import Vhost

TYPE = "nl.crisisconnect.org.OrganisationRegistered.v1"


class Source:
    """A service's store that only writes, and the relay process beside it."""

    def __init__(self, engine: Engine, directory: Path, vhost: Vhost, installation: Installation, url: str) -> None:
        self.engine, self.directory, self.vhost, self.installation = engine, directory, vhost, installation
        self.wake = Wake(engine, directory / "run", "org-relay")
        self.environment = {
            **os.environ,
            "CRISISCONNECT_ENV": "development",
            "CRISISCONNECT_VAR": str(directory),
            "CRISISCONNECT_SECRETS": str(installation.directory),
            "AMQP_URL": f"amqp://127.0.0.1:{vhost.node.ports.amqp}/{vhost.name}",
            "DATABASE_URL": url,
        }
        self.processes: list[subprocess.Popen[bytes]] = []

    def write(self, count: int) -> None:
        with writing(self.engine) as session:
            rows = []
            for _ in range(count):
                id_, stream = str(uuid4()), f"organisation/{uuid4()}"
                line = json.dumps({"specversion": "1.0", "id": id_, "type": TYPE, "source": "/org", "subject": stream})
                rows.append({"id": id_, "stream": stream, "version": 1, "type": TYPE, "line": line.encode()})
            session.execute(insert(events), rows)
        self.wake.up()

    def relay(self, fault: str = "") -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", "services.kernel.relay", "org"],
            env={**self.environment, "CRISISCONNECT_FAULT": fault},
        )
        self.processes.append(process)
        return process

    def stored(self) -> dict[int, bytes]:
        with self.engine.connect() as session:
            rows = session.execute(select(events.c.sequence, events.c.line).where(events.c.sequence.is_not(None)))
            return {number: bytes(line) for number, line in rows}

    def arrived(self, until: int, timeout: float = 40) -> list[bytes]:
        """What the queue of the log holds, once it holds every number up to `until`; doubles included."""
        connection = self.vhost.connect("audit-ingest")
        try:
            channel = connection.channel()
            found: list[bytes] = []
            numbers: set[int] = set()
            ends = time.monotonic() + timeout
            for method, _, body in channel.consume("audit.ingest", inactivity_timeout=0.2):
                if method is not None:
                    channel.basic_ack(method.delivery_tag)
                    found.append(body)
                    numbers.add(number_of(body))
                if numbers >= set(range(1, until + 1)):
                    return found
                if time.monotonic() > ends:
                    missing = sorted(set(range(1, until + 1)) - numbers)
                    raise AssertionError(f"{len(missing)} did not arrive, the first is {missing[0]}")
            return found
        finally:
            connection.close()

    def check(self, count: int) -> None:
        """All arrived, each as it is stored and signed, under numbers without a gap."""
        found = self.arrived(count)
        stored = self.stored()
        assert sorted(stored) == list(range(1, count + 1))
        pin = Verifier.parse(self.installation.pins["org"]).prepared()
        for note in found:
            assert note == stored[number_of(note)]
            pin.text(note)

    def stop(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.terminate()
        for process in self.processes:
            process.wait(10)


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
