"""The kernel keeps on PostgreSQL what it keeps on SQLite; a transaction that begins late is whole all the same."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select, text

from crisisconnect.postgres import Cluster
from services.contracts.grounds import GROUNDS
from services.kernel.commands.unit import Store
from services.kernel.decider import Refused
from services.kernel.keys import keyring
from services.kernel.keys.keyring import Keyring
from services.kernel.keys.providers import FileKeys
from services.kernel.signing import note
from services.kernel.store import eventstore
from services.kernel.store.database import ensure, postgres, reading, sqlite, writing
from services.kernel.store.locks import lock_owners
from services.kernel.store.wake import Waiter, Wake
from tests.unit.kernel.conftest import MAKER, People, Service, people, tables
from tests.unit.kernel.test_eventstore import *  # noqa: F403 - the same sentences, on the other database
from tests.unit.kernel.test_keyring import *  # noqa: F403
from tests.unit.kernel.test_known import *  # noqa: F403
from tests.unit.kernel.test_reindexing import *  # noqa: F403
from tests.unit.kernel.test_unit import *  # noqa: F403


@pytest.fixture
def make_service(postgres_url: str, tmp_path: Path) -> Iterator[Callable[..., Service]]:
    ends = ExitStack()

    def make(source: str = "auth", name: str = "") -> Service:
        directory = tmp_path / (name or source)
        directory.mkdir()
        engines = []
        place = uuid.uuid4().hex[:8]
        for kind, made in (("data", (eventstore.tables, tables)), ("keys", (keyring.tables,))):
            ensure(postgres_url, f"{kind}_{place}")
            engine = postgres(postgres_url, f"crisisconnect_{kind}_{place}", pool=4)
            engines.append(engine)
            ends.callback(engine.dispose)
            for table in made:
                table.create_all(engine)
        data, keys = engines
        # Somebody to wake beside it, so that no NOTIFY is under way when the engine goes.
        ends.enter_context(Waiter(sqlite(directory / "nobody.sqlite3"), directory, f"{source}-relay"))
        ring = Keyring(keys, FileKeys(directory / "kek"), f"/{source}")
        store = Store(
            data, ring, source, [People], Wake(data, directory, f"{source}-relay"), maker=MAKER, grounds=GROUNDS
        )
        return Service(store, ring, note.Signer(f"log.example/{source}", bytes(31) + source[:1].encode()), directory)

    with ends:
        yield make


@pytest.fixture
def postgres_url(postgres: Cluster) -> str:
    return postgres.url


@pytest.fixture
def service(make_service: Callable[..., Service]) -> Service:
    return make_service()


del test_writers_of_one_stream_take_turns  # noqa: F821 - here they race, and who has lost five times is told so


class Stop(Exception):
    """The command ends here, as it would when something broke."""


def stranger(account: str) -> dict[str, Any]:
    return {"account": account, "organisation": "o1", "role": "member"}


def test_what_breaks_after_its_first_write_has_written_nothing(service: Service) -> None:
    def halfway() -> None:
        with writing(service.engine) as session:
            session.execute(select(people)).all()
            session.execute(insert(people).values(stranger("one")))
            session.execute(insert(people).values(stranger("two")))
            raise Stop

    with pytest.raises(Stop):
        halfway()
    assert service.rows(people) == []


def test_a_look_opens_no_transaction_and_a_write_does(service: Service) -> None:
    with writing(service.engine) as session:
        driver: Any = session.connection.driver_connection
        session.execute(select(people)).all()
        assert driver.info.transaction_status.name == "IDLE"
        session.execute(select(people).with_for_update()).all()
        assert driver.info.transaction_status.name == "INTRANS"
    with writing(service.engine) as session:
        lock_owners(session, ["account/a"])
        driver = session.connection.driver_connection
        assert driver.info.transaction_status.name == "INTRANS"


def test_rows_are_streamed_also_where_nothing_is_written(service: Service) -> None:
    with writing(service.engine) as session:
        session.execute(insert(people), [stranger(f"a{number}") for number in range(7)])
    for how in (reading, writing):
        with how(service.engine) as session:
            streamed = session.execution_options(yield_per=2).execute(select(people.c.account))
            assert len(streamed.all()) == 7
            assert session.execute(select(people.c.account)).first() is not None


def test_locks_last_until_the_transaction_ends(service: Service) -> None:
    here = "database = (select oid from pg_database where datname = current_database())"
    held = text(f"select count(*) from pg_locks where locktype = 'advisory' and {here}")
    with writing(service.engine) as session:
        lock_owners(session, ["account/a", "account/b"])
        with reading(service.engine) as other:
            assert other.execute(held).scalar() == 2
    with reading(service.engine) as other:
        assert other.execute(held).scalar() == 0


def test_somebody_with_more_sessions_than_a_server_has_locks_is_buried(service: Service) -> None:
    sessions = [f"session/{number}" for number in range(12_000)]

    with writing(service.store.engine) as session:
        eventstore.bury(session, ["account/sanne", *sessions], whose=["account/sanne"])
        lock_owners(session, sessions[:2_000], exclusive=True)

    with service.store.reading() as session:
        assert eventstore.buried(session, "account/sanne")
        assert eventstore.buried(session, sessions[-1])


def test_a_command_that_waited_for_an_erasure_is_refused(service: Service) -> None:
    said: list[str] = []

    def come() -> None:
        try:
            service.invite("gone")
        except Refused as no:
            said.append(no.code)

    with writing(service.engine) as session:
        eventstore.bury(session, ["account/gone"])
        coming = threading.Thread(target=come)
        coming.start()
        _until_somebody_waits(service.engine)
    coming.join()
    assert said == ["erased"]
    assert service.lines() == []


def _until_somebody_waits(engine: Engine) -> None:
    waits = text("select count(*) from pg_locks where locktype = 'advisory' and not granted")
    until = time.monotonic() + 10
    while time.monotonic() < until:
        with engine.connect() as session:
            if session.execute(waits).scalar():
                return
        time.sleep(0.01)
    raise AssertionError("nobody waits")
