"""Rules for how every service begins, however many there are."""

from __future__ import annotations

import pytest

from crisisconnect.telling import participant
from crisisconnect.topology import SERVICES


@pytest.mark.parametrize("name", SERVICES)
def test_writes_nothing_before_its_store_is_whole(name):
    own = participant(name)

    assert "start" not in vars(own), f"{own.__name__} begins in `begin`: `start` makes the store whole before it"
