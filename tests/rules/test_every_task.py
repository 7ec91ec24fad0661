"""What must hold for every kind of task: one service knows it, somebody can do it, and its path leads there.

A new kind is a line in services/contracts/tasks.py and a look in one service's LOOKS.
"""

from __future__ import annotations

import re

import pytest

from gateway.routes import ROUTES
from gateway.surface.tasks import SERVICES
from services.audit.cases import waiting as audit
from services.audit.disclosing import waiting as disclosing
from services.contracts.privacy import STAFF, Role
from services.contracts.tasks import WAITS, TaskKind
from services.org.app import waiting as org
from services.retention.app import waiting as retention

LOOKS = {"retention": retention.LOOKS, "org": org.LOOKS, "audit": {**audit.LOOKS, **disclosing.LOOKS}}


def test_every_service_that_knows_any_is_asked():
    assert set(SERVICES) == set(LOOKS)


@pytest.mark.parametrize("kind", TaskKind)
def test_exactly_one_service_knows_it(kind):
    assert [service for service, looks in LOOKS.items() if kind in looks] != [], "nobody looks for it"
    assert len([service for service, looks in LOOKS.items() if kind in looks]) == 1


@pytest.mark.parametrize("kind", TaskKind)
def test_whoever_has_it_can_go_where_it_leads(kind):
    waits = WAITS[kind]
    assert waits.roles, "a task waits for somebody"
    assert waits.roles <= STAFF | {Role.BEHEERDER}, "only they can ask for tasks"
    shape = re.sub(r"\{\w+\}", "{}", waits.path)
    routes = [one for one in ROUTES if one.method == "GET" and re.sub(r"\{\w+\}", "{}", one.path) == shape]
    assert len(routes) == 1, f"{waits.path} leads nowhere"
    assert not routes[0].roles or waits.roles <= routes[0].roles, f"{waits.path} is shut to some of {waits.roles}"
