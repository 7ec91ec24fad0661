"""How something is told to somebody."""

from __future__ import annotations

from enum import StrEnum


class Channel(StrEnum):
    """How something was told: a complaint to us, an incident to a controller."""

    APP = "app"
    EMAIL = "email"
    TELEPHONE = "telephone"
    LETTER = "letter"
    IN_PERSON = "in_person"
