"""Values against schemas: what comes in is what was declared, and nothing undeclared goes out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from marshmallow import Schema, ValidationError, fields as m

from services.kernel.decider import Refused

Pick = Callable[[Any], Any]
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")
_UNKNOWN = str(Schema.error_messages.get("unknown", Schema._default_error_messages["unknown"]))
_MOST_PARAMETERS = 20


def loaded(schema: Schema, value: Any) -> dict[str, Any]:
    """The value as its schema reads it. Raises Refused unknown_field or invalid, with `errors` by field."""
    try:
        found: dict[str, Any] = schema.load(value)
        return found
    except ValidationError as error:
        errors: dict[str, list[str]] = {}
        _flatten(error.messages, "", errors)
        unknown = any(_UNKNOWN in messages for messages in errors.values())
        raise Refused("unknown_field" if unknown else "invalid", errors=errors) from None


def _flatten(messages: Any, path: str, into: dict[str, list[str]]) -> None:
    """`contact.email: […]`. A name that does not look like a field's could be a value: it becomes `?`."""
    if isinstance(messages, dict):
        for name, inner in messages.items():
            shown = name if isinstance(name, int) or _NAME.match(str(name)) else "?"
            _flatten(inner, path if name == "_schema" else f"{path}.{shown}" if path else str(shown), into)
    else:
        into.setdefault(path or "body", []).extend(str(message) for message in messages)


def parameters(query: bytes) -> dict[str, str]:
    """The query string. Raises Refused malformed, or invalid where a name stands twice."""
    if not query:
        return {}
    try:
        pairs = parse_qsl(
            query.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_MOST_PARAMETERS
        )
    except ValueError:
        raise Refused("malformed") from None
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Refused("invalid", errors={"query": ["A name stands twice."]})
    return found


def outgoing(schema: Schema) -> Pick:
    """A function that keeps the declared fields, at every depth, in the order of their declaration."""
    picks = [(field.data_key or name, _inner(field)) for name, field in schema.fields.items()]

    def pick(value: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name: value[name] if inner is None or value[name] is None else inner(value[name])
            for name, inner in picks
            if name in value
        }

    return pick


def _inner(field: m.Field[Any]) -> Pick | None:
    if isinstance(field, m.Nested):
        return outgoing(field.schema)
    if isinstance(field, m.List) and (inner := _inner(field.inner)) is not None:
        return lambda values: [inner(value) for value in values]
    return None
