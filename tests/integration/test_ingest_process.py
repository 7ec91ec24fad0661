"""The ingest as a process on a real broker: killed anywhere, cut off or stopped, it loses and doubles nothing."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crisisconnect.installation import Installation
from tests.integration.conftest import Vhost
from tests.integration.ingest_process import Ingest


@pytest.fixture
def ingest(make_vhost: Callable[[], Vhost], installation: Installation, tmp_path: Path) -> Iterator[Ingest]:
    made = Ingest(make_vhost(), installation, tmp_path)
    yield made
    if made.process is not None and made.process.poll() is None:
        made.process.kill()
        made.process.wait()
    made.vhost.node.drop_vhost(made.vhost.name)


def test_what_is_published_is_soon_under_a_checkpoint_and_announced(ingest: Ingest) -> None:
    ingest.start()
    ingest.publish("audit", ingest.sources.registrations())
    ingest.publish("auth", [ingest.sources.note("auth", n) for n in range(1, 1500)])
    ingest.reaches(1503)
    ingest.is_whole()
    with ingest.vhost.connect("org") as line:
        _, _, body = line.channel().basic_get("feed-org", auto_ack=True)
        assert body == b'{"size":1503}'
    begun = time.monotonic()
    ingest.publish("auth", [ingest.sources.note("auth", 1500)])
    ingest.reaches(1504)
    assert time.monotonic() - begun < 2
    assert ingest.stop() == 0
    assert ingest.vhost.waiting("audit.ingest") == 0


@pytest.mark.parametrize(
    "point", ["after_verify", "after_insert", "after_commit", "after_sign", "after_checkpoint", "before_ack"]
)
def test_killed_at_any_step_it_goes_on_without_loss(ingest: Ingest, point: str) -> None:
    ingest.publish("audit", ingest.sources.registrations())
    ingest.publish("org", [ingest.sources.note("org", n) for n in range(1, 700)])
    killed = ingest.start(f"{point}:1" if point == "after_sign" else f"{point}:2")
    ingest.publish("org", [ingest.sources.note("org", n) for n in range(700, 710)])
    for n in range(710, 740):
        if killed.poll() is None:
            time.sleep(0.1)
        ingest.publish("org", [ingest.sources.note("org", n)])
    assert killed.wait(20) == -signal.SIGKILL
    ingest.start()
    ingest.reaches(4 + 739)
    ingest.drained()
    assert ingest.stop() == 0
    ingest.is_whole()
    assert ingest.vhost.waiting("audit.ingest") == 0


def test_cut_off_from_the_broker_it_comes_back(ingest: Ingest) -> None:
    ingest.start()
    ingest.publish("audit", ingest.sources.registrations())
    ingest.reaches(4)
    ingest.vhost.node.evaluate('[rabbit_networking:close_connection(P, "cut") || P <- rabbit_networking:connections()]')
    ingest.publish("org", [ingest.sources.note("org", 1)])
    ingest.reaches(5)
    assert ingest.stop() == 0


def test_on_an_older_copy_it_refuses_and_says_why(ingest: Ingest) -> None:
    ingest.start()
    ingest.publish("audit", ingest.sources.registrations())
    ingest.reaches(4)
    assert ingest.stop() == 0
    for path in (ingest.var / "data").glob("audit.sqlite3*"):
        path.unlink()
    assert ingest.start().wait(20) == 3
    assert "older copy" in (ingest.var / "console").read_text()
