"""Values against schemas at the door: no parameter twice, and nothing undeclared goes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from marshmallow import Schema, fields as m

from services.kernel.decider import Refused

Pick = Callable[[Any], Any]
_MOST_PARAMETERS = 20


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
