"""What an entry's envelope says of why data was touched, and when that is not what was promised (P01, P02, P03)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from services.contracts.grounds import EXEMPTIONS
from services.contracts.privacy import LegalBasis, ProcessingRole, Purpose
from services.kernel.event import CATALOGUE, Event, personal_fields


class Fault(StrEnum):
    """`no_ground`: personal data without a purpose, or without a legal basis of the closed list; or a law is named for
    which the closed table of grounds has no line. `other_purpose`: one that is not on the list.

    `no_agreement`: a controller's personal data under no agreement, where no line of that table explains it.
    """

    NO_GROUND = "no_ground"
    OTHER_PURPOSE = "other_purpose"
    NO_AGREEMENT = "no_agreement"


PURPOSES = frozenset(one.value for one in Purpose)
BASES = frozenset(one.value for one in LegalBasis)
MAKERS = frozenset({(Purpose.BEHEER_ACCESS.value, LegalBasis.CONTRACT.value)})
"""On what the maker, as their controller, touches the data of its own people, in no agreement's name."""


def faults_of(envelope: Mapping[str, Any]) -> tuple[Fault, ...]:
    """Of one entry, as CloudEvents JSON. One that holds no value of a person needs no ground for it."""
    purpose, basis = envelope.get("purpose"), envelope.get("legalbasis")
    found = [Fault.OTHER_PURPOSE] if purpose is not None and purpose not in PURPOSES else []
    event, held = _held(envelope)
    if event is None or not held:
        return tuple(found)
    if purpose is None or basis not in BASES:
        found.append(Fault.NO_GROUND)
    elif not envelope.get("agreement") and not _exempt(event, held, purpose, basis):
        if envelope.get("role") == ProcessingRole.PROCESSOR.value:
            found += [Fault.NO_GROUND] if basis == LegalBasis.LEGAL_OBLIGATION.value else []
            found.append(Fault.NO_AGREEMENT)
        elif (purpose, basis) not in MAKERS:
            found.append(Fault.NO_GROUND)
    return tuple(found)


def _held(envelope: Mapping[str, Any]) -> tuple[type[Event] | None, frozenset[str]]:
    """In which categories a value stands in it. Of a type that this version does not know nothing can be said."""
    event = CATALOGUE.get(envelope["type"])
    data = envelope.get("data") or {}
    marks = {} if event is None else personal_fields(event)
    return event, frozenset(mark.category for name, mark in marks.items() if data.get(name) is not None)


def _exempt(event: type[Event], held: frozenset[str], purpose: str, basis: str) -> bool:
    """Whether a line of the table explains it that needs no terms; what stands under terms names their agreement."""
    name = f"{event.told_by}.{event.__name__}"
    return any(one.covers(held, purpose, basis, None, None) for one in EXEMPTIONS if name in one.events)
