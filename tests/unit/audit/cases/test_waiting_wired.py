"""For compliance wait controllers who have not been told, incidents that could be closed, complaints without answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from services.audit.cases.waiting import LOOKS
from services.contracts.privacy import Role
from services.contracts.tasks import Asking, told
from services.kernel.codec import instant
from tests.unit.audit.cases.test_complaints_wired import said
from tests.unit.audit.cases.test_incidents_wired import close, inform, two
from tests.unit.audit.cases.world import OFFICER, OURS, THEIRS, World

__all__ = ["said", "two"]
CASES = {kind: look for kind, look in LOOKS.items() if kind.split("_")[0] in ("controller", "incident", "complaint")}


def waits(world: World, role: Role = Role.COMPLIANCE) -> list[dict[str, Any]]:
    asking = Asking(role=role, organisation=None, now=instant(world.now))
    with world.audit.reading() as session:
        items: list[dict[str, Any]] = told(CASES, session, asking)["items"]
    return items


def test_each_controller_waits_to_be_told_and_then_the_incident_to_be_closed(world: World, two: str) -> None:
    assert {(one["kind"], one["organisation"]) for one in waits(world)} == {
        ("controller_to_inform", OURS),
        ("controller_to_inform", THEIRS),
    }
    world.now += timedelta(hours=25)
    assert all(one["overdue"] for one in waits(world))
    inform(world, two, OURS)
    assert [one["organisation"] for one in waits(world)] == [THEIRS]
    inform(world, two, THEIRS)
    [last] = waits(world)
    assert (last["kind"], last["due"], last["path"]) == ("incident_to_close", None, f"/v1/incidents/{two}")
    close(world, two)
    assert waits(world) == []


def test_a_complaint_waits_for_its_answer_and_for_compliance_alone(world: World, said: str) -> None:
    [task] = waits(world)
    assert (task["kind"], task["id"], task["overdue"]) == ("complaint_to_answer", said, False)
    assert task["due"] == "2026-04-02T12:00:00.000000Z"
    assert [waits(world, role) for role in (Role.BEHEERDER, Role.OPERATOR, Role.INVESTIGATOR)] == [[], [], []]
    world.complaints.answer(OFFICER, said, outcome="upheld", answer="U heeft gelijk.")
    assert waits(world) == []
