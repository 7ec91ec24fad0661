"""The law's terms in this version of the software, and what they say of a moment (AVG 12, 1182/71)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

from services.retention.app import holidays
from services.retention.domain import clock
from services.retention.domain.clock import Deadline, Law, Term

MAKER = "private"
"""What the maker itself is, for its own people."""


def written(instead: Path | None = None) -> tuple[Law, ...]:
    """Every version, with the day it came into force; those of a file `instead`, where there is one."""
    return clock.parse(json.loads((instead or Path(__file__).parents[1] / "legal.json").read_text()))


class Clock:
    def __init__(self, laws: Sequence[Law] | None = None) -> None:
        self.laws = laws or written()

    def deadline(self, term: Term, received: datetime, since: datetime | None = None) -> Deadline:
        """By the version in force at the receipt, counted from it, or from `since`."""
        law = self.law(received)
        return clock.deadline(law, term, since or received, partial(holidays.is_holiday, law))

    def remind_at(self, received: datetime, deadline: Deadline) -> datetime:
        return clock.remind_from(self.law(received), deadline.at)

    def law(self, received: datetime) -> Law:
        return clock.in_force(self.laws, received)

    def remedies(self, codes: Sequence[str], version: int) -> list[Mapping[str, str]]:
        """`code`, `nl`, `en` of each, in the words of that version."""
        law = next(law for law in self.laws if law.version == version)
        words = {code: said for of_kind in law.remedies.values() for code, said in of_kind.items()}
        return [{"code": code, **words[code]} for code in codes]

    def exception(self, ground: str, version: int) -> Mapping[str, str]:
        """`article`, `nl` and `en` of one ground to keep something of who is erased, in the words of that version."""
        return next(law for law in self.laws if law.version == version).exceptions.grounds[ground]
