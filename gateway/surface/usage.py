"""What the app tells of its use: facts of a closed list, without a word, for insight alone (P02)."""

from __future__ import annotations

from gateway.route import EVERY_ROLE, Reach, Route
from gateway.schemas import usage
from services.contracts.errors import Problem
from services.contracts.privacy import Purpose

ROUTES = (
    Route(
        method="POST",
        path="/v1/usage",
        summary="Tell what one did in the app, in a batch; what was told before counts once.",
        roles=EVERY_ROLE,
        reach=Reach.SELF,
        rpc="org.record_usage",
        body=usage.UsageFacts(),
        answer=usage.UsageTaken(),
        purpose=Purpose.USAGE_INSIGHT,
        problems=(
            Problem.MOMENT_IMPOSSIBLE,
            Problem.AGREEMENT_MISSING,
            Problem.PURPOSE_NOT_AGREED,
            Problem.CONSENT_NEEDED,
            Problem.OBJECTION_UPHELD,
            Problem.ORGANISATION_LEFT,
            Problem.ERASED,
            Problem.THROTTLED,
        ),
    ),
)
