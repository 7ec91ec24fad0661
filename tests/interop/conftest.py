"""One log of each size a run, written by the real writer, as files; and what it answers about itself."""

from __future__ import annotations

import random
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from services.audit.ledger import reading
from services.kernel.store.database import reading as look
from tests.interop.written import Written

SIZES = (0, 1, 2, 255, 256, 257, 70_000)


@pytest.fixture(scope="session")
def log_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Written]:
    made: dict[int, Written] = {}

    def build(size: int) -> Written:
        if size not in made:
            made[size] = Written.of(tmp_path_factory.mktemp(f"log-of-{size}"), size)
            made[size].export()
        return made[size]

    return build


@pytest.fixture(params=SIZES)
def log(request: pytest.FixtureRequest, log_of: Callable[[int], Written]) -> Written:
    return log_of(request.param)


def some(size: int, count: int = 30) -> list[int]:
    """The first, the last and the edges of tiles, and some others: indices of a log of this size."""
    edges = {0, 1, size - 1, size // 2, 254, 255, 256, 65_535, 65_536}
    chosen = edges | set(random.Random(size).sample(range(size), min(size, count)))
    return sorted(index for index in chosen if 0 <= index < size)


def receipts(log: Written, into: Path) -> Path:
    """Files `<index>.tlog-proof` of some entries."""
    into.mkdir()
    for index in some(log.size):
        (into / f"{index}.tlog-proof").write_bytes(log.proof(index))
    return into


def continuations(log: Written, into: Path) -> Path:
    """A JSON file of proofs from some earlier sizes to this one."""
    with look(log.engine) as session:
        proofs = {index + 1: reading.consistency(session, index + 1, log.size) for index in some(log.size)}
    found = [{"Old": old, "Proof": [b64encode(node).decode() for node in proof]} for old, proof in proofs.items()]
    into.write_bytes(orjson.dumps(found))
    return into
