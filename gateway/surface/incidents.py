"""The register of incidents: kept by compliance, and for each controller its own part (P19)."""

from __future__ import annotations

from typing import Any

from gateway.answer import Answer, Header
from gateway.ask import Ask
from gateway.paper.notification import markdown
from gateway.paper.notification_page import page
from gateway.route import Reach, Route
from gateway.schemas import incidents as shapes
from gateway.schemas.fields import Written
from gateway.shape import outgoing
from gateway.surface.record import OFFICERS, OVERSEERS, _whose
from services.contracts.errors import Problem
from services.contracts.privacy import Purpose, Role

INCIDENTS = "/v1/incidents"
_NOTIFICATION = outgoing(shapes.IncidentNotification())


def whose(ask: Ask) -> dict[str, Any]:
    return {"organisation": _whose(ask)}


def own(ask: Ask) -> dict[str, Any]:
    """Compliance looks at all of one; for others only their own part exists."""
    return {"organisation": None if ask.caller.role is Role.COMPLIANCE else ask.caller.organisation}


async def _notification(ask: Ask) -> Answer:
    of = ask.query.get("organisation") or ask.caller.organisation
    found = _NOTIFICATION(
        await ask.call("audit.notification", {"incident": ask.path["incident"], "of": of, **own(ask)})
    )
    if ask.query["format"] == "json":
        return Answer.json(200, found)
    if ask.query["format"] == "pdf":
        # Somebody wrote it in the night; a character that no font here has keeps nobody from reading the rest.
        made = await ask.door.printing.pdf(page(found, ask.query["lang"]), ask.deadline, or_plain=True)
        named: Header = (b"content-disposition", b'inline; filename="incident-%s.pdf"' % ask.query["lang"].encode())
        return Answer(200, made, media_type=b"application/pdf", headers=(named,))
    return Answer(200, markdown(found, ask.query["lang"]).encode(), media_type=b"text/markdown; charset=utf-8")


def _change(path: str, summary: str, rpc: str, **rest: Any) -> Route:
    return Route(
        method="POST",
        path=path,
        summary=summary,
        roles=OFFICERS,
        rpc=rpc,
        purpose=Purpose.BEHEER_ACCESS,
        **rest,
    )


def _look(path: str, summary: str, **rest: Any) -> Route:
    return Route(
        method="GET",
        path=path,
        summary=summary,
        roles=OVERSEERS,
        purpose=Purpose.BEHEER_ACCESS,
        **rest,
    )


ROUTES = (
    _look(
        INCIDENTS,
        "The register of incidents, reported or not.",
        reach=Reach.OWN_ORGANISATION,
        rpc="audit.incidents",
        added=whose,
        query=shapes.RegisterQuery(),
        paged=True,
        answer=shapes.INCIDENTS,
    ),
    _change(
        INCIDENTS,
        "Register an incident; the log is searched for whose data it touched.",
        "audit.register_incident",
        body=shapes.IncidentWish(),
        answer=shapes.IncidentBegun(),
        status=201,
        problems=(Problem.NOT_YET, Problem.PERIOD_INVALID, Problem.ACCOUNT_UNKNOWN),
    ),
    _look(
        f"{INCIDENTS}/{{incident}}",
        "One incident; an organisation's own part of it, once it was told.",
        reach=Reach.SERVICE,
        rpc="audit.incident",
        added=own,
        answer=shapes.Incident(),
    ),
    _change(
        f"{INCIDENTS}/{{incident}}/supplement",
        "Add what became known of an incident, or was done about it.",
        "audit.supplement_incident",
        reach=Reach.SERVICE,
        body=shapes.IncidentSupplement(),
        answer=Written(),
        problems=(Problem.INCIDENT_CLOSED, Problem.NOT_YET, Problem.PERIOD_INVALID, Problem.ERASED),
    ),
    _change(
        f"{INCIDENTS}/{{incident}}/inform",
        "Enter that a controller was told; from then on it sees its part.",
        "audit.inform_controller",
        reach=Reach.SERVICE,
        body=shapes.IncidentInforming(),
        answer=shapes.IncidentInformed(),
        problems=(Problem.INCIDENT_CLOSED, Problem.NOT_YET, Problem.PERIOD_INVALID, Problem.ERASED),
    ),
    _change(
        f"{INCIDENTS}/{{incident}}/close",
        "Close an incident: reported to the supervisor or not, the people told or not, and why.",
        "audit.close_incident",
        reach=Reach.SERVICE,
        body=shapes.IncidentClosing(),
        answer=Written(),
        problems=(Problem.INCIDENT_CLOSED, Problem.NOT_YET, Problem.CONTROLLERS_UNINFORMED, Problem.ERASED),
    ),
    _look(
        f"{INCIDENTS}/{{incident}}/notification",
        "What a controller is told, with each item of AVG 33(3), as JSON, as text or on paper.",
        reach=Reach.SERVICE,
        handler=_notification,
        query=shapes.IncidentNotificationQuery(),
        answer=shapes.IncidentNotification(),
        or_as=("text/markdown", "application/pdf"),
    ),
)
