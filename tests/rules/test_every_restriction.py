"""What must hold for every question to auth: of who is restricted, no value leaves to anybody else (P15, AVG 18(2)).

A failure names the method. The remedy: ask `restrictions.among` before anything is opened, as the others do.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from marshmallow import Schema, fields as m

from gateway.route import Reach
from gateway.routes import ROUTES

NAMES = frozenset({"first_name", "infix", "last_name", "username", "email"})


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Which methods show values of somebody, before and after they are restricted."""
    asking = [sys.executable, "-m", "tests.rules.asking_auth", str(tmp_path_factory.mktemp("asking"))]
    done = subprocess.run(asking, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_of_who_is_restricted_no_answer_to_anybody_else_holds_a_value(told):
    assert set(told["restricted"]) - set(told["allowed"]) == set()


def test_of_who_is_not_the_same_questions_show_values(told):
    shown = set(told["open"]) - set(told["allowed"])
    assert shown == {"members", "member", "find_member", "export_people"}, "or the rule looks at nothing"


def named(schema: Schema | None) -> set[str]:
    """The names and addresses of people that an answer declares, however deep."""
    found: set[str] = set()
    for name, field in (schema.fields if schema else {}).items():
        inner = field.inner if isinstance(field, m.List) else field
        found |= named(inner.schema) if isinstance(inner, m.Nested) else {name} & NAMES
    return found


OTHERWISE = {
    "auth.invitations": "who is invited has no account, and nothing to restrict yet",
    "auth.accept_invitation": "to whom it is about",
}
"""Routes that show names or addresses and are not people's own, with why no restricted person's are among them."""


@pytest.mark.parametrize(
    "route",
    [route for route in ROUTES if route.reach is not Reach.SELF and {"first_name", "last_name"} & named(route.answer)],
    ids=lambda route: f"{route.method} {route.path}",
)
def test_every_route_that_names_people_asks_auth_which_the_rule_above_asked_too(route, told):
    service, _, method = route.target.partition(".")
    assert service == "auth", "people's names are auth's to show, and to withhold"
    assert method in told["methods"] or route.target in OTHERWISE
