"""The kinds of field that requests are made of: bounded, and without the characters that no name needs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from marshmallow import Schema, ValidationError, fields as m, validates_schema
from marshmallow.validate import Email, Length, OneOf, Range, Regexp

from services.kernel import codec

DURATION = r"^P(?=.)(\d{1,3}Y)?(\d{1,4}M)?(\d{1,4}W)?(\d{1,5}D)?(T(?=.)(\d{1,6}H)?(\d{1,8}M)?(\d{1,10}S)?)?$(?!\n)"
SHA256 = r"^[0-9a-f]{64}$(?!\n)"
DIGITS = re.compile(r"-?\d{1,20}", re.ASCII)
YEARS = r"^[1-6]\d{3}-"
DAY = re.compile(r"[1-6]\d{3}-\d\d-\d\d", re.ASCII)
MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
UNPRINTABLE = "\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029"
USERNAME = f"^[^\\s{UNPRINTABLE}]*$(?!\\n)"
LINE = f"^[^\\s{UNPRINTABLE}]([^{UNPRINTABLE}]*[^\\s{UNPRINTABLE}])?$(?!\\n)"
MARKS = r"<>\[\](){}|`*_#\\&"
LABEL = f"^[^\\s{UNPRINTABLE}{MARKS}]([^{UNPRINTABLE}{MARKS}]*[^\\s{UNPRINTABLE}{MARKS}])?$(?!\\n)"
PHONE = r"^\+?[0-9][0-9 ()./-]*$(?!\n)"
PRINTABLE = f"^[^{UNPRINTABLE}]*$"
SAYING = f"^[^{UNPRINTABLE}]*[^\\s{UNPRINTABLE}][^{UNPRINTABLE}]*$"
"""What the checks below say, as the contract can say it: a client knows before it asks."""
LONGEST = 10_000
UNWRITABLE = "\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f"
WRITTEN = f"^[^{UNWRITABLE}]*[^\\s{UNWRITABLE}][^{UNWRITABLE}]*$"


SECRET = {"format": "password"}


def _printable(text: str) -> None:
    if any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in text):
        raise ValidationError("No control characters.")


def _said(text: str) -> None:
    if not text.strip():
        raise ValidationError("This says nothing.")


def text(most: int, *, least: int = 1, **options: Any) -> m.String:
    checks: list[Any] = [Length(min=least, max=most), _printable, *([_said] if least else [])]
    return m.String(validate=checks, metadata={"pattern": SAYING if least else PRINTABLE}, **options)


def line(most: int, *, least: int = 1, **options: Any) -> m.String:
    """One line, as it will stand in a document: nothing blank at either end."""
    checks = [Length(min=least, max=most), Regexp(LINE, error="One line, with no space at either end.")]
    return m.String(validate=checks, **options)


def label(most: int, **options: Any) -> m.String:
    """One line without anything that Markdown or HTML acts on: it stands open in pages and documents."""
    checks = [Length(min=1, max=most), Regexp(LABEL, error="One line, without marks of Markdown or HTML.")]
    return m.String(validate=checks, **options)


def phone(**options: Any) -> m.String:
    return m.String(validate=[Length(max=40), Regexp(PHONE, error="Not a telephone number.")], **options)


def _written(text: str) -> None:
    _said(text)
    if any(unicodedata.category(one) in ("Cc", "Cs") and one not in "\r\n\t" for one in text):
        raise ValidationError("No control characters but the ends of lines.")


def words(most: int = LONGEST, **options: Any) -> m.String:
    """A letter's worth of free text, with its lines."""
    return m.String(validate=[Length(min=1, max=most), _written], metadata={"pattern": WRITTEN}, **options)


class Moment(m.String):
    """Taken in any spelling of RFC 3339, passed on in ours: UTC, microseconds, `Z`."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> str:
        text = str(super()._deserialize(value, attr, data, **options))
        try:
            found = codec.moment(text.upper()) if MOMENT.fullmatch(text) else None
        except ValueError:
            found = None
        if found is None or not _reckonable(found.year):
            raise ValidationError("Not a moment as RFC 3339 writes it, in the years 1000 to 6999.")
        return codec.instant(found)


class Day(m.Date):
    """A day as RFC 3339 writes it, and in no other of the ways of ISO 8601."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> date:
        if not (isinstance(value, str) and DAY.fullmatch(value)):
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE)
        found: date = super()._deserialize(value, attr, data, **options)
        return found


def _reckonable(year: int) -> bool:
    """A term of 2,900 years, the longest that `DURATION` can say, still ends within the calendar."""
    return 1000 <= year < 7000


def moment(**options: Any) -> Moment:
    """A moment as RFC 3339 writes it, with its offset."""
    return Moment(metadata={"format": "date-time", "pattern": YEARS}, **options)


def day(**options: Any) -> Day:
    """A day of the calendar, `YYYY-MM-DD`."""
    return Day(metadata={"pattern": YEARS}, **options)


def secret(most: int = 1024, **options: Any) -> m.String:
    """A password or a code: any characters; whether it is good enough, or right, is for the service to say.

    It is left out of what is remembered of a body (`is_secret`).
    """
    return m.String(validate=Length(min=1, max=most), load_only=True, metadata=dict(SECRET), **options)


def is_secret(field: m.Field[Any]) -> bool:
    return all(field.metadata.get(name) == value for name, value in SECRET.items())


def email(**options: Any) -> m.String:
    return m.String(validate=[Length(min=3, max=254), _printable, Email()], metadata={"format": "email"}, **options)


def choice(values: Iterable[str], **options: Any) -> m.String:
    """One of a closed list. The message does not repeat what was sent."""
    return m.String(validate=OneOf(sorted(str(value) for value in values), error="Not one of the list."), **options)


def duration(**options: Any) -> m.String:
    """ISO 8601, whole units: what a term of retention is written in."""
    return m.String(validate=Regexp(DURATION, error="Not an ISO 8601 duration."), **options)


def sha256(**options: Any) -> m.String:
    return m.String(validate=Regexp(SHA256, error="Not a SHA-256 in lower-case hexadecimal."), **options)


def username(**options: Any) -> m.String:
    return m.String(
        validate=[Length(min=3, max=64), Regexp(USERNAME, error="No spaces or control characters.")], **options
    )


class Something(Schema):
    """A change that says at least one thing."""

    @validates_schema
    def _says_something(self, data: dict[str, Any], **_: object) -> None:
        if not data:
            raise ValidationError("This says nothing.")


class OneThing(Schema):
    """A question that names one thing, in one of the ways there are."""

    @validates_schema
    def _names_one(self, data: dict[str, Any], **_: object) -> None:
        if len(data) != 1:
            raise ValidationError("Name one thing.")


class Nothing(Schema):
    """A request that says everything by its path."""


class Number(m.Integer):
    """In a query: digits, in one spelling."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> Any:
        if not (isinstance(value, str) and DIGITS.fullmatch(value)):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **options)


class Page(Schema):
    """Which part of a list: continue where `next` pointed, with the same filter."""

    cursor = m.String(validate=Length(min=1, max=2048))
    limit = Number(load_default=50, validate=Range(1, 100))


def natural(**options: Any) -> Number:
    """Zero or more, within what a database counts in."""
    return Number(validate=Range(0, 2**53), **options)


class Written(Schema):
    """What was changed: the events it wrote, once they are durable. An empty list means: already so."""

    events = m.List(m.String(), required=True)


def page_of(item: type[Schema], name: str) -> Schema:
    """The answer of a list: `items`, and `next`, which is null at the end."""
    made = Schema.from_dict(
        {
            "items": m.List(m.Nested(item), required=True),
            "next": m.String(required=True, allow_none=True),
        },
        name=name,
    )
    return made()
