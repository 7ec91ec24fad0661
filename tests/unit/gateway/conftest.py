"""A door with the other party at hand."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.gateway.line import Client, Line


@pytest.fixture
def line() -> Line:
    return Line()


@pytest.fixture
def ask(line: Line) -> Iterator[Client]:
    client = Client(line)
    yield client
    client.close()
