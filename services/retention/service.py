"""Retention behind nameko: who may ask which question. It only passes on."""

from __future__ import annotations

from typing import Any

from services.kernel.context import Context
from services.kernel.hosting import answers, hosted
from services.kernel.tending import Tended, serve
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


def main() -> None:
    """Called by services.kernel.host."""
    serve(RetentionService)
