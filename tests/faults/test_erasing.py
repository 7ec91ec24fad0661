"""Whoever is killed between whichever steps of an erasure: it ends certified, once, and never early (P06, I7)."""

from __future__ import annotations

import secrets

import pytest

from tests.faults.erasing import SHORT, run


@pytest.mark.timeout(600)
def test_an_erasure_whose_every_participant_is_killed_ends_certified_once() -> None:
    found = run(secrets.token_hex(4), SHORT)

    print(found.text())
    assert (found.certified, found.wrong) == (found.asked, 0), found.text()
    died = {death.rpartition(" ")[2] for death in found.deaths}
    assert died == {step for steps in SHORT.steps for step in steps}, found.text()
