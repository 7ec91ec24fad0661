"""Where somebody of a tenant can name something beside a path: in a body, or behind the question mark (I9).

A new field fails a rule until it stands in one of the two lists; one that names something needs a line in `SPOKEN`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from marshmallow import Schema, fields as m
from marshmallow.validate import OneOf

from gateway.route import Access, Route
from gateway.routes import ROUTES
from services.contracts.privacy import Role
from services.kernel.codec import instant

TENANTS = (Role.BEHEERDER, Role.AUDITOR, Role.MEMBER)
NAMING = frozenset(
    {"account", "decisions.account", "organisation", "fields", "changes.fields", "reference", "email", "changes.email"}
    | {"emails", "cursor"}
)
"""What these hold may be another's: it must answer like what never was."""
SAYING = frozenset(
    {
        "body",
        "choices",
        "code",
        "consultation_key",
        "contact",
        "description.en",
        "description.nl",
        "document_sha256",
        "exceptions.reasons",
        "exceptions.until",
        "facts.at",
        "giver",
        "given_at",
        "label.en",
        "label.nl",
        "new_password",
        "outcome",
        "password",
        "purposes",
        "reasons",
        "decisions.reasons",
        "received_at",
        "recipient",
        "retention",
        "said",
        "signature",
        "statement",
        "sub_processors",
        "text",
        "title",
        "told_at",
        "triggers",
        "username",
        "value",
        "first_name",
        "infix",
        "last_name",
        "changes.first_name",
        "changes.infix",
        "changes.last_name",
        "name",
        "names.weighing",
        "signatory.name",
        "signatory.function",
        "contact.name",
        "contact.email",
        "contact.phone",
        "second_contact.name",
        "second_contact.email",
        "second_contact.phone",
        "device.app_version",
        "device.browser",
        "device.kind",
        "device.os",
    }
)
"""What these hold is kept or compared with one's own, and looked up nowhere; that a user name is taken is declared."""
THAT = "$"
"""Stands in a body for what is named."""

BASE = "/v1/organisations/{org}"
FULFIL = f"{BASE}/requests/{{request}}/fulfil"
_COMPLAINT = {"text": "Het kan beter.", "channel": "letter"}
_CALL = {"kind": "access", "channel": "telephone", "received_at": instant(datetime.now(UTC))}
_KEPT = {"decision": "kept"}
SPOKEN: dict[tuple[str, str, str], dict[str, Any]] = {
    ("PATCH", "/v1/me", "email"): {"email": THAT},
    ("POST", f"{BASE}/members", "email"): {"email": THAT, "role": "member"},
    ("POST", f"{BASE}/members/search", "email"): {"email": THAT},
    ("POST", f"{BASE}/members/search", "username"): {"username": THAT},
    ("POST", f"{BASE}/invitations", "emails"): {"emails": [THAT], "role": "member"},
    ("POST", "/v1/password-resets", "email"): {"email": THAT},
    ("POST", f"{BASE}/requests", "account"): {**_CALL, "account": THAT},
    ("POST", f"{BASE}/supplements", "fields"): {"fields": [THAT], "reasons": "Voor de dijk."},
    ("POST", FULFIL, "changes.email"): {"outcome": "Gedaan.", "changes": {"email": THAT}},
    ("POST", FULFIL, "changes.fields"): {"outcome": "Gedaan.", "changes": {"fields": {THAT: "vak 9"}}},
    ("POST", f"{BASE}/requests/{{request}}/notify-recipient", "reference"): {
        "recipient": "Het archief.",
        "why_not": "impossible",
        "reference": f"disclosure/{THAT}",
    },
    ("POST", "/v1/complaints", "account"): {**_COMPLAINT, "account": THAT},
    ("POST", "/v1/complaints", "organisation"): {**_COMPLAINT, "contact": "Postbus 9.", "organisation": THAT},
    ("POST", "/v1/instructions", "organisation"): {"said": "Zet het rooster erin.", "organisation": THAT},
    ("POST", "/v1/access-reviews", "decisions.account"): {"decisions": [{**_KEPT, "account": THAT}], "rest": "kept"},
}
"""Otherwise right, so that it is what is named that is missed."""


def of_tenants() -> list[Route]:
    return [
        route
        for route in ROUTES
        if not route.development and (route.access is not Access.ROLES or route.roles & set(TENANTS))
    ]


def sayable(schema: Schema | None, at: str = "") -> Iterator[str]:
    """Every field that takes more than a choice, a number, a day or a yes."""
    for name, field in schema.fields.items() if schema else ():
        path, inner = at + (field.data_key or name), field
        while isinstance(inner, m.List):
            inner = inner.inner
        if isinstance(inner, m.Nested):
            yield from sayable(inner.schema, f"{path}.")
        elif not isinstance(inner, m.Number | m.Boolean | m.Date) and not _chosen(inner):
            yield path


def _chosen(field: m.Field[Any]) -> bool:
    checks = field.validate if isinstance(field.validate, list | tuple) else [field.validate]
    return any(isinstance(check, OneOf) for check in checks)


def put(body: Any, named: str) -> Any:
    """The body with what it names in its place."""
    if isinstance(body, dict):
        return {put(name, named): put(value, named) for name, value in body.items()}
    if isinstance(body, list):
        return [put(one, named) for one in body]
    return body.replace(THAT, named) if isinstance(body, str) else body
