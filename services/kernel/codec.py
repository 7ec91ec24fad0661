"""An event's data to JSON values and back, derived from its annotations alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import UTC, date, datetime
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from marshmallow import EXCLUDE, RAISE, Schema, ValidationError, fields as m

from services.kernel.event import Event, personal_fields, plain_fields, remembered

Convert = Callable[[Any], Any]


def instant(moment: datetime) -> str:
    """RFC 3339 in UTC with microseconds and `Z`, the one spelling of a moment in this system."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


class Moment(m.Field[datetime]):
    """A moment with its offset, written as `instant` writes it."""

    def _serialize(self, value: Any, attr: Any, obj: Any, **options: Any) -> str | None:
        return None if value is None else instant(value)

    def _deserialize(self, value: Any, attr: Any, data: Any, **options: Any) -> datetime:
        try:
            read = moment(value)
        except (TypeError, ValueError) as error:
            raise ValidationError("not a moment") from error
        if read.tzinfo is None:
            raise ValidationError("a moment names its offset")
        return read


def _bare(hint: Any) -> tuple[Any, bool]:
    """The type without `| None`, and whether None is allowed."""
    if get_origin(hint) in (Union, UnionType):
        rest = [part for part in get_args(hint) if part is not NoneType]
        return rest[0], len(rest) < len(get_args(hint))
    return hint, False


def _field(hint: Any, **options: Any) -> m.Field[Any]:
    kind = get_origin(hint) or hint
    match kind:
        case _ if kind is str:
            return m.String(**options)
        case _ if kind is bool:
            return m.Boolean(truthy={True}, falsy={False}, **options)
        case _ if kind is int:
            return m.Integer(strict=True, **options)
        case _ if kind is datetime:
            return Moment(**options)
        case _ if kind is date:
            return m.Date(format="iso", **options)
        case _ if kind is tuple:
            return m.List(_field(get_args(hint)[0]), **options)
        case _ if kind is dict:
            key, value = get_args(hint)
            return m.Dict(keys=_field(key), values=_field(value), **options)
        case _ if isinstance(kind, type) and issubclass(kind, Enum):
            return m.Enum(kind, by_value=True, **options)
        case _:
            raise TypeError(f"no schema for {hint!r}; use a plainer annotation")


@remembered
def schema(cls: type[Any], *, strict: bool = False) -> Schema:
    """The marshmallow schema of a dataclass. `strict` refuses unknown fields (our own door)."""
    hints = get_type_hints(cls)
    made: dict[str, Any] = {}
    for field in fields(cls):
        hint, optional = _bare(hints[field.name])
        made[field.name] = _field(hint, required=not optional, allow_none=optional)
    built = Schema.from_dict(made, name=f"{cls.__name__}Schema")
    return built(unknown=RAISE if strict else EXCLUDE)


def _tuple(convert: Convert) -> Convert:
    return lambda values: tuple(convert(value) for value in values)


def _dict(key: Convert, value: Convert) -> Convert:
    return lambda values: {key(k): value(v) for k, v in values.items()}


def _same(value: Any) -> Any:
    return value


def _converters(hint: Any) -> tuple[Convert, Convert]:
    kind = get_origin(hint) or hint
    if kind is datetime:
        return instant, moment
    if kind is date:
        return date.isoformat, date.fromisoformat
    if kind is tuple:
        out, into = _converters(get_args(hint)[0])
        return (lambda values: [out(v) for v in values]), _tuple(into)
    if kind is dict:
        (key_out, key_in), (value_out, value_in) = (_converters(part) for part in get_args(hint))
        return _dict(key_out, value_out), _dict(key_in, value_in)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return (lambda member: member.value), kind
    return _same, _same


@remembered
def _plan(cls: type[Any]) -> tuple[tuple[str, Convert, Convert], ...]:
    hints = get_type_hints(cls)
    return tuple((name, *_converters(_bare(hints[name])[0])) for name in plain_fields(cls))


@remembered
def _thawing(cls: type[Any]) -> tuple[tuple[str, ...], tuple[tuple[str, Convert], ...]]:
    """Fields that JSON holds as they are, and the others with what makes them of it."""
    plan = [(name, into) for name, _, into in _plan(cls)]
    return tuple(n for n, into in plan if into is _same), tuple((n, into) for n, into in plan if into is not _same)


def freeze(event: Event, sealed: Mapping[str, str]) -> dict[str, Any]:
    """The JSON object of an event: plain fields as they are, personal ones as their sealed strings."""
    data: dict[str, Any] = {}
    for name, out, _ in _plan(type(event)):
        value = getattr(event, name)
        data[name] = None if value is None else out(value)
    data.update(sealed)
    return data


def thaw(cls: type[Event], data: Mapping[str, Any]) -> tuple[Event, dict[str, str]]:
    """The event without its personal values, and those values' sealed strings. Unknown fields are passed over."""
    as_they_are, converted = _thawing(cls)
    plain = {name: data.get(name) for name in as_they_are}
    for name, into in converted:
        plain[name] = None if (value := data.get(name)) is None else into(value)
    sealed = {name: value for name in personal_fields(cls) if (value := data.get(name)) is not None}
    return cls(**plain), sealed
