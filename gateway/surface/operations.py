"""For those who run it, and those who read the contract."""

from __future__ import annotations

from marshmallow import Schema, fields as m

from gateway import health, mail, pages
from gateway.route import Access, Reach, Route
from gateway.schemas import record


class Health(Schema):
    status = m.String(required=True)
    checks = m.Dict(keys=m.String(), values=m.Raw())


ROUTES = (
    Route(
        method="GET",
        path="/healthz",
        summary="Alive.",
        access=Access.PUBLIC,
        handler=health.alive,
        answer=Health(),
        personal=False,
    ),
    Route(
        method="GET",
        path="/readyz",
        summary="Ready; each part is named to callers on the machine itself.",
        access=Access.PUBLIC,
        handler=health.ready,
        answer=Health(),
        personal=False,
    ),
    Route(
        method="GET",
        path="/metrics",
        summary="Prometheus.",
        access=Access.LOCAL,
        handler=health.metrics,
        personal=False,
        media_type="text/plain",
    ),
    Route(
        method="GET",
        path="/openapi.json",
        summary="This contract.",
        access=Access.PUBLIC,
        handler=pages.contract,
        personal=False,
    ),
    Route(
        method="GET",
        path="/docs",
        summary="This contract, to read.",
        access=Access.PUBLIC,
        handler=pages.docs,
        personal=False,
        media_type="text/html",
    ),
    Route(
        method="GET",
        path="/dev/mail",
        summary="The mail that was sent, to read.",
        access=Access.LOCAL,
        reach=Reach.NOTHING,
        handler=mail.page,
        query=record.MailQuery(),
        media_type="text/html",
        development=True,
    ),
    Route(
        method="GET",
        path="/dev/mail.json",
        summary="The mail that was sent, newest first.",
        access=Access.LOCAL,
        handler=mail.listed,
        query=record.MailQuery(),
        answer=record.Mail(many=True),
        development=True,
    ),
)
