"""Org behind nameko: who may ask which question. It only passes on."""

from __future__ import annotations

from typing import Any

from services.kernel.configuration import Configuration
from services.kernel.context import Context
from services.kernel.hosting import Settings, answers, hosted, run
from services.kernel.rpc import GATEWAY, PairKeys
from services.org.app import Org

CLI = "cli"
ALL = (GATEWAY, "auth", "audit", "retention")


class OrgService:
    name = Org.name
    app = hosted(Org)

    @answers()
    def register(self, context: Context, **said: Any) -> dict[str, Any]:
        return self.app.register(context, **said)

    @answers()
    def organisations(self, context: Context, after: str | None = None, limit: int = 100) -> dict[str, Any]:
        return self.app.organisations(context, after, limit)

    @answers()
    def organisation(self, context: Context, organisation: str) -> dict[str, Any]:
        return self.app.organisation(context, organisation)

    @answers()
    def change(self, context: Context, organisation: str, **said: Any) -> dict[str, Any]:
        return self.app.change(context, organisation, **said)

    @answers()
    def propose_agreement(self, context: Context, organisation: str, **said: Any) -> dict[str, Any]:
        return self.app.propose_agreement(context, organisation, **said)

    @answers()
    def agreements(
        self, context: Context, organisation: str, after: str | None = None, limit: int = 100
    ) -> dict[str, Any]:
        return self.app.agreements(context, organisation, after, limit)

    @answers()
    def agreement(self, context: Context, organisation: str, agreement: str) -> dict[str, Any]:
        return self.app.agreement(context, organisation, agreement)

    @answers()
    def sign_agreement(self, context: Context, organisation: str, agreement: str, **said: Any) -> dict[str, Any]:
        return self.app.sign_agreement(context, organisation, agreement, **said)

    @answers()
    def terminate_agreement(self, context: Context, organisation: str, agreement: str, **said: Any) -> dict[str, Any]:
        return self.app.terminate_agreement(context, organisation, agreement, **said)

    @answers(callers=ALL)
    def terms_in_force(self, context: Context, organisation: str) -> dict[str, Any] | None:
        return self.app.terms_in_force(context, organisation)

    @answers(callers=("audit",))
    def durable(self, context: Context, event: str) -> dict[str, Any] | None:
        return self.app.durable(event)

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
        OrgService,
        Settings(
            amqp_url=configuration.broker_url(OrgService.name),
            keys=PairKeys.load(configuration.secrets / "rpc", OrgService.name),
            config=configuration,
            prefetch=configuration.workers,
        ),
    )
