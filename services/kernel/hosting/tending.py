"""What every service answers about itself: whether it is ready, what it holds, and what a person does about it."""

from __future__ import annotations

from typing import Any

from services.kernel import metrics
from services.kernel.calls.rpc import GATEWAY, PairKeys
from services.kernel.configuration import Configuration
from services.kernel.context import Context
from services.kernel.hosting.door import Settings, answers, run
from services.kernel.hosting.participant import Participant

CLI = "cli"


class Tended:
    """Behind nameko, a service is this and its own questions."""

    name: str
    app: Participant

    @answers(callers=(GATEWAY, CLI))
    def ready(self, context: Context) -> dict[str, Any]:
        return self.app.ready()

    @answers(callers=("audit",))
    def durable(self, context: Context, event: str) -> dict[str, Any] | None:
        return self.app.durable(event)

    @answers(callers=("retention",))
    def committed(self, context: Context, events: list[str]) -> list[str]:
        return self.app.committed(events)

    @answers(callers=("audit",))
    def streams(self, context: Context, names: list[str]) -> list[str]:
        return self.app.streams(names)

    @answers(callers=("audit",))
    def followed(self, context: Context) -> dict[str, Any]:
        return self.app.followed()

    @answers(callers=("audit",))
    def keeping(self, context: Context, organisation: str | None = None) -> dict[str, Any]:
        return self.app.keeping.told(organisation)

    @answers(callers=(CLI,))
    def jobs(self, context: Context) -> list[dict[str, Any]]:
        return self.app.keeping.jobs.told()

    @answers(callers=(CLI,))
    def stop_job(self, context: Context, job: str) -> dict[str, Any]:
        return self.app.keeping.stop(job)

    @answers(callers=(CLI,))
    def resume_job(self, context: Context, job: str) -> dict[str, Any]:
        return self.app.keeping.resume(job)

    @answers(callers=("audit",))
    def sealing(self, context: Context) -> dict[str, Any]:
        return self.app.sealing_seen()

    @answers(callers=("audit",))
    def canary_word(self, context: Context) -> int:
        return self.app.canaries.word()

    @answers(callers=("audit",))
    def replay_views(self, context: Context, at: int, after: int | None = None, limit: int = 100) -> dict[str, Any]:
        return self.app.past.page(at, after, limit)

    @answers(callers=(CLI,))
    def rotate_keys(self, context: Context) -> dict[str, Any]:
        return self.app.rotate_keys(context)

    @answers(callers=(CLI,))
    def keys_status(self, context: Context) -> dict[str, Any]:
        return self.app.keys_status()

    @answers(callers=(CLI,))
    def signing_key(self, context: Context) -> dict[str, Any]:
        return self.app.signing.holder()

    @answers(callers=(CLI,))
    def hand_over_key(self, context: Context, old: str, vkey: str, proof: str) -> dict[str, Any]:
        return self.app.signing.hand_over(context, old, vkey, proof)

    @answers()
    def my_parked(self, context: Context) -> dict[str, Any]:
        return self.app.parked_about(context.actor.removeprefix("account/"))

    @answers(callers=(CLI,))
    def deadletters(self, context: Context) -> dict[str, Any]:
        return self.app.deadletters()

    @answers(callers=(CLI,))
    def retry_deadletter(self, context: Context, index: int) -> dict[str, Any]:
        return self.app.retry_deadletter(index)

    @answers(callers=(CLI,))
    def discard_deadletter(self, context: Context, index: int) -> dict[str, Any]:
        return self.app.discard_deadletter(index)


def serve(service: type[Tended]) -> None:
    """The whole life of a service's process, which services.kernel.hosting.host has greened."""
    configuration = Configuration.read()
    metrics.serve(configuration)
    run(
        service,
        Settings(
            amqp_url=configuration.broker_url(service.name),
            keys=PairKeys.load(configuration.secrets / "rpc", service.name),
            config=configuration,
            prefetch=configuration.workers,
        ),
    )
