"""What an erasure and its certificate look like to those who ask; the person's pseudonym is in neither."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

STANDING_SENTENCE = {
    "nl": "Waar een wet, of een bevel op grond van een wet, verbiedt dat iets wordt vermeld, "
    "staat het niet in dit stuk; deze zin staat daarom in elk stuk van deze soort.",
    "en": "Where a law, or an order given under a law, forbids that something is mentioned, "
    "this document does not mention it; this sentence therefore stands in every document of this kind.",
}
"""The same in every certificate, whether or not there is anything to keep silent about."""


def erasure(row: Row, parts: Sequence[Row], services: Sequence[str]) -> dict[str, Any]:  # type: ignore[type-arg]
    """The shape of `GET /v1/erasures/{id}`. `receipts`: the index in the log of each service's completion."""
    return {
        "id": row.erasure,
        "organisation": row.organisation,
        "state": row.state,
        "due": row.due,
        "ordered_at": row.ordered_at,
        "certified_at": row.certified_at,
        "unreadable_in_copies_at": row.unreadable_at,
        "services": {part.service: part.state for part in parts} or dict.fromkeys(services, "waiting"),
        "receipts": {part.service: part.entry for part in parts if part.state == "completed"},
    }


def certificate(row: Row, parts: Sequence[Row]) -> dict[str, Any]:  # type: ignore[type-arg]
    """Two moments, each with the entries of the log that prove it; the second may still be to come."""
    return {
        "certificate": row.erasure,
        "organisation": row.organisation,
        "rule": row.rule,
        "asked": {"at": row.asked_at, "entry": row.asked_in},
        "due": row.due,
        "ordered_at": row.ordered_at,
        "erased_here": {
            "at": row.certified_at,
            "entries": {part.service: part.entry for part in parts},
        },
        "unreadable_in_every_earlier_copy": None
        if row.unreadable_at is None
        else {"at": row.unreadable_at, "entries": {part.service: part.retired_in for part in parts}},
        "law": STANDING_SENTENCE,
    }
