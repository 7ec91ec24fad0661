"""The four services with everything that is theirs on disk: it can be left at any moment, and entered again."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from random import Random
from typing import Any

from crisisconnect import telling
from crisisconnect.installation import LOG, Installation
from crisisconnect.topology import SERVICES
from services.audit.app import Audit
from services.audit.ingest.writer import Fenced, Writer
from services.kernel.configuration import Configuration
from services.kernel.context import Context
from services.kernel.forgetting import reindexing
from services.kernel.hosting.migrating import migrate
from services.kernel.hosting.participant import Participant
from services.kernel.relaying.outbox import Outbox
from tests.faults.household import BATCH, Household
from tests.properties.upset import BOUNDARIES


class House(Household):
    """Nothing happens in it by itself. `start` does what each process does at its start, and may be cut short."""

    def __init__(self, directory: Path) -> None:
        self.installation = Installation.mint(directory / "secrets")
        self.configuration = Configuration(
            environment="development",
            var=directory / "var",
            secrets=directory / "secrets",
            amqp_url="",
            database_url=None,
            keyring_url=None,
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
        self.up = False
        self.following: set[str] = set()
        """Whose feed is at work: a second one would be another process."""

    def start(self) -> None:
        for name in sorted(SERVICES, key=lambda service: service != Audit.name):
            done = self.configuration.var / "data" / f"{name}.sqlite3-migrated"
            if not done.exists():
                migrate(name, self.configuration)
                done.touch()
            app = self.apps[name] = telling.participant(name)(self.configuration, self)
            self._held.callback(app.engine.dispose)
            self._held.callback(app.keyring.engine.dispose)
        remembered = self.configuration.var / "log" / "head"
        remembered.parent.mkdir(parents=True, exist_ok=True)
        self.writer = Writer(self.audit.engine, self.installation.pins, self._signer(LOG), remembered)
        self.writer.load()
        for app in self.apps.values():
            app.refetch.turn()
            reindexing.settle(app.store)
            app.begin()
        self.outboxes = {name: Outbox(app.engine, self._signer(name)) for name, app in self.apps.items()}
        for outbox in self.outboxes.values():
            outbox.begin()
        self.up = True

    def close(self) -> None:
        self.up = False
        super().close()

    def call(self, service: str, method: str, args: Mapping[str, Any], context: Context, timeout: float = 4.0) -> Any:
        BOUNDARIES.reach()
        asker = Context(**{**vars(context), "caller": context.actor.rpartition("/")[2]})
        match service, method:
            case "audit", "entries_of" | "store_came_back":
                return getattr(self.audit, method)(asker, **args)
            case "audit", "handovers":
                return [note.decode() for note in self.audit.handovers()]
        return super().call(service, method, args, context, timeout)

    # -- what happens by itself elsewhere

    def send(self, service: str, chance: Random | None = None, *, twice: bool = False) -> int:
        """Number and sign what was committed, and give the log all that it lacks, in any order. Returns how many."""
        outbox = self.outboxes[service]
        outbox.number(BATCH)
        ready = [one.note for one in outbox.above(self.high_water(service), BATCH)]
        notes = ready * 2 if twice else list(ready)
        if chance is not None:
            chance.shuffle(notes)
        half = len(notes) // 2
        for part in (notes[:half], notes[half:]):
            if part:
                self.writer.write(part)
                self._sign()
        outbox.integrated(self.high_water(service))
        return len(ready)

    def _sign(self) -> None:
        try:
            self.writer.checkpoint()
        except Fenced:
            self.writer.checkpoint()  # of what another one wrote meanwhile, and this one has loaded by now

    def high_water(self, service: str) -> int:
        return int(self.audit.high_water(f"/{service}")["sequence"])

    def follow(self, service: str) -> None:
        """As far as the log goes now."""
        if service in self.following:
            return
        self.following.add(service)
        try:
            while self.apps[service].feed.step():
                pass
        finally:
            self.following.discard(service)

    def tick(self) -> int:
        """Everything that happens by itself, once. Returns how many events came of it."""
        count = sum(self.send(service) for service in SERVICES)
        for service in SERVICES:
            self.follow(service)
        self.retention.sweeping.sweep()
        return count

    def settle(self) -> int:
        """Until nothing more comes of it. Returns the size of the log."""
        while self.tick():
            pass
        return self.writer.state.edge.size
