"""What waits for whoever asks: each service says its own; with one away there is no list, never a shorter one."""

from __future__ import annotations

import asyncio
from typing import Any

from gateway.answer import Answer
from gateway.ask import Ask
from gateway.route import Reach, Route
from gateway.schemas.tasks import TASKS
from gateway.shape import outgoing
from services.contracts.privacy import STAFF, Purpose, Role

SERVICES = ("retention", "org", "audit")
_SHOWN = outgoing(TASKS)


async def _tasks(ask: Ask) -> Answer:
    """What is due first before the rest, and what has no date at the end."""
    whose = {"organisation": None if ask.caller.role in STAFF else ask.caller.organisation}
    told = await asyncio.gather(*(ask.call(f"{service}.tasks", whose) for service in SERVICES))
    items = sorted((item for one in told for item in one["items"]), key=_urgency)
    return Answer.json(200, _SHOWN({"items": items, "next": None}))


def _urgency(task: dict[str, Any]) -> tuple[str, ...]:
    return (task["due"] or "~", task["since"] or "", task["kind"], task["id"], task["organisation"])


ROUTES = (
    Route(
        method="GET",
        path="/v1/tasks",
        summary="What waits for me, with deadlines, the most urgent first.",
        roles=STAFF | {Role.BEHEERDER},
        reach=Reach.OWN_ORGANISATION,
        handler=_tasks,
        answer=TASKS,
        purpose=Purpose.BEHEER_ACCESS,
    ),
)
