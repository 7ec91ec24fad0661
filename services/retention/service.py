"""Retention behind nameko: who may ask which question. It only passes on."""

from __future__ import annotations

from typing import Any

from services.kernel.context import Context
from services.kernel.hosting import answers, hosted
from services.kernel.tending import Tended, serve
from services.retention import schemas
from services.retention.app import Retention


class RetentionService(Tended):
    name = Retention.name
    app = hosted(Retention)

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

    @answers()
    def place_hold(self, context: Context, **said: Any) -> dict[str, Any]:
        return self.app.holds.place(context, **schemas.hold_wish(said))

    @answers()
    def review_hold(self, context: Context, hold: str, **said: Any) -> dict[str, Any]:
        return self.app.holds.review(context, hold, **schemas.review(said))

    @answers()
    def release_hold(self, context: Context, hold: str) -> dict[str, Any]:
        return self.app.holds.release(context, hold)


def main() -> None:
    """Called by services.kernel.host."""
    serve(RetentionService)
