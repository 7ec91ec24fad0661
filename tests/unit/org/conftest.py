"""Org as it runs, on SQLite with real keys, and the two it talks to: auth, and the log."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from services.kernel.calls.rpc import Unavailable
from services.kernel.configuration import Configuration
from services.kernel.context import Context
from services.kernel.keys import keyring
from services.kernel.signing.note import Signer
from services.kernel.store import eventstore
from services.kernel.store.database import open_engine
from services.kernel.transaction import must_not_be_open
from services.org.app import Org
from services.org.views import usage
from tests.made import tables_in

TERMS = {
    name: json.loads(Path(f"services/{name}/terms.json").read_text())[-1]["terms"] for name in ("retention", "audit")
}
MAKER = "00000000-0000-4000-8000-000000000001"


@dataclass
class Others:
    """The log holds org's events in the order in which it stored them; auth invites, unless it is away."""

    signer: Signer
    org: Org | None = None
    away: bool = False
    objected: dict[str, list[str]] = field(default_factory=dict)
    asked: list[tuple[dict[str, Any], Context]] = field(default_factory=list)

    def call(self, service: str, method: str, args: Mapping[str, Any], context: Context, timeout: float = 4.0) -> Any:
        must_not_be_open("a call")
        match service, method:
            case "audit", "entries":
                return self._entries(args["after"], args["types"], args["limit"])
            case (("retention" | "audit"), "terms_kept"):
                if self.away:
                    raise Unavailable(service)
                return {"terms": TERMS[service]}
            case "retention", "objections":
                return {"purposes": self.objected.get(args["person"], [])}
            case "auth", "invite_first_beheerder":
                self.asked.append((dict(args), context))
                if self.away:
                    raise Unavailable("auth")
                return {"invitation": f"invitation of {context.idempotency}"}
        raise AssertionError(f"{service}.{method} is not org's to ask")

    def _entries(self, after: int, types: list[str], limit: int) -> dict[str, Any]:
        assert self.org is not None
        with self.org.store.reading() as session:
            events = eventstore.events
            rows = session.execute(select(events.c.type, events.c.line).order_by(events.c.position)).all()
        entries = [
            {"index": index, "note": self.signer.sign(eventstore.numbered(line, index + 1) + b"\n").decode()}
            for index, (kind, line) in enumerate(rows)
            if index > after and kind in types
        ][:limit]
        return {"entries": entries, "scanned": len(rows) - 1, "size": len(rows)}


@dataclass
class Clock:
    now: datetime = datetime(2026, 3, 2, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@dataclass
class World:
    org: Org
    others: Others
    clock: Clock

    def follow(self) -> None:
        """Let org take in everything that stands in the log by now, what it adds itself included."""
        for _ in range(3):
            self.org.feed.step()

    def events(self) -> list[str]:
        with self.org.store.reading() as session:
            return [type(record.event).__name__ for record in eventstore.everything(session)]


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    signer = Signer("log.example/org", bytes(32))
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    born = {"origin": "log.example", "maker": MAKER, "pins": {"org": signer.verifier.vkey}, "log": ""}
    (secrets / "installation.json").write_text(json.dumps(born))
    for name in ("DATABASE_URL", "KEYRING_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CRISISCONNECT_ENV", "development")
    monkeypatch.setenv("CRISISCONNECT_VAR", str(tmp_path / "var"))
    monkeypatch.setenv("CRISISCONNECT_SECRETS", str(secrets))
    configuration = Configuration.read()
    data = open_engine(None, "org", configuration.var / "data")
    keys = open_engine(None, "keys_org", configuration.var / "keys")
    tables_in(data, eventstore.tables, usage.tables, *(view.tables for view in Org.views))
    tables_in(keys, keyring.tables)
    for engine in (data, keys):
        engine.dispose()
    clock, others = Clock(), Others(signer)
    org = others.org = Org(configuration, others, now=clock)
    yield World(org, others, clock)
    org.stop()
    for engine in (org.engine, org.keyring._engine):
        engine.dispose()
