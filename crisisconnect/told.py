"""Every event that the contracts of the services know, in one order, with whose key seals what."""

from __future__ import annotations

import importlib

from crisisconnect.topology import SERVICES
from services.kernel.event import CATALOGUE, Event, personal_fields


def events() -> list[type[Event]]:
    """Every event of the contracts: by service, then in the order in which the contract tells them."""
    for service in SERVICES:
        importlib.import_module(f"services.contracts.{service}")
    mine = [event for event in CATALOGUE.values() if event.__module__.startswith("services.contracts.")]
    return sorted(mine, key=lambda event: SERVICES.index(event.told_by))


def owner_kind(event: type[Event], name: str) -> str:
    """The kind of owner whose key seals a personal field: `account`, `session`, `contact` …"""
    return personal_fields(event)[name].owner or "account"
