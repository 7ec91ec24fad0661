"""An organisation of 10,000 people leaves, from its choice to the certificate: `python -m bench.leaving`."""

from __future__ import annotations

import contextlib
import io
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
from sqlalchemy import select

from bench.report import Row, below, table
from crisisconnect.postgres import Cluster
from crisisconnect.topology import PROCESSES
from services.auth.app import passwords
from services.auth.app.invitations import VALID, digest_of
from services.auth.app.people import keys_of
from services.auth.domain import account
from services.auth.views import accounts, custom_values, looks, sessions
from services.contracts.grounds import GROUNDS
from services.contracts.privacy import Category, Role
from services.kernel.commands.unit import Store, Unit
from services.kernel.configuration import Configuration
from services.kernel.context import Context
from services.kernel.keys.keyring import Keyring
from services.kernel.keys.providers import provider_of
from services.kernel.store import eventstore
from services.kernel.store.database import open_engine, reading
from services.kernel.store.wake import Wake
from tests.examples.ground import ground
from tests.journeys.people import Cast, Person, eventually, mailed
from tests.journeys.running import System

PEOPLE = 10_000
A_BATCH = 100
GRACE = 60.0
PATIENCE = 600.0


def run(people: int = PEOPLE) -> list[Row]:
    """Seconds of the export and of the erasure, and what each process held in memory at its most meanwhile."""
    with installed() as system:
        cast, others = staged(system)
        laid_down(system, cast.organisation, people)
        settled(system)
        theirs = fingerprint(system, others.organisation)
        for name in PROCESSES:
            forget_peak(system.pid(name))

        chosen = time.monotonic()
        base = f"/v1/organisations/{cast.organisation}/leaving"
        erasure = cast.beheerder.post(base, {"choice": "return"})["erasure"]["id"]
        exported, megabytes = fetched(cast, base, people + 1)
        eventually(lambda: shown(cast, erasure).get("brake"), seconds=PATIENCE, what="the brake")
        waited = time.monotonic() - chosen
        began = time.perf_counter()
        cast.officer.post(f"/v1/erasures/{erasure}/release", expect=200)
        done = eventually(lambda: certificate(cast, erasure), seconds=PATIENCE, what="the certificate")
        erased = time.perf_counter() - began
        assert waited >= GRACE
        assert (done["scope"], done["erased_here"]["remaining"]) == ("organisation", 0)
        assert fingerprint(system, others.organisation) == theirs, "somebody of another organisation was touched"
        assert fingerprint(system, cast.organisation) == {}, "somebody is left"
        assert system.command("log", "verify").stdout.endswith("ok\n")
        assert system.command("views").stdout.count(": ok") == 4
        what = f"an organisation of {people} leaves"
        return [
            below(f"{what}: export of {megabytes:.1f} MB", [exported], unit="s", goal=None),
            below(f"{what}: release to certificate", [erased], unit="s", goal=None),
            *(below(f"{what}: peak of {name}", [peak(system.pid(name))], unit="MB", goal=None) for name in PROCESSES),
        ]


@contextlib.contextmanager
def installed() -> Iterator[System]:
    """A system on a PostgreSQL that syncs, with the product's own terms but for the grace."""
    with tempfile.TemporaryDirectory(prefix="bench-") as place:
        directory = Path(place)
        versions = orjson.loads(Path("services/retention/terms.json").read_bytes())
        for version in versions:
            version["terms"]["leaving_chosen"] = f"PT{int(GRACE)}S"
        (directory / "terms.json").write_bytes(orjson.dumps(versions))
        cluster = Cluster(directory / "postgres")
        cluster.start()
        urls = {"DATABASE_URL": cluster.url, "KEYRING_URL": cluster.url}
        system = System(directory, {**urls, "CRISISCONNECT_RETENTION_TERMS": str(directory / "terms.json")})
        try:
            system.start()
            yield system
        finally:
            system.stop()
            cluster.remove()


def staged(system: System) -> tuple[Cast, Cast]:
    """One organisation whose agreement has ended, another that stays, both with a Beheerder."""
    cast, others = Cast(system.url), Cast(system.url)
    cast.assemble()
    others.operator, others.officer = cast.operator, cast.officer
    others.organisation = cast.register("Gemeente Blijft", "bas@blijft.example")
    others.beheerder.accept(mailed(system.url, "bas@blijft.example"), "bas.blijft", "Bas", "Blijft")
    others.beheerder.sign_in()
    others.agree()
    others.member("vera@blijft.example", "vera.blijft", "Vera", "Blijft")
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
    path = f"/v1/organisations/{cast.organisation}/agreements/{cast.agreement}/terminate"
    cast.beheerder.post(path, {"ends_on": yesterday}, expect=200)
    return cast, others


def laid_down(system: System, organisation: str, people: int) -> None:
    """Auth's own commands to invite and to register, through its event store and keyring, a hundred people at a time.

    What is left out is the mail, the door, and 10,000 times Argon2: everybody has one password.
    """
    configuration = configured(system)
    data = open_engine(configuration.database_url, "auth", configuration.var / "data", pool=2)
    keys = open_engine(configuration.keyring_url, "keys_auth", configuration.var / "keys", pool=2)
    keyring = Keyring(keys, provider_of(configuration, "auth"), "/auth")
    wake = Wake(data, configuration.var / "run", "auth-relay")
    store = Store(
        data,
        keyring,
        "auth",
        (accounts, sessions, looks, custom_values),
        wake,
        maker=configuration.maker,
        grounds=GROUNDS,
    )
    hashed = passwords.checked("vier paarden en een kruiwagen 71", ["x"])
    context = Context(actor="system/auth", organisation=organisation, correlation=str(uuid4()))
    context = replace(context, **ground(organisation))
    try:
        for start in range(0, people, A_BATCH):
            some = [(str(uuid4()), start + n) for n in range(min(A_BATCH, people - start))]
            wanted = [
                key for one, _ in some for key in keys_of(one, Category.EMAIL, Category.NAME, Category.CREDENTIALS)
            ]

            def work_(unit: Unit, some: list[tuple[str, int]] = some) -> dict[str, Any]:
                for one, number in some:
                    _come(unit, organisation, one, number, hashed)
                return {}

            store.perform(context, work_, keys=wanted)
    finally:
        data.dispose()
        keys.dispose()


def _come(unit: Unit, organisation: str, one: str, number: int, hashed: str) -> None:
    now, token = datetime.now(UTC), digest_of(one)
    invite = account.Invite(
        account=one,
        organisation=organisation,
        invitation=str(uuid4()),
        email=f"lid{number}@voorbeeld.example",
        role=Role.MEMBER,
        token_digest=token,
        expires_at=now + VALID,
        at=now,
    )
    register = account.Register(
        public_id=str(uuid4()),
        username=f"lid.{number}",
        password=hashed,
        first_name="Ada",
        infix="van",
        last_name=f"Voorbeeld {number}",
        token_digest=token,
        at=now,
    )
    for command in (invite, register):
        unit.do(f"account/{one}", account.decider, command)


def configured(system: System) -> Configuration:
    """As the processes of the system read it; only the stores and the keys of it are used."""
    return Configuration(
        environment="development",
        var=system.var,
        secrets=system.secrets,
        amqp_url="",
        database_url=system.environment["DATABASE_URL"],
        keyring_url=system.environment["KEYRING_URL"],
        port=system.port,
        public_url=system.url,
        smtp_url=None,
        retention_sweep_seconds=1.0,
        key_epoch_hours=24.0,
        workers=1,
        trusted_proxies=(),
    )


def settled(system: System) -> None:
    """Until the log has everybody, and retention has counted them."""
    configuration = configured(system)
    engine = open_engine(configuration.database_url, "auth", configuration.var, pool=1)
    try:

        def integrated() -> bool:
            with reading(engine) as session:
                return not eventstore.unintegrated(session)

        eventually(integrated, seconds=PATIENCE, what="the log's having everybody")
    finally:
        engine.dispose()
    time.sleep(20)  # retention's feed takes them in


def fetched(cast: Cast, base: str, people: int) -> tuple[float, float]:
    """Seconds and megabytes of the export; every person is in it."""
    began, held = time.perf_counter(), io.BytesIO()
    with cast.beheerder.http.stream("GET", f"{base}/export", timeout=PATIENCE) as answer:
        assert answer.status_code == 200
        for piece in answer.iter_bytes():
            held.write(piece)
    took = time.perf_counter() - began
    with zipfile.ZipFile(held) as package:
        manifest = orjson.loads(package.read("manifest.json"))
    assert manifest["people"] == people
    return took, held.getbuffer().nbytes / 1e6


def shown(cast: Cast, erasure: str) -> dict[str, Any]:
    said: dict[str, Any] = Person(cast.url).http.get(f"/v1/erasures/{erasure}").json()
    return said


def certificate(cast: Cast, erasure: str) -> dict[str, Any] | None:
    answer = Person(cast.url).http.get(f"/v1/erasures/{erasure}/certificate")
    said: dict[str, Any] = answer.json()
    return said if answer.status_code == 200 else None


def fingerprint(system: System, organisation: str) -> dict[str, str]:
    """What auth has of an organisation's people and sessions, sealed as it rests; {} for nobody."""
    engine = open_engine(configured(system).database_url, "auth", system.var, pool=1)
    found: dict[str, str] = {}
    try:
        with reading(engine) as session:
            for one in (accounts.accounts, sessions.sessions):
                for row in session.execute(select(one).where(one.c.organisation == organisation)):
                    found[f"{one.name} {row[0]}"] = str(tuple(row))
    finally:
        engine.dispose()
    return found


def forget_peak(pid: int) -> None:
    """From here on the kernel notes the most memory of a process anew (proc(5), clear_refs)."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def peak(pid: int) -> float:
    """Megabytes (10^6), the most since `forget_peak`."""
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:")) * 1024 / 1e6


if __name__ == "__main__":
    sys.stdout.write(table(run(int(sys.argv[1]) if len(sys.argv) > 1 else PEOPLE)) + "\n")
