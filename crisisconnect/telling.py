"""Who tells whom what, read off the services themselves: `services/README.md` is written here and by nobody else."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from crisisconnect.told import events
from crisisconnect.topology import CALLS, SERVICES
from services.kernel.event import Event
from services.kernel.hosting.participant import Participant

README = Path(__file__).parents[1] / "services" / "README.md"

OWNS = {
    "auth": "people: accounts, credentials, names, e-mail addresses, roles, invitations, sessions, added values",
    "org": "organisations: their contacts, what they agreed, instruct and add; the statement, consents, usage",
    "audit": "the log, and what it proves: receipts, reports, replays; incidents, complaints, disclosures",
    "retention": "time: terms, holds, due dates, erasures and their certificates; data requests and their answers",
}


def participant(service: str) -> type[Participant]:
    """The application class of a service. Raises LookupError where it has none."""
    module = importlib.import_module(f"services.{service}.app")
    for found in vars(module).values():
        if isinstance(found, type) and issubclass(found, Participant) and getattr(found, "name", "") == service:
            return found
    raise LookupError(service)


def followed(service: str) -> set[str]:
    """The types of event that a service reads from the log."""
    one = participant(service)
    return {event.type for event in (*one.follows, one.vocabulary.order, one.vocabulary.planted)}


def text() -> str:
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# Who tells whom what"
    yield ""
    yield "Written by `make catalogue` from what the services follow and may call; a test fails when it is not current."
    yield "No service hears another directly: it reads the log after its own cursor. `kernel/` knows no service;"
    yield "`contracts/` is where they meet. In each, read domain → reactions → views → schemas → app → service."
    yield ""
    yield "| service | owns | may ask |"
    yield "|---|---|---|"
    for service in SERVICES:
        yield f"| [{service}]({service}/README.md) | {OWNS[service]} | {', '.join(CALLS[service])} |"
    for service, told in groupby(events(), attrgetter("told_by")):
        yield ""
        yield f"## {service} tells"
        yield ""
        yield "| event | followed by |"
        yield "|---|---|"
        for event in told:
            yield f"| {event.__name__} | {_followers(event)} |"
    yield ""
    yield "Every event, followed or not, stands in the log for those who may read it."


def _followers(event: type[Event]) -> str:
    return ", ".join(service for service in SERVICES if event.type in followed(service)) or "–"


def is_current(path: Path = README) -> bool:
    return path.is_file() and path.read_text() == text()


def write(path: Path = README) -> bool:
    """Write it where it is not current; whether anything was written."""
    if is_current(path):
        return False
    path.write_text(text())
    return True
