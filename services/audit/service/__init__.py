"""Audit behind nameko: who may ask which question. It only passes on."""

from __future__ import annotations

from typing import Any

from services.audit.app import Audit
from services.audit.service.cases import Cases
from services.audit.service.disclosing import Disclosing
from services.kernel.calls.rpc import GATEWAY
from services.kernel.context import Context
from services.kernel.hosting.door import answers, hosted
from services.kernel.hosting.tending import Tended, serve

CLI = "cli"
SERVICES = ("auth", "org", "retention")
RELAYS = ("auth-relay", "org-relay", "audit-relay", "retention-relay")


class AuditService(Cases, Disclosing, Tended):
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

    @answers(callers=("org",))
    def terms_kept(self, context: Context) -> dict[str, Any]:
        return self.app.pruning.terms_kept()

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

    @answers(callers=(GATEWAY, CLI))
    def overheard(self, context: Context, heard: int) -> dict[str, Any]:
        return self.app.words.overheard(context.caller, heard)

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

    @answers()
    def tasks(self, context: Context, organisation: str | None = None) -> dict[str, Any]:
        return self.app.tasks(context, organisation)

    @answers(callers=(GATEWAY, CLI))
    def report(self, context: Context, kind: str, **asked: Any) -> dict[str, Any]:
        return self.app.report(kind, **asked)

    @answers(callers=(GATEWAY, CLI))
    def conformance(self, context: Context, organisation: str | None = None, **_: Any) -> dict[str, Any]:
        return self.app.conformance.make(organisation)


def main() -> None:
    """Called by services.kernel.hosting.host."""
    serve(AuditService)
