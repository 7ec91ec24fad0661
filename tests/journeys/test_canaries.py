"""Nothing personal can be read on any disk, before as after an erasure; of the erased, with rotated keys, in no copy.

One journey a database: planting, searching, stealing and rotating share it, as starting the system is what takes long.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from crisisconnect.postgres import Cluster
from tests.journeys.canaries import joined, search
from tests.journeys.people import certified
from tests.journeys.planting import Planting, Village, be_refused, settle
from tests.journeys.running import System
from tests.journeys.thief import Opened, gather, ransack

SHOWN_ON_PURPOSE = "operator's invitation token"
"""`make run` prints the first operator's link, once, for whoever sits at the machine; it works once."""


@dataclass
class Ground:
    """One installation and, where there is one, its PostgreSQL: everything that a disk of it would hold."""

    system: System
    cluster: Cluster | None

    @property
    def places(self) -> list[Path]:
        system = [self.system.var, self.system.secrets, self.system.console]
        return [*system, self.cluster.directory] if self.cluster else system

    def settle_down(self) -> list[tuple[str, bytes]]:
        """Bring PostgreSQL's memory to the disk, and read each of its tables: big cells are compressed there."""
        if self.cluster is None:
            return []
        url = self.cluster.url.replace("+psycopg", "")
        with psycopg.connect(url, autocommit=True) as server:
            server.execute("checkpoint")
            named = server.execute("select datname from pg_database where datname like 'crisisconnect%'").fetchall()
        return [table for (name,) in named for table in _tables(url.rsplit("/", 1)[0], name)]

    def copy(self, to: Path) -> list[tuple[str, bytes]]:
        """What a thief of the disk takes along: the state without the secrets, as it is at this moment."""
        tables = self.settle_down()
        for source in self.places:
            if source.is_dir() and source != self.system.secrets:
                shutil.copytree(source, to / source.name, ignore=_transient, copy_function=_if_there)
        return tables


def _tables(server: str, name: str) -> Iterator[tuple[str, bytes]]:
    with psycopg.connect(f"{server}/{name}") as database:
        for (table,) in database.execute("select tablename from pg_tables where schemaname = 'public'").fetchall():
            rows = database.execute(f'select * from "{table}"').fetchall()  # type: ignore[call-overload]
            yield f"{name}: {table}", b"\n".join(joined(row) for row in rows)


def _transient(directory: str, names: list[str]) -> set[str]:
    return {name for name in names if not (path := Path(directory, name)).is_dir() and not path.is_file()}


def _if_there(source: str, target: str) -> None:
    if Path(source).exists():
        shutil.copy2(source, target)


@pytest.fixture(params=["sqlite", "postgresql"])
def ground(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ground]:
    cluster = Cluster(tmp_path / f"postgres-{uuid.uuid4().hex}", durable=False) if request.param != "sqlite" else None
    settings = {"CRISISCONNECT_TRUSTED_PROXIES": "127.0.0.1", "CRISISCONNECT_KEY_EPOCH_HOURS": "24"}
    if cluster:
        cluster.start()
        settings |= {"DATABASE_URL": cluster.url, "KEYRING_URL": cluster.url}
    system = System(tmp_path / "installation", settings)
    system.directory.mkdir()
    try:
        system.start()
        yield Ground(system, cluster)
    finally:
        system.stop()
        if cluster:
            cluster.remove()


def assert_unread(ground: Ground, planting: Planting, village: Village) -> None:
    tables = ground.settle_down()
    personal = {what: value for what, value in planting.values.items() if what != SHOWN_ON_PURPOSE}
    on_disk = [place for place in ground.places if place != ground.system.console]
    assert search(personal, ground.places, tables) == []
    assert search({SHOWN_ON_PURPOSE: planting.values[SHOWN_ON_PURPOSE]}, on_disk, tables) == []
    # The organisation's name is no personal value: that it is found shows that the search can find.
    control = search({"organisation's name": village.organisation_name}, ground.places, tables)
    kinds = {Path(seen.place.split(": ")[0]).name.split(".")[0] for seen in control}
    assert kinds >= ({"org", "audit"} if ground.cluster is None else {"crisisconnect_org", "crisisconnect_audit"})


def steal(roots: list[Path], tables: list[tuple[str, bytes]]) -> Opened:
    opened = ransack(gather(roots, tables))
    assert opened.calls == [], "a call between two processes rested in the broker's files"
    return opened


def erased_values(planting: Planting, opened: Opened) -> set[str]:
    member = {what: value for what, value in planting.values.items() if what.startswith("member's ")}
    return {what for what, value in member.items() if value in opened.values()}


@pytest.mark.timeout(300)
def test_no_personal_value_rests_readable_and_an_erased_one_opens_in_no_copy_with_no_key(
    ground: Ground, tmp_path: Path
) -> None:
    planting = Planting(ground.system.url)
    village = settle(planting)
    be_refused(planting, village)

    assert_unread(ground, planting, village)
    copy, keys_of_then = tmp_path / "copy", tmp_path / "keys of then"
    tables = ground.copy(copy)
    shutil.copytree(ground.system.secrets, keys_of_then)

    erasure = village.member.ask("DELETE", "/v1/me", expect=202)["erasure"]["id"]
    certified(village.operator, erasure)
    assert_unread(ground, planting, village)

    # The control: who stole the keys before reads the copy of before, so the thief is no fool.
    everything = erased_values(planting, steal([copy, keys_of_then], tables))
    assert everything >= {
        *("member's user name", "member's public account id", "member's e-mail", "member's corrected e-mail"),
        *("member's first name", "member's infix", "member's last name", "member's corrected last name"),
        *("member's kind", "member's os", "member's browser", "member's app version"),
    }
    today = [ground.system.var, *([ground.cluster.directory] if ground.cluster else [])]
    if ground.cluster is None:
        # PostgreSQL leaves a deleted row's bytes in its pages and its log; there it takes the rotation.
        assert erased_values(planting, steal([*today, ground.system.secrets], [])) == set()

    ground.system.command("keys", "rotate")

    tables += ground.settle_down()
    opened = steal([copy, *today, ground.system.secrets], tables)
    assert erased_values(planting, opened) == set()
    assert planting.values["beheerder's last name"] in opened.values()
    assert planting.values["second contact's name"] in opened.values()
    # Replaced and withdrawn people are as gone as those who closed their account.
    assert not {planting.values["contact's name"], planting.values["withdrawn invitee's e-mail"]} & opened.values()
