"""The four services in one process, with real keys, numbers, signatures and the log's writer; no broker, no door."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

from crisisconnect import telling
from crisisconnect.installation import LOG, Installation
from crisisconnect.topology import SERVICES
from services.audit.app import Audit
from services.audit.ingest.writer import Writer
from services.auth.app import Auth
from services.kernel.configuration import Configuration
from services.kernel.context import Context
from services.kernel.hosting.migrating import migrate
from services.kernel.hosting.participant import Participant
from services.kernel.relaying.outbox import Outbox
from services.kernel.signing.note import Signer
from services.kernel.store.wake import Waiter
from services.kernel.transaction import must_not_be_open
from services.org.app import Org
from services.retention.app import Retention
from services.retention.views import dues

BATCH = 500


class Household:
    """Nothing happens in it by itself: what was said comes into the log, and has its effect, when it `settle`s."""

    def __init__(self, directory: Path, database_url: str | None = None) -> None:
        self.installation = Installation.mint(directory / "secrets")
        self.configuration = Configuration(
            environment="development",
            var=directory / "var",
            secrets=directory / "secrets",
            amqp_url="",
            database_url=database_url,
            keyring_url=database_url,
            port=0,
            public_url="http://crisis.example",
            smtp_url=None,
            retention_sweep_seconds=2.0,
            key_epoch_hours=24.0,
            workers=1,
            trusted_proxies=(),
        )
        self._held = ExitStack()
        self.apps: dict[str, Participant] = {}
        # Audit first: until it has registered a source's key, the log lets in nothing of that source.
        for name in sorted(SERVICES, key=lambda service: service != Audit.name):
            migrate(name, self.configuration)
            app = self.apps[name] = telling.participant(name)(self.configuration, self)
            self._held.callback(app.engine.dispose)
            self._held.callback(app.keyring._engine.dispose)
            # Somebody has to hear what is committed: a wake-up that nobody hears goes out by a thread, at any time.
            self._held.enter_context(Waiter(app.engine, self.configuration.var / "run", f"{name}-relay"))
        self.outboxes = {name: Outbox(app.engine, self._signer(name)) for name, app in self.apps.items()}
        for outbox in self.outboxes.values():
            outbox.begin()
        self.writer = Writer(self.audit.engine, self.installation.pins, self._signer(LOG), directory / "head")
        self.writer.load()
        self.audit.register_keys()
        self.org.register_maker()
        self.auth.invitations.invite_first_operator()

    def close(self) -> None:
        self._held.close()

    def _signer(self, name: str) -> Signer:
        return Signer(self.installation.key_name(name), self.installation.signing_key(name).private_bytes_raw())

    def _app(self, kind: type[Any], name: str) -> Any:
        app = self.apps[name]
        assert isinstance(app, kind)
        return app

    @property
    def auth(self) -> Auth:
        return self._app(Auth, "auth")  # type: ignore[no-any-return]

    @property
    def org(self) -> Org:
        return self._app(Org, "org")  # type: ignore[no-any-return]

    @property
    def audit(self) -> Audit:
        return self._app(Audit, "audit")  # type: ignore[no-any-return]

    @property
    def retention(self) -> Retention:
        return self._app(Retention, "retention")  # type: ignore[no-any-return]

    # -- what they ask each other

    def call(self, service: str, method: str, args: Mapping[str, Any], context: Context, timeout: float = 4.0) -> Any:
        must_not_be_open("a call")
        match service, method:
            case "audit", "entries":
                return self.audit.entries(**args)
            case "org", "terms_in_force":
                return self.org.terms_in_force(context, **args)
            case "org", "statement_seen":
                return self.org.statement_seen(context, **args)
            case "auth", "invite_first_beheerder":
                return self.auth.invitations.invite_first_beheerder(context, **args)
            case _, "committed":
                return self.apps[service].committed(**args)
            case "auth", "pseudonym_of":
                return self.auth.people.pseudonym_of(**args)
        raise AssertionError(f"{service}.{method} is asked by nobody here")

    # -- what happens by itself elsewhere

    def relay(self) -> int:
        """Number and sign what was committed, and write it into the log under a checkpoint. Returns how many."""
        count = 0
        for outbox in self.outboxes.values():
            while ready := outbox.number(BATCH):
                told = self.writer.write([one.note for one in ready])
                assert told.admitted == len(ready), told
                outbox.integrated(ready[-1].sequence)
                count += len(ready)
        self.writer.checkpoint()
        return count

    def settle(self) -> int:
        """Relay, follow and sweep until nothing more comes of it. Returns the size of the log."""
        while self.relay():
            for app in self.apps.values():
                while app.feed.step():
                    pass
            self.retention.sweeping.sweep()
            self._release()
        assert not [app.deadletters()["items"] for app in self.apps.values() if app.deadletters()["items"]]
        return self.writer.state.edge.size

    def _release(self) -> None:
        """An officer looks at what was braked: many leave these organisations on one day of the clock's."""
        officer = Context(
            actor="account/0f9c5a3e-6f0d-4a52-9d1b-5f6a7b8c9d0e", role="compliance", purpose="beheer_access"
        )
        with self.retention.store.reading() as session:
            waiting = dues.braked_for_officer(session, None)[:BATCH]
        for row in waiting:
            self.retention.release_erasure(replace(officer, correlation=str(uuid4())), row.erasure)

    def retire_epochs(self) -> None:
        for app in self.apps.values():
            app.rotate_keys(app.own_context())
