"""Everything that the rules enumerate: every event of the contracts, with its example."""

from __future__ import annotations

import importlib
import pkgutil
import re
from typing import Any

import pytest

import services.contracts
from services.kernel.event import CATALOGUE, Event

for module in pkgutil.walk_packages(services.contracts.__path__, "services.contracts."):
    importlib.import_module(module.name)

EVENTS: dict[str, type[Event]] = {
    name: event for name, event in sorted(CATALOGUE.items()) if event.__module__.startswith("services.contracts.")
}


def short(type_: str) -> str:
    return type_.removeprefix("nl.crisisconnect.")


every_event = pytest.mark.parametrize("event", EVENTS.values(), ids=[short(name) for name in EVENTS])


def example_name(event: type[Event]) -> str:
    """`UserRegistered` → `user_registered`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", event.__name__).lower()


def found_example(event: type[Event]) -> Any | None:
    try:
        examples = importlib.import_module(f"tests.examples.{event.told_by}")
    except ModuleNotFoundError:
        return None
    make = getattr(examples, example_name(event), None)
    return make() if make else None


def example(event: type[Event]) -> Any:
    """The believable example of an event. Fails with what to do where there is none."""
    made = found_example(event)
    if made is None:
        where = f"tests/examples/{event.told_by}.py"
        pytest.fail(f"write `def {example_name(event)}(**but)` in {where}: one believable {event.__name__}")
    return made
