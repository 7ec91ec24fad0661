"""Values against schemas: the one door from what a caller said to what was declared, and its one way to say no."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields as m
from marshmallow.exceptions import SCHEMA

from services.kernel.decider import Refused

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")
_UNKNOWN = str(Schema.error_messages.get("unknown", Schema._default_error_messages["unknown"]))


class Strict(Schema):
    """Known fields only."""

    class Meta:
        unknown = RAISE


def loaded(schema: Schema | type[Schema], value: Any) -> dict[str, Any]:
    """The value as its schema reads it. Raises Refused unknown_field or invalid, with `errors` by path.

    A path is dotted, with the index in a list: `contact.email`, `facts.3.kind`; what is said of the whole is said of
    `body`. No value is repeated, and no name that could be one.
    """
    one = schema() if isinstance(schema, type) else schema
    try:
        found: dict[str, Any] = one.load(value)
        return found
    except ValidationError as error:
        errors: dict[str, list[str]] = {}
        _flatten(error.messages, one, "", errors)
        unknown = any(_UNKNOWN in messages for messages in errors.values())
        raise Refused("unknown_field" if unknown else "invalid", errors=errors) from None


def _flatten(messages: Any, of: Schema | m.Field[Any] | None, path: str, into: dict[str, list[str]]) -> None:
    if not isinstance(messages, Mapping):
        into.setdefault(path or "body", []).extend(str(message) for message in messages)
        return
    for name, inner in messages.items():
        if name == SCHEMA:
            _flatten(inner, of, path, into)
        else:
            shown = "?" if isinstance(of, m.Dict) and "key" in inner else _shown(name)
            _flatten(inner, _within(of, name), f"{path}.{shown}" if path else shown, into)


def _shown(name: Any) -> str:
    """A name that does not look like a field's could be a value."""
    return str(name) if isinstance(name, int) or _NAME.match(str(name)) else "?"


def _within(of: Schema | m.Field[Any] | None, name: Any) -> Schema | m.Field[Any] | None:
    """What the messages under a name are about: only of a mapping's keys it has to be known."""
    if isinstance(of, m.Nested):
        of = of.schema
    if isinstance(of, Schema):
        return next((field for field in of.fields.values() if (field.data_key or field.name) == name), None)
    return of.inner if isinstance(of, m.List) else None
