"""A campaign is believed because it catches planted bugs, each by what was lost, doubled or left out."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.campaign import Campaign
from tests.faults.clients import Desk
from tests.faults.killing import Thief
from tests.faults.mutants import DEAF, EARLY, FORGETFUL, GREEDY, HASTY, LATE, Mutant, bred
from tests.faults.reconcile import Finding, Wrong
from tests.faults.wiring import unbound
from tests.journeys.people import eventually
from tests.journeys.running import System

pytestmark = pytest.mark.timeout(300)


@contextmanager
def living(mutant: Mutant, directory: Path, **settings: str) -> Iterator[tuple[Campaign, Desk]]:
    system = bred(mutant, directory / "code")
    with Campaign(directory, mutant.name, settings, system) as campaign:
        assert_runs_the_copy(campaign.system, directory / "code")
        [desk] = campaign.desks(1)
        desk.client.again = 0.0
        yield campaign, desk


def assert_runs_the_copy(system: System, code: Path) -> None:
    where = [sys.executable, "-c", "import services.kernel.commands.unit as unit; print(unit.__file__)"]
    found = subprocess.run(where, env=system.environment, capture_output=True, text=True, check=True)
    assert Path(found.stdout.strip()).is_relative_to(code)


def named(findings: list[Finding], *wrong: Wrong) -> list[str]:
    return [finding.detail for finding in findings if finding.wrong in wrong]


def robbed(campaign: Campaign, desk: Desk) -> int:
    """Invitations go on while the broker loses two messages that it had confirmed."""
    with ThreadPoolExecutor(1) as pool:
        theft = pool.submit(Thief(campaign.system).steal, campaign.killer, 2)
        while not theft.done():
            desk.invite()
    return theft.result()


def test_an_acknowledgement_before_the_commit_is_found(tmp_path: Path) -> None:
    with living(EARLY, tmp_path) as (campaign, desk):
        (campaign.system.var / LATE).touch()
        for _ in range(3):
            desk.invite()
            campaign.killer.kill("auth")
        (campaign.system.var / LATE).unlink()
        desk.invite()
        outcome = campaign.outcome(campaign.settle(20))

    lost = named(outcome.findings, Wrong.LOST)
    assert any("acknowledged to" in one and "in no store and no log" in one for one in lost), outcome.text()


def test_a_relay_that_never_sends_again_is_found(tmp_path: Path) -> None:
    with living(FORGETFUL, tmp_path) as (campaign, desk):
        assert robbed(campaign, desk) >= 2
        desk.invite()
        outcome = campaign.outcome(campaign.settle(15))

    lost = named(outcome.findings, Wrong.LOST)
    assert any("acknowledged to" in one and "in no log" in one for one in lost), outcome.text()


@pytest.mark.parametrize(("mutant", "loses"), [(FORGETFUL, False), (DEAF, True)])
def test_a_message_that_reaches_no_queue_is_lost_only_to_a_relay_that_does_not_hear_it(
    tmp_path: Path, mutant: Mutant, *, loses: bool
) -> None:
    with living(mutant, tmp_path) as (campaign, desk):
        assert campaign.settle(60) == []
        with unbound(campaign.system, "auth"):
            for _ in range(5):
                desk.invite()
            time.sleep(1.5)
        desk.invite()
        outcome = campaign.outcome(campaign.settle(15))

    assert bool(named(outcome.findings, Wrong.LOST)) is loses, outcome.text()


def test_an_ingest_that_takes_the_same_twice_is_found(tmp_path: Path) -> None:
    # Killed at every eighth batch, after its commit and before its acknowledgement: that batch comes again.
    with living(GREEDY, tmp_path, CRISISCONNECT_FAULT="before_ack:8") as (campaign, desk):
        for _ in range(8):
            desk.invite()
        outcome = campaign.outcome(campaign.settle(15))

    assert named(outcome.findings, Wrong.DOUBLED, Wrong.GAP), outcome.text()
    assert named(outcome.findings, Wrong.DAMAGED), outcome.text()


def test_a_feed_that_moves_on_before_the_effect_is_found(tmp_path: Path) -> None:
    with living(HASTY, tmp_path) as (campaign, desk):
        desk.invite()
        desk.postbox.wait(desk.invited[0], 60)
        desk.accept()
        assert campaign.settle(60) == []
        (campaign.system.var / LATE).touch()
        retention = campaign.system.pid("retention")
        desk.close()
        eventually(lambda: died(retention), what="the end of retention at what it follows")
        (campaign.system.var / LATE).unlink()
        outcome = campaign.outcome(campaign.settle(15))

    assert any("ErasureScheduled stands 0 times" in one for one in named(outcome.findings, Wrong.ERASURE)), (
        outcome.text()
    )


def died(pid: int) -> bool:
    try:
        return not Path(f"/proc/{pid}/environ").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        # It may also end between the opening and the reading.
        return True
