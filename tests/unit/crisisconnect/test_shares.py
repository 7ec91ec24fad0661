"""No process holds a key of another: each secret is one process's, or one pair's."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from crisisconnect.installation import Installation
from crisisconnect.shares import share
from crisisconnect.topology import USERS


def test_all_that_is_shared_was_minted(tmp_path: Path) -> None:
    Installation.mint(tmp_path)
    for process in USERS:
        for name in share(process):
            assert (tmp_path / name).is_file(), f"{process} wants {name}"


def test_a_secret_has_no_more_holders_than_it_needs() -> None:
    holders = Counter(name for process in USERS for name in share(process))
    for name, count in holders.items():
        if name != "installation.json":
            assert count == (2 if name.startswith("rpc/") else 1), name


def test_only_a_relay_signs_for_its_service_and_only_the_ingest_for_the_log() -> None:
    signing = {name: process for process in USERS for name in share(process) if name.startswith("signing/")}
    assert signing == {
        "signing/auth.seed": "auth-relay",
        "signing/org.seed": "org-relay",
        "signing/audit.seed": "audit-relay",
        "signing/retention.seed": "retention-relay",
        "signing/log.seed": "audit-ingest",
    }
