"""Retention behind nameko: who may ask which question. It only passes on."""

from __future__ import annotations

from typing import Any

from services.kernel.configuration import Configuration
from services.kernel.context import Context
from services.kernel.hosting import Settings, answers, hosted, run
from services.kernel.rpc import GATEWAY, PairKeys
from services.retention.app import Retention

CLI = "cli"


class RetentionService:
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

    @answers(callers=(GATEWAY, CLI))
    def ready(self, context: Context) -> dict[str, Any]:
        return self.app.ready()

    @answers(callers=(CLI,))
    def rotate_keys(self, context: Context) -> dict[str, Any]:
        return self.app.rotate_keys(context)

    @answers(callers=(CLI,))
    def keys_status(self, context: Context) -> dict[str, Any]:
        return self.app.keys_status()

    @answers(callers=(CLI,))
    def deadletters(self, context: Context) -> dict[str, Any]:
        return self.app.deadletters()

    @answers(callers=(CLI,))
    def retry_deadletter(self, context: Context, index: int) -> dict[str, Any]:
        return self.app.retry_deadletter(index)

    @answers(callers=(CLI,))
    def discard_deadletter(self, context: Context, index: int) -> dict[str, Any]:
        return self.app.discard_deadletter(index)

    @answers(callers=("audit",))
    def durable(self, context: Context, event: str) -> dict[str, Any] | None:
        return self.app.durable(event)


def main() -> None:
    """Called by services.kernel.host, which has greened the process."""
    configuration = Configuration.read()
    run(
        RetentionService,
        Settings(
            amqp_url=configuration.broker_url(RetentionService.name),
            keys=PairKeys.load(configuration.secrets / "rpc", RetentionService.name),
            config=configuration,
            prefetch=configuration.workers,
        ),
    )
