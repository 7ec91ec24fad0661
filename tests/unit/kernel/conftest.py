"""A small service on SQLite, in a directory of its own: real tables, real keys, one view."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Column, Connection, Engine, MetaData, String, Table, delete, insert, select, update

from services.contracts import auth
from services.contracts.grounds import GROUNDS
from services.contracts.privacy import Category, Role
from services.kernel.commands.unit import Store, Unit
from services.kernel.context import Context
from services.kernel.envelope import Recorded
from services.kernel.forgetting.reindexing import Indexed
from services.kernel.keys import keyring
from services.kernel.keys.keyring import Keyring
from services.kernel.keys.providers import FileKeys
from services.kernel.signing import note
from services.kernel.store import eventstore
from services.kernel.store.database import sqlite
from services.kernel.store.wake import Wake
from tests.examples.ground import ground
from tests.made import tables_in

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
MAKER = "5b3c1c1e-3c8e-4f0e-9d55-2f6a0f1d3a10"
tables = MetaData()
people = Table(
    "people",
    tables,
    Column("account", String(36), primary_key=True),
    Column("organisation", String(36), nullable=False),
    Column("email", String(400)),
    Column("email_index", String(64)),
    Column("role", String(20)),
)


class People:
    """A view: who was invited, as what."""

    INDEXED = (Indexed(people, {"email_index": "email"}),)

    @staticmethod
    def project(session: Connection, record: Recorded) -> None:
        match record.event:
            case auth.PersonInvited() as event:
                session.execute(
                    insert(people).values(
                        account=event.account,
                        organisation=event.organisation,
                        email=record.sealed.get("email"),
                        email_index=record.index.get("email"),
                        role=event.role,
                    )
                )
            case auth.RoleChanged() as event:
                session.execute(update(people).where(people.c.account == event.account).values(role=event.role))
            case auth.AccountClosed() as event:
                session.execute(delete(people).where(people.c.account == event.account))


@dataclass
class Service:
    """Everything a test needs to act as one service."""

    store: Store
    keyring: Keyring
    signer: note.Signer
    directory: Path

    @property
    def engine(self) -> Engine:
        return self.store.engine

    def context(self, **more: Any) -> Context:
        return Context(**{"actor": "account/a", "organisation": "o1", "correlation": "c1", **ground("o1"), **more})

    def invite(self, account: str = "", context: Context | None = None, email: str = "anna@example.nl") -> str:
        account = account or str(uuid4())
        event = auth.PersonInvited(
            account=account,
            organisation="o1",
            invitation=str(uuid4()),
            email=email,
            role=Role.MEMBER,
            token_digest="0" * 64,
            expires_at=NOON,
            at=NOON,
        )

        def work(unit: Unit) -> dict[str, Any]:
            unit.append(f"account/{account}", 0, [event])
            return {"account": account}

        keys = [(f"account/{account}", Category.EMAIL.value)]
        return str(self.store.perform(context or self.context(), work, keys=keys)["account"])

    def promote(self, account: str, role: Role, *, seen: int = 1) -> None:
        event = auth.RoleChanged(account=account, organisation="o1", role=role, changed_by="b", at=NOON)

        def work(unit: Unit) -> dict[str, Any]:
            unit.append(f"account/{account}", seen, [event])
            return {}

        self.store.perform(self.context(), work)

    def lines(self) -> list[bytes]:
        with self.store.reading() as session:
            found = select(eventstore.events.c.line).order_by(eventstore.events.c.position)
            return [bytes(line) for (line,) in session.execute(found)]

    def rows(self, table: Table) -> list[Any]:
        with self.store.reading() as session:
            return list(session.execute(select(table)).all())


@pytest.fixture
def make_service(tmp_path: Path) -> Iterator[Callable[..., Service]]:
    """`make_service(source, name)`: a service with its own databases; another `name` is another installation of it."""
    engines: list[Engine] = []

    def make(source: str = "auth", name: str = "") -> Service:
        directory = tmp_path / (name or source)
        directory.mkdir(parents=True)
        data, keys = sqlite(directory / "data.sqlite3"), sqlite(directory / "keys.sqlite3")
        engines.extend((data, keys))
        tables_in(data, eventstore.tables, tables)
        tables_in(keys, keyring.tables)
        ring = Keyring(keys, FileKeys(directory / "kek"), f"/{source}")
        wake = Wake(data, directory, f"{source}-relay")
        store = Store(data, ring, source, [People], wake, maker=MAKER, grounds=GROUNDS)
        return Service(store, ring, note.Signer(f"log.example/{source}", bytes(31) + source[:1].encode()), directory)

    yield make
    for engine in engines:
        engine.dispose()


@pytest.fixture
def service(make_service: Callable[..., Service]) -> Service:
    return make_service()
