"""What a controller is told of an incident, with each item of AVG 33(3), made from the log and the same every time."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from services.audit.domain.notices import Clock
from services.contracts.audit import (
    BreachScoped,
    ControllerInformed,
    IncidentRegistered,
    IncidentSupplemented,
    ScopeComputed,
)
from services.kernel.codec import instant
from services.kernel.envelope import Recorded

FORMAT = "crisisconnect.nl/incident-notification/v1"
TEXTS = ("facts", "consequences", "measures")
Opened = Mapping[tuple[str, str], str | None]
"""By event id and field what was written there; None once its key is gone."""


def document(history: Sequence[Recorded], opened: Opened, organisation: str, clock: Clock) -> dict[str, Any]:
    """One controller's notification, as of all that `history` tells; nothing of any other controller is in it.

    The same for the same history, whenever and by whomever it is asked for.
    """
    registered = history[0].event
    if not isinstance(registered, IncidentRegistered):
        raise ValueError("the history of no incident")
    since, until, phase = registered.since, registered.until, 1
    part: BreachScoped | None = None
    computed: ScopeComputed | None = None
    window_phase, events = 1, []
    for record in history:
        match record.event:
            case IncidentSupplemented() as event:
                phase = event.phase
                if event.window_from or event.window_to:
                    since, until = event.window_from or since, event.window_to or until
                    window_phase = event.phase
            case BreachScoped() as event:
                if event.organisation == organisation:
                    part = event
            case ScopeComputed() as event:
                computed = event
        if _concerns(record, organisation):
            events.append(record.envelope.id)
    ready = computed is not None and computed.phase == window_phase
    current = part if part is not None and computed is not None and part.phase == computed.phase else None
    return {
        "document": FORMAT,
        "incident": registered.incident,
        "organisation": organisation,
        "phase": phase,
        "known_at": instant(registered.known_at),
        "registered_at": instant(registered.at),
        "clock": {
            "rule": clock.rule,
            "controller_due": instant(clock.controller_due),
            "supervisor_due": instant(clock.supervisor_due),
        },
        "nature": {
            "facts": written(history, opened, "facts"),
            "since": instant(since),
            "until": instant(until) if until else None,
            "scope": "computed" if ready else "being_computed",
            "log": None if computed is None else {"first": computed.first, "last": computed.last},
            **numbers(current if computed else None, computed is not None),
        },
        "contact": opened.get((history[0].envelope.id, "contact")),
        "consequences": written(history, opened, "consequences"),
        "measures": written(history, opened, "measures"),
        "events": events,
    }


def numbers(part: BreachScoped | None, known: bool) -> dict[str, Any]:
    """Categories, people and records: none where the log has been searched, and unknown where it has not."""
    if part is None:
        nobody = 0 if known else None
        return {"people": nobody, "records": nobody, "exact": known, "categories": []}
    categories = [
        {"category": category.value, "people": people, "records": part.records_by_category.get(category, 0)}
        for category, people in sorted(part.people_by_category.items())
    ]
    return {"people": part.people, "records": part.records, "exact": part.exact, "categories": categories}


def written(history: Sequence[Recorded], opened: Opened, name: str) -> list[dict[str, Any]]:
    """What was said under this name, phase by phase; a text whose key is gone is null."""
    return [
        {
            "phase": getattr(record.event, "phase", 1),
            "at": instant(record.envelope.time),
            "text": opened.get((record.envelope.id, name)),
        }
        for record in history
        if isinstance(record.event, IncidentRegistered | IncidentSupplemented) and name in record.sealed
    ]


def digest(said: Mapping[str, Any]) -> str:
    """SHA-256 of a notification in canonical JSON: names in order, no spaces."""
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _concerns(record: Recorded, organisation: str) -> bool:
    event = record.event
    if isinstance(event, BreachScoped):
        return event.organisation == organisation
    # That it was told, and who else was, is no part of what is told.
    return not isinstance(event, ControllerInformed) and isinstance(event, IncidentRegistered | IncidentSupplemented)
