"""A value fits the kind of its field, and a person fills it in and empties it as often as they like (P05)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from services.contracts.auth import CustomFieldSet
from services.contracts.org import FieldKind
from services.kernel.decider import Decider, Refused

LONGEST = 500
"""Characters of a value."""
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?\Z")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f]")


def fits(kind: FieldKind, choices: Sequence[str], value: str) -> bool:
    """Whether a field of this kind takes the value: a number is written out, a date is ISO 8601."""
    if not 1 <= len(value) <= LONGEST or not value.strip() or _UNSEEN.search(value):
        return False
    match kind:
        case FieldKind.TEXT:
            return True
        case FieldKind.NUMBER:
            return _NUMBER.match(value) is not None
        case FieldKind.DATE:
            return _DATE.match(value) is not None and _is_a_day(value)
        case FieldKind.CHOICE:
            return value in choices


def _is_a_day(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


@dataclass(frozen=True, kw_only=True)
class Set:
    """`value` None empties it. `kind` and `choices` are what org says of the field.

    `request` and `by` where somebody asked for it to be corrected, and who decided that.
    """

    custom_value: str
    field: str
    account: str
    organisation: str
    kind: FieldKind
    choices: Sequence[str]
    value: str | None
    request: str | None = None
    by: str | None = None
    at: datetime


def decide(there: bool, command: Set) -> Sequence[CustomFieldSet]:
    if command.value is None and not there and command.request is None:
        return []
    if command.value is not None and not fits(command.kind, command.choices, command.value):
        raise Refused("invalid", errors={"value": ["Not of the field's kind."]})
    return [
        CustomFieldSet(
            custom_value=command.custom_value,
            field=command.field,
            account=command.account,
            organisation=command.organisation,
            value=command.value,
            request=command.request,
            decided_by=command.by,
            at=command.at,
        )
    ]


def evolve(_: bool, __: CustomFieldSet) -> bool:
    return True


decider: Decider[bool, Set, CustomFieldSet] = Decider(False, decide, evolve)
"""The state is whether the person has ever filled it in: what they filled in may be gone."""
