"""Audit's own terms, its notices and the legal bases of disclosures, as they came with this program."""

from __future__ import annotations

import json
from pathlib import Path

from services.audit.domain import basis, checking, notices
from services.audit.domain.basis import Bases
from services.audit.domain.notices import Notices
from services.audit.domain.terms import Terms, parse


def own_terms() -> tuple[Terms, ...]:
    """The versions of `terms.json`, the oldest first. Raises ValueError for one that makes no sense."""
    return parse(json.loads(Path(__file__).parents[1].joinpath("terms.json").read_text()))


def own_notices() -> tuple[Notices, ...]:
    """The versions of `notices.json`, the oldest first. Raises ValueError for one that makes no sense."""
    return notices.parse(json.loads(Path(__file__).parents[1].joinpath("notices.json").read_text()))


def own_plans() -> tuple[checking.Plan, ...]:
    """The versions of `checks.json`, the oldest first. Raises ValueError for one that makes no sense."""
    return checking.parse(json.loads(Path(__file__).parents[1].joinpath("checks.json").read_text()))


def own_bases(hasty: Path | None = None) -> tuple[Bases, ...]:
    """The versions of `bases.json`, the oldest first; in development those of a file, whose terms may be of hours.

    Raises ValueError for one that makes no sense.
    """
    written = (hasty or Path(__file__).parents[1] / "bases.json").read_text()
    return basis.parse(json.loads(written), hours=hasty is not None)
