"""A state that was folded before is the state that folding everything again would give."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import delete

from services.contracts import auth
from services.contracts.grounds import GROUNDS
from services.contracts.privacy import Role
from services.kernel.commands.unit import Store, Unit
from services.kernel.decider import Decider, Refused
from services.kernel.store import eventstore
from services.kernel.store.database import writing
from services.kernel.store.known import MOST, Known
from tests.unit.kernel.conftest import MAKER, NOON, Service

STREAM = "account/a1"


def _decide(count: int, role: Role) -> list[auth.RoleChanged]:
    return [auth.RoleChanged(account="a1", organisation="o1", role=role, changed_by=str(count), at=NOON)]


COUNTING: Decider[int, Role, auth.RoleChanged] = Decider(0, _decide, lambda count, _: count + 1)


def once(unit: Unit) -> dict[str, Any]:
    unit.do(STREAM, COUNTING, Role.MEMBER)
    return {}


def counts(service: Service) -> list[str]:
    """What each decision saw: how many events there were before it."""
    return [eventstore.parse(line).event.changed_by for line in service.lines()]  # type: ignore[attr-defined]


def test_each_decision_sees_all_that_came_before(service: Service) -> None:
    for _ in range(3):
        service.store.perform(service.context(), once)
    assert counts(service) == ["0", "1", "2"]


def test_two_decisions_in_one_transaction_see_each_other(service: Service) -> None:
    def twice(unit: Unit) -> dict[str, Any]:
        once(unit)
        return once(unit)

    service.store.perform(service.context(), once)
    service.store.perform(service.context(), twice)
    service.store.perform(service.context(), once)
    assert counts(service) == ["0", "1", "2", "3"]


def test_what_was_rolled_back_is_not_remembered(service: Service) -> None:
    def refused(unit: Unit) -> dict[str, Any]:
        once(unit)
        once(unit)
        raise Refused("forbidden")

    service.store.perform(service.context(), once)
    with pytest.raises(Refused):
        service.store.perform(service.context(), refused)
    service.store.perform(service.context(), once)
    assert counts(service) == ["0", "1"]


def test_what_another_process_appended_is_seen(service: Service) -> None:
    store = service.store
    other = Store(store.engine, store.keyring, store.source, store.views, store._wake, maker=MAKER, grounds=GROUNDS)
    for here in (store, other, store, other):
        here.perform(service.context(), once)
    assert counts(service) == ["0", "1", "2", "3"]


def test_a_database_that_was_set_back_is_read_anew(service: Service) -> None:
    for _ in range(3):
        service.store.perform(service.context(), once)
    with writing(service.engine) as session:
        session.execute(delete(eventstore.events).where(eventstore.events.c.version > 1))
    service.store.perform(service.context(), once)
    assert counts(service) == ["0", "1"]


def test_what_is_remembered_is_bounded(service: Service) -> None:
    known = Known()
    service.store.perform(service.context(), once)
    with service.store.reading() as session:
        for _ in range(MOST + 5):
            known.state(session, STREAM, Decider(0, _decide, lambda count, _: count + 1), keep=True)
    assert len(known._kept) == MOST
