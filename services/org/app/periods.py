"""Org's own terms, as they came with this program."""

from __future__ import annotations

import json
from pathlib import Path

from services.org.domain.periods import Periods, parse


def written() -> tuple[Periods, ...]:
    """The versions of `periods.json`, the oldest first. Raises ValueError for one that makes no sense."""
    return parse(json.loads(Path(__file__).parents[1].joinpath("periods.json").read_text()))
