"""Who may ask what about incidents, complaints and checks. It only passes on."""

from __future__ import annotations

from typing import Any

from services.audit.app import Audit
from services.kernel.calls.rpc import GATEWAY
from services.kernel.context import Context
from services.kernel.hosting.door import answers


class Cases:
    app: Audit

    @answers(callers=(GATEWAY,))
    def register_incident(self, context: Context, **said: Any) -> dict[str, Any]:
        return self.app.incidents.register(context, **said)

    @answers(callers=(GATEWAY,))
    def supplement_incident(self, context: Context, incident: str, **said: Any) -> dict[str, Any]:
        return self.app.incidents.supplement(context, incident, **said)

    @answers(callers=(GATEWAY,))
    def inform_controller(self, context: Context, incident: str, **said: Any) -> dict[str, Any]:
        return self.app.incidents.inform(context, incident, **said)

    @answers(callers=(GATEWAY,))
    def close_incident(self, context: Context, incident: str, **said: Any) -> dict[str, Any]:
        return self.app.incidents.close(context, incident, **said)

    @answers(callers=(GATEWAY,))
    def incidents(
        self, context: Context, organisation: str | None = None, after: str | None = None, limit: int = 100
    ) -> dict[str, Any]:
        return self.app.incidents.all(organisation, after, limit)

    @answers(callers=(GATEWAY,))
    def incident(self, context: Context, incident: str, organisation: str | None = None) -> dict[str, Any]:
        return self.app.incidents.show(incident, organisation)

    @answers(callers=(GATEWAY,))
    def notification(self, context: Context, of: str, incident: str, organisation: str | None = None) -> dict[str, Any]:
        return self.app.incidents.notification_to(of, incident, organisation)

    @answers(callers=(GATEWAY,))
    def complain(self, context: Context, **said: Any) -> dict[str, Any]:
        return self.app.complaints.complain(context, **said)

    @answers(callers=(GATEWAY,))
    def my_complaints(self, context: Context, after: str | None = None, limit: int = 100) -> dict[str, Any]:
        return self.app.complaints.mine(context, after, limit)

    @answers(callers=(GATEWAY,))
    def take_in_complaint(self, context: Context, **said: Any) -> dict[str, Any]:
        return self.app.complaints.take_in(context, **said)

    @answers(callers=(GATEWAY,))
    def answer_complaint(self, context: Context, complaint: str, **said: Any) -> dict[str, Any]:
        return self.app.complaints.answer(context, complaint, **said)

    @answers(callers=(GATEWAY,))
    def complaints(
        self, context: Context, organisation: str | None = None, after: str | None = None, limit: int = 100
    ) -> dict[str, Any]:
        return self.app.complaints.all(organisation, after, limit)

    @answers(callers=(GATEWAY,))
    def complaint(self, context: Context, complaint: str, organisation: str | None = None) -> dict[str, Any]:
        return self.app.complaints.show(context, complaint, organisation)

    @answers(callers=(GATEWAY,))
    def record_check(self, context: Context, **said: Any) -> dict[str, Any]:
        return self.app.checks.record(context, **said)

    @answers(callers=(GATEWAY,))
    def security_checks(self, context: Context, after: str | None = None, limit: int = 100) -> dict[str, Any]:
        return self.app.checks.all(after, limit)

    @answers(callers=(GATEWAY,))
    def access_reviews(
        self, context: Context, organisation: str | None = None, after: str | None = None, limit: int = 100
    ) -> dict[str, Any]:
        return self.app.checks.reviews(organisation, after, limit)
