"""The message contract for programs (AsyncAPI 3.0), derived from the annotations of the events alone."""

from __future__ import annotations

import inspect
from dataclasses import fields
from datetime import date, datetime
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from crisisconnect.told import events, owner_kind
from crisisconnect.topology import SERVICES
from services.kernel.event import Event, personal_fields


def document() -> dict[str, Any]:
    """AsyncAPI 3.0: each service sends its events as CloudEvents to its own exchange."""
    messages = {event.type: _message(event) for event in events()}
    channels = {
        service: {
            "address": f"{service}.events",
            "messages": {
                event.type: {"$ref": f"#/components/messages/{event.type}"}
                for event in events()
                if event.told_by == service
            },
            "bindings": {
                "amqp": {
                    "is": "routingKey",
                    "exchange": {"name": f"{service}.events", "type": "topic", "durable": True},
                }
            },
        }
        for service in SERVICES
    }
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "CrisisConnect events", "version": "1", "description": "The routing key is the type."},
        "defaultContentType": "application/cloudevents+json",
        "channels": channels,
        "operations": {
            service: {"action": "send", "channel": {"$ref": f"#/channels/{service}"}} for service in SERVICES
        },
        "components": {"messages": messages, "schemas": {"CloudEvent": _cloud_event()}},
    }


def _cloud_event() -> dict[str, Any]:
    text = {"type": "string"}
    needed = ("specversion", "id", "source", "type", "subject", "actor", "correlationid", "datacontenttype", "sequence")
    known = ("causationid", "organisation", "datasubject", "purpose", "legalbasis", "role", "agreement")
    properties = {**dict.fromkeys((*needed, *known), text), "time": {"type": "string", "format": "date-time"}}
    return {"type": "object", "required": [*needed, "time", "data"], "properties": properties}


def _message(event: type[Event]) -> dict[str, Any]:
    hints, personal = get_type_hints(event), personal_fields(event)
    properties: dict[str, Any] = {}
    for field in fields(event):
        properties[field.name] = _json_type(hints[field.name])
        if field.name in personal:
            mark = {"category": personal[field.name].category, "owner": owner_kind(event, field.name)}
            properties[field.name] = {"type": ["string", "null"], "description": "sealed", "x-personal": mark}
    required = [field.name for field in fields(event) if not _optional(hints[field.name])]
    data = {"type": "object", "required": required, "properties": properties}
    return {
        "name": event.type,
        "summary": inspect.cleandoc(event.__doc__ or ""),
        "payload": {
            "allOf": [
                {"$ref": "#/components/schemas/CloudEvent"},
                {"type": "object", "properties": {"type": {"const": event.type}, "data": data}},
            ]
        },
    }


def _optional(hint: Any) -> bool:
    return NoneType in get_args(hint)


def _json_type(hint: Any) -> dict[str, Any]:
    kind = get_origin(hint) or hint
    if kind in (Union, UnionType):
        (bare,) = (part for part in get_args(hint) if part is not NoneType)
        return {"oneOf": [_json_type(bare), {"type": "null"}]}
    if kind is tuple:
        return {"type": "array", "items": _json_type(get_args(hint)[0])}
    if kind is dict:
        key, value = (_json_type(part) for part in get_args(hint))
        return {"type": "object", "propertyNames": key, "additionalProperties": value}
    if isinstance(kind, type) and issubclass(kind, Enum):
        return {"type": "string", "enum": [member.value for member in kind]}
    return dict(_PLAIN[kind])


_PLAIN: dict[Any, dict[str, Any]] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    datetime: {"type": "string", "format": "date-time"},
    date: {"type": "string", "format": "date"},
}
