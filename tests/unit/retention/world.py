"""Retention on SQLite with keys of its own, beside a log of real signed notes that the test fills."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import create_engine, select, update

from crisisconnect.installation import Installation
from services.contracts import audit, auth, org
from services.kernel.codec import instant
from services.kernel.configuration import Configuration
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.envelope import Envelope
from services.kernel.event import Event
from services.kernel.keys import keyring
from services.kernel.replaying import replay
from services.kernel.signing.note import Signer
from services.kernel.store import eventstore
from services.kernel.store.eventstore import events
from services.retention.app import Retention
from services.retention.views import (
    certificates,
    cleared,
    controllers,
    deliveries,
    departures,
    erasures,
    exceptions,
    handed_over,
    holds,
    objections,
    parcels,
    proposals,
    recipients,
    recordings,
    requests,
    retirements,
    rules,
    sessions,
    standing,
)
from tests.examples import retention as example
from tests.made import tables_in

NOW = datetime(2025, 3, 1, 9, 30, tzinfo=UTC)
VIEWS = (
    erasures,
    holds,
    cleared,
    requests,
    exceptions,
    objections,
    recipients,
    deliveries,
    departures,
    retirements,
    rules,
    certificates,
)
FOLLOWERS = (controllers, handed_over, proposals, recordings, sessions, standing)
TABLES = [table for view in VIEWS for table in view.tables.sorted_tables]


@dataclass
class Log:
    """The log as audit answers it: every entry is under the checkpoint."""

    installation: Installation
    notes: list[bytes] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)
    forged: set[str] = field(default_factory=set)
    people: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Pseudonym and organisation, by public account id; `forged` are events that their source does not know."""
    evidence: Callable[[Log, str], Any] | None = None
    """How audit proves a statement; without it nothing is under a checkpoint yet."""
    close_for_request: Callable[..., dict[str, Any]] = field(default=lambda **_: {})
    """How auth closes an account, of a person who asked for it."""
    disclosed: dict[str, list[str]] = field(default_factory=dict)
    """In which disclosures a person's data was handed over, as audit knows."""
    auth: dict[str, Callable[..., dict[str, Any]]] = field(default_factory=dict)
    """What else auth does for a person who asked for it, by method."""
    mail: Callable[..., None] = field(default=lambda **_: None)
    """How auth sends the link of a delivery."""

    def add(self, service: str, line: bytes) -> int:
        """Number and sign a line as its source does; returns its index."""
        number = self.numbers[service] = self.numbers.get(service, 0) + 1
        seed = self.installation.signing_key(service).private_bytes_raw()
        signer = Signer(self.installation.key_name(service), seed)
        self.notes.append(signer.sign(eventstore.numbered(line, number) + b"\n"))
        return len(self.notes) - 1

    def call(self, service: str, method: str, args: Mapping[str, Any], context: Context, _: float = 4.0) -> Any:
        assert context.actor == "system/retention", "between services everybody speaks for themselves"
        assert len(context.idempotency or "") <= eventstore.answers.c.key.type.length, "PostgreSQL does not take that"
        if method == "committed":
            return [event for event in args["events"] if event not in self.forged]
        if method == "pseudonym_of":
            return self._pseudonym_of(**args)
        if method == "close_for_request":
            return self.close_for_request(**args)
        if (service, method) == ("audit", "recipients_of"):
            return {"references": self.disclosed.get(args["person"], [])}
        if service == "auth" and method in self.auth:
            return self.auth[method](**args)
        if method == "mail_delivery":
            self.mail(**args)
            return {"events": []}
        if method == "evidence":
            return None if self.evidence is None else self.evidence(self, args["event"])
        assert (service, method) == ("audit", "entries")
        after, types, limit = args["after"], set(args["types"]), args["limit"]
        found = []
        for index in range(after + 1, len(self.notes)):
            if eventstore.parse(self.notes[index]).envelope.type in types:
                found.append({"index": index, "note": self.notes[index].decode()})
            if len(found) == limit:
                break
        scanned = found[-1]["index"] if len(found) == limit else len(self.notes) - 1
        return {"entries": found, "scanned": scanned, "size": len(self.notes)}

    def _pseudonym_of(self, account: str, organisation: str | None) -> dict[str, str]:
        pseudonym, whose = self.people.get(account, ("", ""))
        if not pseudonym or organisation not in (None, whose):
            raise Refused("account_unknown")
        return {"pseudonym": pseudonym, "organisation": whose, "since": instant(NOW - timedelta(days=700))}


class World:
    """One retention service; `again` is the same after its process was killed."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.installation = Installation.mint(directory / "secrets")
        self.log = Log(self.installation)
        self.now = NOW
        self.relayed = 0
        self.again()
        views = (view.tables for view in (*VIEWS, *FOLLOWERS, parcels))
        tables_in(self.app.engine, eventstore.tables, *views)
        tables_in(self.app.keyring._engine, keyring.tables)

    def again(self) -> None:
        configuration = Configuration(
            environment="development",
            var=self.directory / "var",
            secrets=self.directory / "secrets",
            amqp_url="",
            database_url=None,
            keyring_url=None,
            port=0,
            public_url="",
            smtp_url=None,
            retention_sweep_seconds=2.0,
            key_epoch_hours=24.0,
            workers=1,
            trusted_proxies=(),
        )
        self.app = Retention(configuration, self.log, lambda: self.now)

    # -- what others say

    def tell(self, service: str, event: Event, stream: str, at: datetime = NOW) -> int:
        envelope = Envelope(
            id=str(uuid4()),
            source=f"/{service}",
            type=event.type,
            subject=stream,
            time=at,
            actor=f"system/{service}",
            correlationid="0195538e-0000-7000-8000-000000000001",
        )
        return self.log.add(service, eventstore.line_of(envelope, event, {}))

    def close(self, at: datetime = NOW, **but: Any) -> str:
        whose = {**example.WHOSE, "erasure": str(uuid4()), "account": str(uuid4()), **but}
        whose = {"closed_by": f"account/{whose['account']}", **whose}
        event = auth.AccountClosed(**whose, at=at)
        self.tell("auth", event, f"account/{whose['account']}", at)
        return str(whose["erasure"])

    def complete(self, service: str, erasure: str, remaining: int = 0) -> int:
        whose = {**example.WHOSE, "erasure": erasure}
        kind = {"auth": auth, "org": org, "audit": audit}[service].ErasureCompleted
        event = kind(**whose, order=0, keys=1, rows=1, remaining=remaining, at=NOW)
        return self.tell(service, event, f"erasure/{erasure}")

    def retire(self, *services: str) -> None:
        for service in services:
            if service == "retention":
                self.app.rotate_keys(self.app.own_context())
                self.relay()
                continue
            kind = {"auth": auth, "org": org, "audit": audit}[service].KeyEpochRetired
            said = kind(retired="a", current="b", keys=1, after=self.log.numbers.get(service, 0), at=NOW)
            self.tell(service, said, f"keyring/{uuid4()}")

    # -- what happens by itself

    def relay(self) -> None:
        """Put what retention has said into the log."""
        with self.app.engine.begin() as session:
            new = session.execute(select(events).where(events.c.sequence.is_(None)).order_by(events.c.position))
            for row in new.all():
                self.log.add("retention", row.line)
                number = self.log.numbers["retention"]
                session.execute(update(events).where(events.c.id == row.id).values(sequence=number))

    def follow(self) -> None:
        while self.app.feed.step():
            pass

    def settle(self) -> None:
        """Follow, sweep and relay until nothing more happens."""
        before = -1
        while len(self.log.notes) != before:
            before = len(self.log.notes)
            self.follow()
            self.app.sweeping.sweep()
            self.relay()

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)

    # -- what can be seen

    def erasure(self, erasure: str, organisation: str | None = None) -> dict[str, Any]:
        return self.app.erasure(Context(), erasure, organisation)

    def said(self) -> list[str]:
        """The names of retention's events, in order."""
        with self.app.store.reading() as session:
            rows = session.execute(select(events.c.type).order_by(events.c.position))
            return [name.split(".")[-2] for (name,) in rows]

    def differences(self) -> Sequence[Any]:
        """Between the views and their replay (I5)."""
        scratch = create_engine("sqlite://")
        tables_in(scratch, *(view.tables for view in VIEWS))
        return replay.verify(self.app.store, scratch, TABLES)
