"""On which legal basis an authority may ask for what, and what is due before it is given: versioned data (P08)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any

from services.contracts.privacy import Category
from services.kernel.durations import after

LANGUAGES = ("nl", "en")
MOST = 5 * 366


class Rule(StrEnum):
    """Whether a file on this basis is kept from the organisation that it is about."""

    RULE = "rule"
    EXCEPTION = "exception"
    NEVER = "never"


class Consulting(StrEnum):
    """What the organisation has to say: it is consulted, it decides, or it is who receives the data."""

    DUE = "due"
    DECIDES = "decides"
    ITSELF = "itself"


@dataclass(frozen=True, kw_only=True)
class Basis:
    """One row: ISO 8601 durations; one that `preserves` keeps, and reaches nothing to be handed over.

    `answer_within` is None where the order itself says by when.
    """

    code: str
    version: int
    words: Mapping[str, str]
    reaches: frozenset[Category]
    secrecy: Rule
    consultation: Consulting
    consult_within: str
    preserves: bool
    answer_within: str | None = None

    @property
    def rule(self) -> str:
        """What an event names that was decided by this row."""
        return f"{self.code}@{self.version}"


@dataclass(frozen=True, kw_only=True)
class Bases:
    """One version of the table."""

    version: int
    in_force_from: date
    written_within: str
    preserve_for: str
    by_code: Mapping[str, Basis]


def parse(versions: Iterable[Mapping[str, Any]], *, hours: bool = False) -> tuple[Bases, ...]:
    """The versions of `bases.json`, the oldest first. Raises ValueError where one is missing something or wrong.

    Terms are of days; with `hours`, in development, one may be shorter.
    """
    made = []
    for one in versions:
        for term in (one["written_within"], one["preserve_for"]):
            _must_be_term(term, hours)
        rows = {code: _basis(one["version"], code, row, hours) for code, row in one["bases"].items()}
        made.append(
            Bases(
                version=one["version"],
                in_force_from=date.fromisoformat(one["in_force_from"]),
                written_within=one["written_within"],
                preserve_for=one["preserve_for"],
                by_code=rows,
            )
        )
    if len({table.version for table in made}) != len(made) or not made:
        raise ValueError("each version of the legal bases has a number of its own")
    return tuple(sorted(made, key=lambda table: table.in_force_from))


def _basis(version: int, code: str, row: Mapping[str, Any], hours: bool) -> Basis:
    if any(not str(row.get(language, "")).strip() for language in LANGUAGES):
        raise ValueError(f"{code} of version {version} is not said in {LANGUAGES}")
    _must_be_term(row["consult_within"], hours)
    if (answer_within := row.get("answer_within")) is not None:
        _must_be_term(answer_within, hours)
    preserves = bool(row.get("preserves", False))
    if preserves == bool(row["reaches"]):
        raise ValueError(f"{code} of version {version} either preserves or reaches something")
    return Basis(
        code=code,
        version=version,
        words={language: row[language] for language in LANGUAGES},
        reaches=frozenset(Category(name) for name in row["reaches"]),
        secrecy=Rule(row["secrecy"]),
        consultation=Consulting(row["consultation"]),
        consult_within=row["consult_within"],
        preserves=preserves,
        answer_within=answer_within,
    )


def _must_be_term(term: str, hours: bool) -> None:
    begun = datetime(2018, 5, 25, tzinfo=UTC)
    span = after(begun, term) - begun
    least = timedelta(seconds=1) if hours else timedelta(days=1)
    if not least <= span < timedelta(days=MOST + 1):
        raise ValueError(f"{term} is no term of days")


def in_force(versions: Sequence[Bases], moment: datetime) -> Bases:
    """The version of that day (UTC); the oldest before all of them."""
    day = moment.astimezone(UTC).date()
    return ([one for one in versions if one.in_force_from <= day] or [versions[0]])[-1]


def of_rule(versions: Sequence[Bases], rule: str) -> Basis:
    """The row that an event names, as of its version. Raises LookupError."""
    code, _, version = rule.rpartition("@")
    for one in versions:
        if str(one.version) == version and code in one.by_code:
            return one.by_code[code]
    raise LookupError(rule)
