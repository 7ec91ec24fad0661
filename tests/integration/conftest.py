"""Real servers for the tests: one RabbitMQ node and one PostgreSQL cluster a run, a fresh vhost a module."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pika
import pytest

from crisisconnect.installation import Installation
from crisisconnect.postgres import Cluster
from crisisconnect.rabbitmq import Node


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
