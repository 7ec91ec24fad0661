"""Who tells whom what is written down as it is."""

from __future__ import annotations

from crisisconnect import telling
from crisisconnect.topology import SERVICES


def test_the_written_account_is_current():
    assert telling.is_current(), "run `make catalogue`"


def test_every_service_says_what_it_owns():
    assert set(telling.OWNS) == set(SERVICES)


def test_every_service_follows_the_order_to_erase():
    order = telling.participant("retention").vocabulary.order
    for service in SERVICES:
        assert order.type in telling.followed(service)


def test_an_old_account_is_written_anew(tmp_path):
    path = tmp_path / "README.md"
    path.write_text("old")

    assert telling.write(path)
    assert not telling.write(path)
