"""What an entry's envelope says of why data was touched, and when that is not what was promised (P01, P02, P03)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from services.contracts.privacy import LegalBasis, ProcessingRole, Purpose
from services.kernel.event import CATALOGUE, personal_fields


class Fault(StrEnum):
    """`no_ground`: personal data without a purpose or a legal basis; `other_purpose`: one that is not on the list.

    `no_agreement`: a controller's personal data under no agreement, where no step towards one, nor a law, explains it.
    """

    NO_GROUND = "no_ground"
    OTHER_PURPOSE = "other_purpose"
    NO_AGREEMENT = "no_agreement"


PURPOSES = frozenset(one.value for one in Purpose)
BEFORE = (Purpose.BEHEER_ACCESS.value, LegalBasis.CONTRACT.value)
"""Steps prior to a contract: a Beheerder is invited, registers, signs in and makes the agreement (AVG art. 6(1)(b))."""


def faults_of(envelope: Mapping[str, Any]) -> tuple[Fault, ...]:
    """Of one entry, as CloudEvents JSON. One that holds no value of a person needs no ground for it."""
    purpose, basis = envelope.get("purpose"), envelope.get("legalbasis")
    found = [Fault.OTHER_PURPOSE] if purpose is not None and purpose not in PURPOSES else []
    if not _personal(envelope):
        return tuple(found)
    if purpose is None or basis is None:
        found.append(Fault.NO_GROUND)
    elif not envelope.get("agreement") and envelope.get("role") == ProcessingRole.PROCESSOR.value:
        explained = basis == LegalBasis.LEGAL_OBLIGATION.value or (purpose, basis) == BEFORE
        found += [] if explained else [Fault.NO_AGREEMENT]
    return tuple(found)


def _personal(envelope: Mapping[str, Any]) -> bool:
    """Whether a sealed value stands in it. Of a type that this version does not know nothing can be said."""
    event = CATALOGUE.get(envelope["type"])
    data = envelope.get("data") or {}
    return event is not None and any(data.get(name) is not None for name in personal_fields(event))
