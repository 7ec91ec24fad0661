"""Audit behind nameko: who may ask which question. It only passes on."""

from __future__ import annotations

from typing import Any

from services.audit.app import Audit
from services.contracts.audit import Contact
from services.kernel.context import Context
from services.kernel.hosting import answers, hosted
from services.kernel.rpc import GATEWAY
from services.kernel.tending import Tended, serve

CLI = "cli"
SERVICES = ("auth", "org", "retention")
RELAYS = ("auth-relay", "org-relay", "audit-relay", "retention-relay")


class AuditService(Tended):
    name = Audit.name
    app = hosted(Audit)

    @answers(callers=SERVICES)
    def entries(self, context: Context, after: int, types: list[str], limit: int) -> dict[str, Any]:
        return self.app.entries(after, types, limit)

    @answers(callers=SERVICES)
    def entries_of(self, context: Context, source: str, after: int, limit: int) -> dict[str, Any]:
        return self.app.entries_of(context, source, after, limit)

    @answers(callers=SERVICES)
    def store_came_back(self, context: Context, source: str, given: int, known: int) -> dict[str, Any]:
        return self.app.store_came_back(context, source, given, known)

    @answers(callers=SERVICES)
    def handovers(self, context: Context) -> list[str]:
        return [note.decode() for note in self.app.handovers()]

    @answers(callers=(CLI,))
    def signing_keys(self, context: Context) -> dict[str, Any]:
        return self.app.signing_keys()

    @answers(callers=RELAYS)
    def high_water(self, context: Context, source: str) -> dict[str, Any]:
        return self.app.high_water(source)

    @answers(callers=RELAYS)
    def restored(self, context: Context, source: str, given: int) -> dict[str, Any]:
        return self.app.restored(context, source, given)

    @answers()
    def checkpoint(self, context: Context) -> dict[str, Any]:
        return self.app.checkpoint()

    @answers()
    def tile(self, context: Context, level: int, n: int, width: int) -> dict[str, Any]:
        return self.app.tile(level, n, width)

    @answers()
    def bundle(self, context: Context, n: int, width: int) -> dict[str, Any]:
        return self.app.bundle(n, width)

    @answers()
    def pruned(self, context: Context) -> dict[str, Any]:
        return self.app.pruned()

    @answers()
    def log_entries(self, context: Context, after: int, limit: int = 100, **filters: Any) -> dict[str, Any]:
        return self.app.log_entries(after, limit, **filters)

    @answers()
    def log_entry(self, context: Context, index: int) -> dict[str, Any]:
        return self.app.log_entry(index)

    @answers()
    def receipt(self, context: Context, event: str) -> dict[str, Any]:
        return self.app.receipt(context, event)

    @answers(callers=("retention",))
    def evidence(self, context: Context, event: str) -> dict[str, Any] | None:
        return self.app.evidence(event)

    @answers(callers=(GATEWAY, CLI))
    def start_replay(
        self,
        context: Context,
        case: str = "",
        ground: str = "",
        selection: dict[str, Any] | None = None,
        at: int | str | None = None,
    ) -> dict[str, Any]:
        return self.app.replays.start(context, case, ground, selection or {}, at)

    @answers(callers=(GATEWAY, CLI))
    def replay(self, context: Context, replay: str) -> dict[str, Any]:
        return self.app.replays.show(context, replay)

    @answers(callers=(GATEWAY, CLI))
    def replay_timeline(
        self, context: Context, replay: str, after: int | None = None, limit: int = 100
    ) -> dict[str, Any]:
        return self.app.replays.timeline(context, replay, after, limit)

    @answers()
    def views_then(
        self, context: Context, replay: str, service: str, after: int | None = None, limit: int = 100
    ) -> dict[str, Any]:
        return self.app.views_then(context, replay, service, after, limit)

    @answers(callers=(CLI,))
    def replay_entries(
        self, context: Context, replay: str, after: int | None = None, limit: int = 500, types: list[str] | None = None
    ) -> dict[str, Any]:
        return self.app.replays.entries(context, replay, after, limit, types)

    @answers(callers=(CLI,))
    def export_replay(self, context: Context, replay: str) -> dict[str, Any]:
        return self.app.replays.export(context, replay)

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
    def access_reviews(self, context: Context, organisation: str | None = None) -> dict[str, Any]:
        return self.app.checks.reviews(organisation)

    @answers()
    def tasks(self, context: Context, organisation: str | None = None) -> dict[str, Any]:
        return self.app.tasks(context, organisation)

    # -- disclosures

    @answers(callers=(GATEWAY,))
    def open_disclosure(self, context: Context, **said: Any) -> dict[str, Any]:
        return self.app.disclosures.opening.open(context, **said)

    @answers(callers=("retention",))
    def recipients_of(self, context: Context, organisation: str, person: str) -> dict[str, Any]:
        return self.app.disclosures.telling.received(organisation, person)

    @answers(callers=(GATEWAY,))
    def my_disclosures(self, context: Context) -> dict[str, Any]:
        return self.app.disclosures.telling.mine(context)

    @answers(callers=(GATEWAY,))
    def disclosures(self, context: Context, after: str | None = None, limit: int = 100) -> dict[str, Any]:
        return self.app.disclosures.showing.all(after, limit)

    @answers(callers=(GATEWAY,))
    def disclosure(self, context: Context, disclosure: str) -> dict[str, Any]:
        return self.app.disclosures.showing.show(disclosure)

    @answers(callers=(GATEWAY,))
    def authenticate_request(self, context: Context, disclosure: str, **said: Any) -> dict[str, Any]:
        return self.app.disclosures.opening.authenticate(context, disclosure, **said)

    @answers(callers=(GATEWAY,))
    def write_down_order(self, context: Context, disclosure: str, **said: Any) -> dict[str, Any]:
        return self.app.disclosures.opening.write_down(context, disclosure, **said)

    @answers(callers=(GATEWAY,))
    def consult(self, context: Context, disclosure: str, **said: Any) -> dict[str, Any]:
        return self.app.disclosures.consulting.consult(context, disclosure, **said)

    @answers(callers=(GATEWAY,))
    def scope_disclosure(self, context: Context, disclosure: str, **said: Any) -> dict[str, Any]:
        return self.app.disclosures.deciding.scope(context, disclosure, **said)

    @answers(callers=(GATEWAY,))
    def approve_disclosure(self, context: Context, disclosure: str, **said: Any) -> dict[str, Any]:
        return self.app.disclosures.deciding.approve(context, disclosure, **said)

    @answers(callers=(GATEWAY,))
    def reject_disclosure(self, context: Context, disclosure: str, **said: Any) -> dict[str, Any]:
        return self.app.disclosures.deciding.reject(context, disclosure, **said)

    @answers(callers=(GATEWAY,))
    def assemble_disclosure(self, context: Context, disclosure: str, **said: Any) -> dict[str, Any]:
        return self.app.disclosures.handing_over.assemble(context, disclosure, **said)

    @answers(callers=(GATEWAY,))
    def hand_over_disclosure(self, context: Context, disclosure: str, **said: Any) -> dict[str, Any]:
        return self.app.disclosures.handing_over.hand_over(context, disclosure, **said)

    @answers(callers=(GATEWAY,))
    def notify_subject(self, context: Context, disclosure: str, **said: Any) -> dict[str, Any]:
        return self.app.disclosures.handing_over.notify(context, disclosure, **said)

    @answers(callers=(GATEWAY,))
    def review_secrecy(self, context: Context, disclosure: str, **said: Any) -> dict[str, Any]:
        return self.app.disclosures.handing_over.review(context, disclosure, **said)

    @answers(callers=(GATEWAY,))
    def lift_secrecy(self, context: Context, disclosure: str, **said: Any) -> dict[str, Any]:
        return self.app.disclosures.handing_over.lift(context, disclosure, **said)

    @answers(callers=(GATEWAY,))
    def hold_disclosure(self, context: Context, disclosure: str) -> dict[str, Any]:
        return self.app.disclosures.consulting.hold(context, disclosure)

    @answers(callers=(GATEWAY,))
    def answer_for_second_contact(self, context: Context, disclosure: str, **said: Any) -> dict[str, Any]:
        second = Contact.SECOND_CONTACT
        return self.app.disclosures.consulting.answer(context, disclosure, contact=second, **said)

    @answers(callers=(GATEWAY,))
    def close_disclosure(self, context: Context, disclosure: str) -> dict[str, Any]:
        return self.app.disclosures.handing_over.close(context, disclosure)

    @answers(callers=(GATEWAY,))
    def disclosure_package(self, context: Context, disclosure: str) -> dict[str, str]:
        return self.app.disclosures.handing_over.package(disclosure)

    @answers(callers=(GATEWAY,))
    def consultations(
        self, context: Context, organisation: str, after: str | None = None, limit: int = 100
    ) -> dict[str, Any]:
        return self.app.disclosures.showing.consultations(organisation, after, limit)

    @answers(callers=(GATEWAY,))
    def consultation(self, context: Context, organisation: str, consultation: str) -> dict[str, Any]:
        return self.app.disclosures.showing.consultation(organisation, consultation)

    @answers(callers=(GATEWAY,))
    def answer_consultation(
        self, context: Context, organisation: str, consultation: str, **said: Any
    ) -> dict[str, Any]:
        return self.app.disclosures.showing.answer(context, organisation, consultation, **said)

    @answers(callers=("auth",))
    def consultation_waits(self, context: Context, disclosure: str) -> dict[str, Any]:
        return self.app.disclosures.noticing.waits(disclosure)

    @answers()
    def report(self, context: Context, kind: str, **asked: Any) -> dict[str, Any]:
        return self.app.report(kind, **asked)

    @answers(callers=(GATEWAY,))
    def conformance(self, context: Context, organisation: str | None = None, **_: Any) -> dict[str, Any]:
        return self.app.conformance.make(organisation)


def main() -> None:
    """Called by services.kernel.host."""
    serve(AuditService)
