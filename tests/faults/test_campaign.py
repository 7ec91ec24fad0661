"""Whatever is killed, and whatever the broker forgets: nothing is lost, nothing doubled, no gap (I1 to I5, I7)."""

from __future__ import annotations

import secrets

import pytest

from tests.faults.campaign import SHORT, run


@pytest.mark.timeout(300)
def test_every_process_is_killed_under_load_and_nothing_is_lost_or_doubled() -> None:
    outcome = run(secrets.token_hex(4), SHORT)

    print(outcome.text())
    assert outcome.findings == [], outcome.text()
