"""How long an organisation can object, and how long what was written in a case is kept: versioned data (P06, P07)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, TypeAlias

from services.kernel import terms
from services.kernel.terms import Due as Due, due as due


class Trigger(StrEnum):
    """What makes a term begin; for the first it is the window in which an organisation can object."""

    SUB_PROCESSOR_ANNOUNCED = "sub_processor_announced"
    OBJECTION_SETTLED = "objection_settled"
    INSTRUCTION_CLOSED = "instruction_closed"


Periods: TypeAlias = terms.Terms[Trigger]


def parse(versions: Iterable[Mapping[str, Any]]) -> tuple[Periods, ...]:
    """The versions of `periods.json`, the oldest first. Raises ValueError where a term is missing, wrong or none."""
    return terms.parse(versions, Trigger, at_once=False)
