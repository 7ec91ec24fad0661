"""What takes long holds up its own greenlet and no other: a slow query or name, a package printed and sealed."""

from __future__ import annotations

import os
import subprocess
import sys

from crisisconnect.postgres import Cluster


def test_the_hub_stays_alive_during_a_slow_query(postgres: Cluster):

    done = subprocess.run(
        [sys.executable, "-m", "services.kernel.hosting.host", "tests.integration.slow_query"],
        env={**os.environ, "SLOW_QUERY_URL": postgres.url},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert int(done.stdout) >= 15


def test_the_hub_stays_alive_while_a_name_is_looked_up_and_an_unknown_one_is_an_error():
    done = subprocess.run(
        [sys.executable, "-m", "services.kernel.hosting.host", "tests.integration.slow_name"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    turns, said = done.stdout.split()
    assert int(turns) >= 15
    assert said == "unknown"
    assert "Traceback" not in done.stderr


def test_the_hub_stays_alive_while_packages_are_built_and_each_is_the_same():
    done = subprocess.run(
        [sys.executable, "-m", "services.kernel.hosting.host", "tests.integration.printed_package"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    ticks, built, different = map(int, done.stdout.split())
    assert (built, different) == (4, 1)
    # Four presses, one after another on the hub, would let it turn four times.
    assert ticks > 8
