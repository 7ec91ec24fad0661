"""What every request is made of: known fields only, each of its kind, and no value repeated in a refusal."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields
from marshmallow.exceptions import SCHEMA
from marshmallow.validate import Length, Regexp

from services.kernel.decider import Refused

LONGEST_TERM_DAYS = 50 * 366
_DURATION = re.compile(
    r"P(?=.)(?:(?P<years>\d{1,3})Y)?(?:(?P<months>\d{1,4})M)?(?:(?P<weeks>\d{1,4})W)?(?:(?P<days>\d{1,5})D)?"
    r"(?:T(?=.)(?:(?P<hours>\d{1,6})H)?(?:(?P<minutes>\d{1,8})M)?(?:(?P<seconds>\d{1,10})S)?)?",
    re.ASCII,
)
_DAYS = {
    "years": 365.25,
    "months": 30.5,
    "weeks": 7,
    "days": 1,
    "hours": 1 / 24,
    "minutes": 1 / 1440,
    "seconds": 1 / 86400,
}
_UNKNOWN = "Unknown field."
PHONE = [Length(max=40), Regexp(r"\+?[0-9][0-9 ()./-]*\Z")]
SHA256 = Regexp(r"[0-9a-f]{64}\Z")


def duration(text: str) -> None:
    """ISO 8601, whole and not negative, fifty years at most. `P0D` is at once. Raises ValidationError."""
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValidationError("Not an ISO 8601 duration.")
    if sum(_DAYS[unit] * int(count) for unit, count in found.groupdict("0").items()) > LONGEST_TERM_DAYS:
        raise ValidationError("Longer than fifty years.")


def words(longest: int = 200) -> list[Any]:
    """Validators of a line of text: something stands there, and nothing that a terminal or a mail acts on."""
    return [
        Length(min=1, max=longest),
        Regexp(r"[^\s\x00-\x1f\x7f](?:[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f])?\Z"),
    ]


def letter(longest: int = 4000) -> list[Any]:
    """Validators of free text with its lines: something is said."""
    return [Length(min=1, max=longest), Regexp(r"[^\x00]*\S[^\x00]*\Z")]


class Strict(Schema):
    class Meta:
        unknown = RAISE


def load(schema: type[Schema], said: Mapping[str, Any]) -> dict[str, Any]:
    """The values, typed. Raises Refused("unknown_field" or "invalid", errors={path: [messages]})."""
    try:
        loaded: dict[str, Any] = schema().load(said)
    except ValidationError as error:
        found = _flat(schema(), error.messages_dict)
        unknown = any(_UNKNOWN in messages for messages in found.values())
        raise Refused("unknown_field" if unknown else "invalid", errors=found) from None
    return loaded


def _flat(schema: Schema, messages: Mapping[Any, Any], above: str = "") -> dict[str, list[str]]:
    """One list of messages a field; the keys of a mapping were the caller's words, so they are left out."""
    found: dict[str, list[str]] = {}
    for name, said in messages.items():
        field = schema.fields.get(name)
        if isinstance(field, fields.Nested) and isinstance(said, Mapping):
            found.update(_flat(field.schema, said, f"{above}{name}."))
        else:
            path = above.rstrip(".") if name == SCHEMA else f"{above}{name}"
            found[path] = sorted(set(_leaves(said)))
    return found


def _leaves(said: Any) -> list[str]:
    if isinstance(said, Mapping):
        return [leaf for one in said.values() for leaf in _leaves(one)]
    if isinstance(said, list):
        return [leaf for one in said for leaf in _leaves(one)]
    return [str(said)]
