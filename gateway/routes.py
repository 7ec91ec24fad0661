"""The table of all routes. Serving, authorisation, the contract and the tests derive from it alone."""

from __future__ import annotations

from gateway.route import Route
from gateway.surface import (
    certificate,
    checks,
    complaints,
    consents,
    content,
    custom_fields,
    data,
    deliveries,
    disclosures,
    incidents,
    instructions,
    leaving,
    operations,
    organisations,
    own,
    people,
    preview,
    record,
    reports,
    requests,
    statement,
    sub_processors,
    tasks,
    usage,
)

ROUTES: tuple[Route, ...] = (
    *own.ROUTES,
    *data.ROUTES,
    *people.ROUTES,
    *consents.ROUTES,
    *organisations.ROUTES,
    *custom_fields.ROUTES,
    *content.ROUTES,
    *preview.ROUTES,
    *leaving.ROUTES,
    *record.ROUTES,
    *reports.ROUTES,
    *requests.ROUTES,
    *deliveries.ROUTES,
    *incidents.ROUTES,
    *disclosures.ROUTES,
    *complaints.ROUTES,
    *instructions.ROUTES,
    *sub_processors.ROUTES,
    *certificate.ROUTES,
    *statement.ROUTES,
    *tasks.ROUTES,
    *checks.ROUTES,
    *usage.ROUTES,
    *operations.ROUTES,
)


def served(development: bool) -> tuple[Route, ...]:
    """What this installation answers: the mail page exists in development only."""
    return tuple(route for route in ROUTES if development or not route.development)
