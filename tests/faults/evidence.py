"""What a system has on its disks: each service's events, the log, what waits beside it. Only ever read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Engine, func, select

from crisisconnect.installation import Installation
from crisisconnect.topology import SERVICES
from services.audit.ledger import tables as ledger
from services.kernel.store import eventstore
from services.kernel.store.database import open_engine, reading
from tests.journeys.running import System


@dataclass(frozen=True)
class Stored:
    """One event as its service or the log holds it; `sequence` is None while it has no number."""

    id: str
    type: str
    sequence: int | None
    note: bytes

    @cached_property
    def said(self) -> dict[str, Any]:
        found: dict[str, Any] = orjson.loads(self.note.split(b"\n", 1)[0])
        return found

    @property
    def name(self) -> str:
        return self.type.split(".")[-2]

    @property
    def source(self) -> str:
        return str(self.said["source"])


class Evidence:
    """Engines on the databases of one system; close it before they go."""

    def __init__(self, system: System) -> None:
        self.installation = Installation.load(system.secrets)
        self.secrets: Path = system.secrets
        self._var = system.var
        self._url = system.environment.get("DATABASE_URL")
        self._keyring_url = system.environment.get("KEYRING_URL")
        self.engines = {name: open_engine(self._url, name, self._var / "data", pool=2) for name in SERVICES}

    def close(self) -> None:
        for engine in self.engines.values():
            engine.dispose()

    def keyring(self, service: str) -> Engine:
        return open_engine(self._keyring_url, f"keys_{service}", self._var / "keys", pool=1)

    def log_url(self) -> str:
        """The address of audit's database, for the reader that shares no code with it."""
        return self.engines["audit"].url.render_as_string(hide_password=False)

    # -- what is there

    def stored(self, service: str) -> list[Stored]:
        """A service's events in the order in which it stored them."""
        table = eventstore.events.c
        with reading(self.engines[service]) as session:
            rows = session.execute(select(table.id, table.type, table.sequence, table.line).order_by(table.position))
            return [Stored(id_, kind, number, bytes(line)) for id_, kind, number, line in rows]

    def log(self) -> list[Stored]:
        """The log's entries by index."""
        table = ledger.entries.c
        with reading(self.engines["audit"]) as session:
            rows = session.execute(select(table.event_id, table.type, table.sequence, table.note).order_by(table.idx))
            return [Stored(id_, kind, number, bytes(note)) for id_, kind, number, note in rows]

    def set_aside(self) -> dict[str, int]:
        """How many messages wait before the log, were refused by it, or were parked behind it; zeros left out."""
        found = {}
        with reading(self.engines["audit"]) as session:
            for table in (ledger.pending, ledger.quarantine):
                found[table.name] = session.execute(select(func.count()).select_from(table)).scalar_one()
        for service, engine in self.engines.items():
            with reading(engine) as session:
                parked = select(func.count()).select_from(eventstore.parked)
                found[f"{service} parked"] = session.execute(parked).scalar_one()
        return {name: count for name, count in found.items() if count}

    # -- whether it has come to rest

    def restless(self) -> list[str]:
        """What is still under way, in words; empty when everything has arrived everywhere."""
        found = []
        with reading(self.engines["audit"]) as session:
            highest = session.execute(select(func.max(ledger.entries.c.idx))).scalar()
            size = 0 if highest is None else highest + 1
            signed = session.execute(select(ledger.head.c.size)).scalar() or 0
            kinds = select(ledger.entries.c.type, func.count()).group_by(ledger.entries.c.type)
            told = {kind.split(".")[-2]: count for kind, count in session.execute(kinds)}
        if signed != size:
            found.append(f"{size - signed} entries without a checkpoint")
        asked = told.get("AccountClosed", 0) + told.get("InvitationWithdrawn", 0)
        # Removed by a Beheerder, or too many in one day: these wait for an officer, whom no campaign has.
        settled = told.get("ErasureCertified", 0) + told.get("ErasureBraked", 0)
        if asked != settled:
            found.append(f"{asked - settled} erasures not certified")
        if told.get("OrganisationRegistered", 0) != told.get("FirstBeheerderInvited", 0) + 1:
            found.append("an organisation whose first Beheerder was not invited")
        for service, engine in self.engines.items():
            with reading(engine) as session:
                unnumbered = eventstore.waiting(session)
                relay = session.execute(select(eventstore.relay_state)).first()
                mine = select(eventstore.cursors.c.after).where(eventstore.cursors.c.name == f"{service}-feed")
                cursor = session.execute(mine).scalar()
            if unnumbered:
                found.append(f"{service}: {unnumbered} without a number")
            if relay is None or relay.integrated != relay.last:
                found.append(f"{service}-relay: {relay and relay.last - relay.integrated} outstanding")
            if cursor != size - 1:
                found.append(f"{service}: its feed stands at {cursor} of {size - 1}")
        return found

    def size(self) -> int:
        with reading(self.engines["audit"]) as session:
            return session.execute(select(func.count()).select_from(ledger.entries)).scalar_one()


def pins(secrets: Path) -> dict[str, str]:
    """Each source's verifier key by `/<source>`, as it was pinned at installation."""
    born: dict[str, str] = json.loads((secrets / "installation.json").read_text())["pins"]
    return {f"/{name}": vkey for name, vkey in born.items()}
