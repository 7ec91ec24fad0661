"""What every request is made of: known fields only, each of its kind, and no value repeated in a refusal."""

from __future__ import annotations

import re
from typing import Any

from marshmallow import ValidationError
from marshmallow.validate import Length, Regexp

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
