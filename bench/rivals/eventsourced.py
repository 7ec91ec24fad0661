"""The same facts as PyPI's `eventsourcing` keeps them: an application's notification log on SQLite, decoded whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from eventsourcing.application import Application
from eventsourcing.domain import DomainEvent

from services.kernel.envelope import Recorded

SECTION = 1_000
"""Notifications read at once: as many as our own replay reads, a hundred times its default."""


class Fact(DomainEvent):
    """One class for all, with what our lines hold: sealed strings as they are, moments as moments."""

    what: str
    said: dict[str, Any]
    data: dict[str, Any]


class Facts(Application[UUID]):
    log_section_size = SECTION


def filled(path: Path, records: Iterable[Recorded]) -> Facts:
    """An application that stored these events in this order, each with its attributes and its data."""
    facts = Facts(env={"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(path)})
    batch: list[DomainEvent] = []
    for number, record in enumerate(records):
        batch.append(_fact(record, number))
        if len(batch) == SECTION:
            facts.events.put(batch)
            batch = []
    facts.events.put(batch)
    return facts


def decoded(facts: Facts) -> Iterator[DomainEvent]:
    """Every notification, in order, as the event that it was."""
    start: int | None = None
    while section := facts.notification_log.select(start, SECTION, inclusive_of_start=False):
        for notification in section:
            yield facts.mapper.to_domain_event(notification)  # type: ignore[misc]
        start = section[-1].id


def _fact(record: Recorded, number: int) -> Fact:
    envelope = {
        name: value
        for name, value in vars(record.envelope).items()
        if value is not None and name not in ("time", "type", "subject", "sequence")
    }
    data = {**vars(record.event), **record.sealed}
    plain = {name: value if isinstance(value, datetime) else _plain(value) for name, value in data.items()}
    stream = uuid5(UUID(int=0), record.stream)
    made: Any = Fact  # a dataclass by its metaclass, which a type checker does not see
    fact: Fact = made(stream, number, record.envelope.time, what=record.envelope.type, said=envelope, data=plain)
    return fact


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, int) else str(value)
