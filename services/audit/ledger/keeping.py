"""Audit's own terms, as they came with this program."""

from __future__ import annotations

import json
from pathlib import Path

from services.audit.domain.terms import Terms, parse


def own_terms() -> tuple[Terms, ...]:
    """The versions of `terms.json`, the oldest first. Raises ValueError for one that makes no sense."""
    return parse(json.loads(Path(__file__).parents[1].joinpath("terms.json").read_text()))
