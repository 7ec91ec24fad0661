"""Each journey runs on SQLite and on PostgreSQL, with a real RabbitMQ of its own."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from crisisconnect.postgres import Cluster
from tests.journeys.running import System


@pytest.fixture
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    # Its own for each journey: an installation refuses, rightly, the databases of another.
    cluster = Cluster(tmp_path_factory.mktemp("postgres") / uuid.uuid4().hex, durable=False)
    cluster.start()
    yield cluster
    cluster.remove()


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest) -> dict[str, str]:
    if request.param == "sqlite":
        return {}
    cluster: Cluster = request.getfixturevalue("postgres")
    return {"DATABASE_URL": cluster.url, "KEYRING_URL": cluster.url}


@pytest.fixture
def system(tmp_path: Path, settings: dict[str, str]) -> Iterator[System]:
    system = System(tmp_path, settings)
    system.start()
    yield system
    system.stop()
