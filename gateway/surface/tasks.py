"""What waits for whoever asks: each service says its own; with one away there is no list, never a shorter one."""

from __future__ import annotations

import asyncio
from typing import Any

from gateway.answer import Answer
from gateway.ask import Ask
from gateway.route import Reach, Route
from gateway.schemas.tasks import TASKS, MostAtOnce
from services.contracts.privacy import STAFF, Purpose, Role

SERVICES = ("retention", "org", "audit")


async def _tasks(ask: Ask) -> Answer:
    """What is due first before the rest, and what has no date at the end; all of it, a page at a time."""
    whose = {"organisation": None if ask.caller.role in STAFF else ask.caller.organisation}
    told = await asyncio.gather(*(ask.call(f"{service}.tasks", whose) for service in SERVICES))
    items = sorted((item for one in told for item in one["items"]), key=_urgency)
    left = items if ask.after is None else [item for item in items if _urgency(item) > tuple(ask.after)]
    shown = left[: ask.query["limit"]]
    following = _urgency(shown[-1]) if len(shown) < len(left) else None
    return ask.door.answered(ask, {"items": shown, "next": following})


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
        query=MostAtOnce(),
        paged=True,
        answer=TASKS,
        purpose=Purpose.BEHEER_ACCESS,
    ),
)
