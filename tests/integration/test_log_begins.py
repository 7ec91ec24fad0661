"""A log that is not there yet may be made by two processes at the same moment: neither fails, and there is one."""

from __future__ import annotations

import multiprocessing
from multiprocessing.synchronize import Barrier
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import inspect

from crisisconnect.postgres import Cluster
from services.audit.ledger import tables
from services.kernel.store.database import ensure, open_engine

TWO = 2
SPAWN = multiprocessing.get_context("spawn")


def make(url: str | None, directory: Path, names: list[str], together: Barrier) -> None:
    """What an ingest does first, for one database after another, each at the moment when the other does it."""
    for name in names:
        together.wait(20)
        ensure(url, name)
        engine = open_engine(url, name, directory, pool=2)
        try:
            tables.create(engine)
        finally:
            engine.dispose()


@pytest.mark.parametrize(("database", "times"), [("sqlite", 60), ("postgres", 10)])
def test_two_processes_make_one_log_at_once(
    request: pytest.FixtureRequest, tmp_path: Path, database: str, times: int
) -> None:
    cluster: Cluster | None = request.getfixturevalue("postgres") if database == "postgres" else None
    url = cluster.url if cluster else None
    names = [f"log_{uuid4().hex[:8]}" for _ in range(times)]
    together = SPAWN.Barrier(TWO)
    both = [SPAWN.Process(target=make, args=(url, tmp_path, names, together)) for _ in range(TWO)]
    for one in both:
        one.start()
    for one in both:
        one.join(100)
    assert [one.exitcode for one in both] == [0, 0]
    engine = open_engine(url, names[-1], tmp_path)
    assert set(inspect(engine).get_table_names()) == set(tables.tables.tables)
    engine.dispose()
