"""A believable ground: everything agreed, for the app, as a task in the public interest."""

from __future__ import annotations

from typing import Any

from services.contracts.privacy import Category, LegalBasis, Purpose
from services.kernel.ground import Agreed

AGREEMENT = "6e1c89a4-f993-47f5-9e34-da822bfd5cd2"


def agreed(organisation: str, **but: Any) -> Agreed:
    said: dict[str, Any] = {
        "agreement": AGREEMENT,
        "version": 1,
        "purposes": {Purpose.APP_ACCESS.value: LegalBasis.PUBLIC_TASK.value},
        "categories": frozenset(Category),
    }
    return Agreed(organisation=organisation, **(said | but))


def ground(organisation: str) -> dict[str, Any]:
    """What a context says of why: `purpose`, `legal_basis`, and the `terms` in force."""
    return {
        "purpose": Purpose.APP_ACCESS.value,
        "legal_basis": LegalBasis.PUBLIC_TASK.value,
        "terms": agreed(organisation),
    }
