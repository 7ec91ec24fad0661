"""Audit behind nameko: who may ask which question. It only passes on."""

from __future__ import annotations

from typing import Any

from services.audit.app import Audit
from services.kernel.configuration import Configuration
from services.kernel.context import Context
from services.kernel.hosting import Settings, answers, hosted, run
from services.kernel.rpc import GATEWAY, PairKeys

CLI = "cli"
SERVICES = ("auth", "org", "retention")
RELAYS = ("auth-relay", "org-relay", "audit-relay", "retention-relay")


class AuditService:
    name = Audit.name
    app = hosted(Audit)

    @answers(callers=SERVICES)
    def entries(self, context: Context, after: int, types: list[str], limit: int) -> dict[str, Any]:
        return self.app.entries(after, types, limit)

    @answers(callers=RELAYS)
    def high_water(self, context: Context, source: str) -> dict[str, Any]:
        return self.app.high_water(source)

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
    def log_entries(self, context: Context, after: int, limit: int = 100, **filters: Any) -> dict[str, Any]:
        return self.app.log_entries(after, limit, **filters)

    @answers()
    def log_entry(self, context: Context, index: int) -> dict[str, Any]:
        return self.app.log_entry(index)

    @answers()
    def receipt(self, context: Context, event: str) -> dict[str, Any]:
        return self.app.receipt(context, event)

    @answers()
    def report(self, context: Context, kind: str, **asked: Any) -> dict[str, Any]:
        return self.app.report(kind, **asked)

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


def main() -> None:
    """Called by services.kernel.host, which has greened the process."""
    configuration = Configuration.read()
    run(
        AuditService,
        Settings(
            amqp_url=configuration.broker_url(AuditService.name),
            keys=PairKeys.load(configuration.secrets / "rpc", AuditService.name),
            config=configuration,
            prefetch=configuration.workers,
        ),
    )
