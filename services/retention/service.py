"""Retention behind nameko: who may ask which question. It only passes on."""

from __future__ import annotations

from typing import Any

from services.kernel.context import Context
from services.kernel.hosting.door import answers, hosted
from services.kernel.hosting.tending import Tended, serve
from services.retention import schemas
from services.retention.app import Retention
from services.retention.schemas import deliveries as delivering, requests as asking


class RetentionService(Tended):
    name = Retention.name
    app = hosted(Retention)

    @answers(callers=("org",))
    def terms_kept(self, context: Context) -> dict[str, Any]:
        return self.app.terms_kept()

    @answers()
    def erasures(
        self, context: Context, organisation: str | None = None, after: str | None = None, limit: int = 100
    ) -> dict[str, Any]:
        return self.app.erasures(context, organisation, after, limit)

    @answers()
    def erasure(self, context: Context, erasure: str, organisation: str | None = None) -> dict[str, Any]:
        return self.app.erasure(context, erasure, organisation)

    @answers()
    def certificate(self, context: Context, erasure: str, organisation: str | None = None) -> dict[str, Any]:
        return self.app.certificate(context, erasure, organisation)

    @answers(callers=("audit",))
    def report(self, context: Context, organisation: str | None = None) -> dict[str, Any]:
        return self.app.report(organisation)

    @answers()
    def preview_rule(
        self, context: Context, organisation: str, agreement: str, after: str | None = None, limit: int = 100
    ) -> dict[str, Any]:
        return self.app.previewing.preview(organisation, agreement, after or "", limit)

    @answers()
    def release_erasure(self, context: Context, erasure: str) -> dict[str, Any]:
        return self.app.release_erasure(context, erasure)

    @answers()
    def holds(self, context: Context, after: str | None = None, limit: int = 100) -> dict[str, Any]:
        return self.app.holds.all(after or "", limit)

    @answers(callers=("auth", "audit"))
    def held_in(self, context: Context, organisation: str, category: str) -> dict[str, Any]:
        return self.app.holds.held_in(organisation, category)

    @answers(callers=("auth", "audit"))
    def clear_erasure(self, context: Context, **said: Any) -> dict[str, Any]:
        return self.app.clearing.clear(context, **schemas.loaded(schemas.Clearance, said))

    @answers()
    def place_hold(self, context: Context, **said: Any) -> dict[str, Any]:
        return self.app.holds.place(context, **schemas.hold_wish(said))

    @answers(callers=("audit",))
    def hold_for_disclosure(self, context: Context, by: str, **said: Any) -> dict[str, Any]:
        return self.app.holds.place(context, by=by, **schemas.hold_wish({"scope": "person", **said}))

    @answers(callers=("audit",))
    def release_for_disclosure(self, context: Context, hold: str, by: str) -> dict[str, Any]:
        return self.app.holds.release(context, hold, by=by)

    @answers()
    def review_hold(self, context: Context, hold: str, **said: Any) -> dict[str, Any]:
        return self.app.holds.review(context, hold, **schemas.review(said))

    @answers()
    def release_hold(self, context: Context, hold: str) -> dict[str, Any]:
        return self.app.holds.release(context, hold)

    # -- data requests

    @answers()
    def requests(
        self, context: Context, organisation: str, after: str | None = None, limit: int = 100
    ) -> dict[str, Any]:
        return self.app.requests.of_organisation(organisation, after or "", limit)

    @answers()
    def request(self, context: Context, organisation: str, request: str) -> dict[str, Any]:
        return self.app.requests.one(organisation, request)

    @answers()
    def my_requests(self, context: Context, after: str | None = None, limit: int = 100) -> dict[str, Any]:
        return self.app.requests.mine(context, after or "", limit)

    @answers()
    def my_dates(self, context: Context) -> dict[str, Any]:
        return self.app.requests.dates(context)

    @answers()
    def ask_mine(self, context: Context, **said: Any) -> dict[str, Any]:
        return self.app.requests.ask(context, **schemas.loaded(asking.Wish(), said))

    @answers()
    def take_request(self, context: Context, organisation: str, **said: Any) -> dict[str, Any]:
        asked = schemas.loaded(asking.Intake(), said)
        return self.app.requests.take(context, organisation=organisation, **asked)

    @answers()
    def verify_request(self, context: Context, organisation: str, request: str, **said: Any) -> dict[str, Any]:
        asked = schemas.loaded(asking.Verification(), said)
        return self.app.requests.verify(context, organisation, request, **asked)

    @answers()
    def extend_request(self, context: Context, organisation: str, request: str, **said: Any) -> dict[str, Any]:
        asked = schemas.loaded(asking.Extension(), said)
        return self.app.requests.extend(context, organisation, request, **asked)

    @answers()
    def fulfil_request(self, context: Context, organisation: str, request: str, **said: Any) -> dict[str, Any]:
        asked = schemas.loaded(asking.Outcome(), said)
        return self.app.fulfilling.fulfil(context, organisation, request, **asked)

    @answers()
    def weigh_names(self, context: Context, organisation: str, request: str, **said: Any) -> dict[str, Any]:
        asked = schemas.loaded(asking.Weighing(), said)
        return self.app.naming.weigh(context, organisation, request, **asked)

    @answers(callers=("auth",))
    def names_weighed(self, context: Context, organisation: str, request: str, person: str) -> dict[str, Any]:
        return self.app.naming.weighed(organisation, request, person)

    @answers()
    def refuse_request(self, context: Context, organisation: str, request: str, **said: Any) -> dict[str, Any]:
        asked = schemas.loaded(asking.Refusal(), said)
        return self.app.requests.refuse(context, organisation, request, **asked)

    @answers()
    def tasks(self, context: Context, organisation: str | None = None) -> dict[str, Any]:
        return self.app.tasks(context, organisation)

    @answers()
    def end_restriction(self, context: Context, organisation: str, request: str, **said: Any) -> dict[str, Any]:
        asked = schemas.loaded(asking.Lifting(), said)
        return self.app.restricting.end(context, organisation, request, **asked)

    @answers()
    def tell_recipient(self, context: Context, organisation: str, request: str, **said: Any) -> dict[str, Any]:
        asked = schemas.loaded(asking.Telling(), said)
        return self.app.requests.tell(context, organisation, request, **asked)

    @answers(callers=("auth", "org", "audit"))
    def objections(self, context: Context, organisation: str, person: str) -> dict[str, Any]:
        return self.app.requests.objections(organisation, person)

    # -- answers on their way

    @answers()
    def delivery_wanted(self, context: Context, organisation: str, request: str, again: bool = False) -> dict[str, Any]:
        return self.app.deliveries.wanted(context, organisation, request, again=again)

    @answers()
    def deliver(self, context: Context, organisation: str, request: str, **said: Any) -> dict[str, Any]:
        answer = schemas.loaded(delivering.Answer(), said)
        return self.app.deliveries.deliver(context, organisation, request, **answer)

    @answers()
    def deliveries(
        self, context: Context, organisation: str, request: str, after: str | None = None, limit: int = 100
    ) -> dict[str, Any]:
        return self.app.deliveries.of_request(organisation, request, after, limit)

    @answers()
    def my_holds(self, context: Context) -> dict[str, Any]:
        return self.app.telling.holds(context)

    @answers()
    def my_deliveries(self, context: Context) -> dict[str, Any]:
        return self.app.deliveries.mine(context)

    @answers()
    def delivery(self, context: Context, token: str) -> dict[str, Any]:
        return self.app.collecting.look(token)

    @answers()
    def collect_delivery(self, context: Context, token: str, code: str) -> dict[str, Any]:
        return self.app.collecting.collect(context, token, code)

    @answers(callers=("audit",))
    def request_report(self, context: Context, **asked: Any) -> dict[str, Any]:
        return self.app.requests.report(**schemas.loaded(asking.Period(), asked))


def main() -> None:
    """Called by services.kernel.hosting.host."""
    serve(RetentionService)
