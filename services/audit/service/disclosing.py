"""Who may ask what about disclosures: all of it through the one door. It only passes on."""

from __future__ import annotations

from typing import Any

from services.audit.app import Audit
from services.contracts.audit import Contact
from services.kernel.calls.rpc import GATEWAY
from services.kernel.context import Context
from services.kernel.hosting.door import answers


class Disclosing:
    app: Audit

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
    def inform_recipient(self, context: Context, disclosure: str, **said: Any) -> dict[str, Any]:
        return self.app.disclosures.changing.inform(context, disclosure, **said)

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
