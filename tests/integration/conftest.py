"""Real servers for the tests: one RabbitMQ node and one PostgreSQL cluster a run, a fresh vhost a module."""

from __future__ import annotations

import gc
import time
import uuid
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pika
import pytest
from sqlalchemy import Engine

from crisisconnect.installation import Installation
from crisisconnect.postgres import Cluster
from crisisconnect.rabbitmq import Node
from services.audit.app import Audit
from services.kernel.configuration import Configuration
from services.kernel.hosting.migrating import migrate
from services.kernel.store.database import sqlite
from tests.integration.ingested import Log, fresh_database
from tests.integration.installed import QUICK, Nobody
from tests.integration.witnesses import STRANGE, Strange, Witness, written


@dataclass(frozen=True)
class Vhost:
    """A whole topology for one module alone, on the run's one node."""

    node: Node
    name: str

    def url(self, user: str) -> str:
        return self.node.url(user, self.name)

    def connect(self, user: str) -> pika.BlockingConnection:
        return pika.BlockingConnection(pika.URLParameters(self.url(user)))

    def waiting(self, queue: str) -> int:
        """How many messages wait in a queue, as the broker itself counts them."""
        name = f'rabbit_misc:r(<<"{self.name}">>, queue, <<"{queue}">>)'
        count = "proplists:get_value(messages, rabbit_amqqueue:info(Q, [messages]))"
        return int(self.node.evaluate(f"{{ok, Q}} = rabbit_amqqueue:lookup({name}), {count}"))


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    return Installation.mint(tmp_path_factory.mktemp("installation") / "secrets")


@pytest.fixture(scope="session")
def node(tmp_path_factory: pytest.TempPathFactory, installation: Installation) -> Iterator[Node]:
    node = Node(tmp_path_factory.mktemp("rabbitmq"), installation)
    node.start()
    yield node
    node.stop()


@pytest.fixture(scope="session")
def make_vhost(node: Node) -> Callable[[], Vhost]:
    """For a test that needs more than one, or a fresh one of its own."""

    def make() -> Vhost:
        vhost = Vhost(node, f"test-{uuid.uuid4().hex[:8]}")
        node.make_vhost(vhost.name)
        return vhost

    return make


@pytest.fixture(scope="module")
def vhost(make_vhost: Callable[[], Vhost]) -> Iterator[Vhost]:
    vhost = make_vhost()
    yield vhost
    vhost.node.drop_vhost(vhost.name)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    # A name of its own: under root it lies in /var/tmp, where an interrupted run's would be found again.
    cluster = Cluster(tmp_path_factory.mktemp("postgres") / uuid.uuid4().hex, durable=False)
    cluster.start()
    yield cluster
    cluster.remove()


@pytest.fixture
def secrets(installation: Installation) -> Path:
    return installation.directory


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    if request.param == "sqlite":
        made = sqlite(tmp_path / "audit.sqlite3", pool=4)
    else:
        cluster: Cluster = request.getfixturevalue("postgres")
        made = fresh_database(cluster)
    yield made
    made.dispose()


@pytest.fixture
def log(engine: Engine, tmp_path: Path) -> Log:
    return Log(engine, tmp_path)


@pytest.fixture
def home(tmp_path: Path) -> Configuration:
    Installation.mint(tmp_path / "secrets")
    made = Configuration(
        environment="development",
        var=tmp_path / "var",
        secrets=tmp_path / "secrets",
        amqp_url="",
        database_url=None,
        keyring_url=None,
        port=0,
        public_url="",
        smtp_url=None,
        retention_sweep_seconds=2.0,
        key_epoch_hours=24.0,
        workers=1,
        trusted_proxies=(),
        gap_seconds=0.3,
    )
    migrate("audit", made)
    return made


@pytest.fixture
def witnesses(tmp_path: Path, home: Configuration) -> Iterator[list[Witness]]:
    made = [Witness(tmp_path / f"w{n}", f"w{n}.example", home.installation["log"]) for n in (1, 2)]
    yield [one.listen() for one in made]
    for one in made:
        if one.process.poll() is None:
            one.stop()


@pytest.fixture
def strangers() -> Iterator[list[Strange]]:
    made = [Strange(how) for how in STRANGE]
    yield made
    for one in made:
        one.close()


@pytest.fixture
def audit(tmp_path: Path, home: Configuration, witnesses: list[Witness], strangers: list[Strange]) -> Iterator[Audit]:
    made = Audit(replace(home, witnesses=written(tmp_path / "policy", witnesses, strangers)), Nobody())
    made.rounds.pace = QUICK
    yield made
    made.stop()
    time.sleep(0.2)
    made.engine.dispose()
    made.keyring._engine.dispose()


CUT = ("test_ingest", "test_relay", "test_rpc")
"""Tests that cut connections in mid-handshake, where pika leaves its socket to the collector."""


@pytest.fixture(autouse=True, scope="module")
def collected(request: pytest.FixtureRequest) -> Iterator[None]:
    """What such a module leaves behind is collected at its end, and not in the middle of another test."""
    yield
    if request.path.name.startswith(CUT):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()
