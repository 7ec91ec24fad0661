"""A body that is not right gets one answer at the door and in every service: the path, and never the value."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest
from marshmallow import Schema

from gateway.schemas.organisations import Registration as RegistrationAtTheDoor, Terms
from services.audit.cases.shapes import Incident
from services.auth.schemas import REVIEW
from services.kernel.decider import Refused
from services.kernel.shape import loaded
from services.org.schemas import Proposal, Registration
from services.retention.schemas import HoldWish
from tests.unit.org.test_agreements_wired import PROPOSAL

ROOT = Path(__file__).parents[2]
SECRET = "no-such-value-of-jan"


@pytest.mark.parametrize(
    ("schema", "said", "path"),
    [
        (REVIEW, {"decisions": [{"account": "a", "decision": SECRET}]}, "decisions.0.decision"),
        (REVIEW, {"rest": SECRET}, "rest"),
        (Incident, {"facts": "f", "contact": "c", "known_at": SECRET, "since": "2026-03-01T00:00:00Z"}, "known_at"),
        (Registration, {"name": "G", "kind": SECRET, "contact": {"name": "x"}, "beheerder": {}}, "contact.email"),
        (
            RegistrationAtTheDoor,
            {"name": "G", "kind": SECRET, "contact": {"name": "x"}, "beheerder": {}},
            "contact.email",
        ),
        (Proposal, {**PROPOSAL, "retention": {"name": SECRET}}, "retention.name.value"),
        (Terms, {**PROPOSAL, "retention": {"name": SECRET}}, "retention.name.value"),
        (Proposal, {**PROPOSAL, "categories": [SECRET]}, "categories.0"),
        (Terms, {**PROPOSAL, "categories": [SECRET]}, "categories.0"),
        (HoldWish, {"scope": SECRET}, "scope"),
    ],
)
def test_the_door_and_every_service_name_the_same_path(
    schema: Schema | type[Schema], said: dict[str, Any], path: str
) -> None:
    with pytest.raises(Refused) as caught:
        loaded(schema, said)
    assert caught.value.code == "invalid"
    assert path in caught.value.detail["errors"]
    assert SECRET not in repr(caught.value.detail)


def test_nobody_else_reads_a_validation_error() -> None:
    others = [
        str(file.relative_to(ROOT))
        for room in ("services", "gateway")
        for file in sorted((ROOT / room).rglob("*.py"))
        if "ValidationError" in file.read_text()
        and any(
            isinstance(node, ast.ExceptHandler) and node.type is not None and "ValidationError" in ast.dump(node.type)
            for node in ast.walk(ast.parse(file.read_text()))
        )
    ]
    assert others == ["services/kernel/shape.py"], "load a body with services.kernel.shape.loaded"
