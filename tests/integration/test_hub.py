"""A slow query holds up its own greenlet and no other: the driver waits in a way that the hub knows of."""

from __future__ import annotations

import os
import subprocess
import sys

from crisisconnect.postgres import Cluster


def test_the_hub_stays_alive_during_a_slow_query(postgres: Cluster):

    done = subprocess.run(
        [sys.executable, "-m", "services.kernel.host", "tests.integration.slow_query"],
        env={**os.environ, "SLOW_QUERY_URL": postgres.url},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert int(done.stdout) >= 15
