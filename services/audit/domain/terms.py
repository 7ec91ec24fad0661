"""How long audit keeps what is its own: the log's entries, and what people wrote in its cases (P06)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, TypeAlias

from services.kernel import terms
from services.kernel.terms import Due as Due, due as due


class Trigger(StrEnum):
    """What makes a term begin."""

    ENTRY_RECORDED = "entry_recorded"
    REPLAY_STARTED = "replay_started"
    ROLLBACK_ACCEPTED = "rollback_accepted"
    INCIDENT_CLOSED = "incident_closed"
    COMPLAINT_ANSWERED = "complaint_answered"
    DISCLOSURE_CLOSED = "disclosure_closed"


Terms: TypeAlias = terms.Terms[Trigger]


def parse(versions: Iterable[Mapping[str, Any]]) -> tuple[Terms, ...]:
    """The versions of `terms.json`, the oldest first. Raises ValueError where a term is missing or wrong."""
    return terms.parse(versions, Trigger, at_once=False)
