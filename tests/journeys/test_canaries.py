"""Nothing personal can be read on any disk, before as after an erasure; of the erased, with rotated keys, in no copy.

One journey a database: planting, searching, stealing and rotating share it, as starting the system is what takes long.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from crisisconnect.postgres import Cluster
from services.contracts.grounds import BEFORE_CONSENT
from tests.journeys.canaries import joined, search
from tests.journeys.casework import (
    CASE,
    go_wrong,
    instruct,
    leave,
    leave_in_part,
    let_all_of_it_go,
    short_terms,
    take_along,
    write_about,
)
from tests.journeys.disclosing import disclose
from tests.journeys.fields import FIELDS, GONE, HASHED, LAST, found
from tests.journeys.grounds import entries, ungrounded, unused
from tests.journeys.people import certified
from tests.journeys.planting import Planting, Village, be_refused, settle
from tests.journeys.running import System
from tests.journeys.thief import Opened, gather, ransack

FILES = {name for name, canary in FIELDS.items() if canary.startswith(("incident's ", "disclosure's "))}
KEPT_FIELDS = frozenset({"audit.ReplayStarted.v1.ground", *LAST, *FILES})
KEPT = {"ground of a replay by hand", *(FIELDS[field] for field in KEPT_FIELDS)}
"""Why somebody looked, and what was written in a file of ours, is nobody's else; each has a term of its own."""
SHOWN_ON_PURPOSE = "operator's invitation token"
"""`make run` prints the first operator's link, once, for whoever sits at the machine; it works once."""


@dataclass
class Ground:
    """One installation and, where there is one, its PostgreSQL: everything that a disk of it would hold."""

    system: System
    cluster: Cluster | None
    clean: dict[bytes, set[str]] = field(default_factory=dict)

    @property
    def taken(self) -> Path:
        """Exports, reports and a backup: what was made before the erasure and is in nobody's hand any more."""
        return self.system.directory / "taken"

    @property
    def today(self) -> list[Path]:
        """The state as it is: what a thief of the disk finds, but for the secrets."""
        return [self.system.var, *([self.cluster.directory] if self.cluster else [])]

    @property
    def places(self) -> list[Path]:
        return [*self.today, self.taken, self.system.secrets, self.system.console]

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
        for source in self.today:
            if source.is_dir():
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
    settings |= short_terms(tmp_path / "terms.json")
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
    assert search(personal, ground.places, tables, ground.clean) == []
    assert search({SHOWN_ON_PURPOSE: planting.values[SHOWN_ON_PURPOSE]}, on_disk, tables) == []
    # The organisation's name is no personal value: that it is found shows that the search can find.
    control = search({"organisation's name": village.organisation_name}, ground.places, tables)
    kinds = {Path(seen.place.split(": ")[0]).name.split(".")[0] for seen in control}
    assert kinds >= ({"org", "audit"} if ground.cluster is None else {"crisisconnect_org", "crisisconnect_audit"})


def steal(roots: list[Path], tables: list[tuple[str, bytes]]) -> Opened:
    opened = ransack(gather(roots, tables))
    assert opened.calls == [], "a call between two processes rested in the broker's files"
    return opened


NEEDED_ELSEWHERE = {
    "or with another password, by a mailed link",
    "values that are nobody's, to look for them where none may be read (AVG art. 32)",
    BEFORE_CONSENT.reason,
}
"""Nobody forgets a password here before there is an agreement, as in auth's own test; a service plants its values by
the clock; consents have a journey of their own."""
LIVING = ("operator's ", "compliance's ", "investigator's ", "processor's ", "officer2's ", "officer3's ")
"""The maker's own people stay; everybody and everything else of this journey goes."""


def of_the_erased(planting: Planting, opened: Opened, who: str = "") -> set[str]:
    """What could be read of whoever was erased, or of those whose canaries begin so, by what it is."""
    stays = {value for what, value in planting.values.items() if what.startswith(LIVING)}
    gone = {what: value for what, value in planting.values.items() if what not in KEPT and value not in stays}
    return {what for what, value in gone.items() if what.startswith(who) and value in opened.values()}


def assert_each_field_was_planted(planting: Planting, opened: Opened, fields: Iterable[str]) -> None:
    """The keys of then open, in each personal field of every event, the very value that was planted in it."""
    for name in fields:
        read = {value for owner in opened.owners.values() for what, value in owner if what == name}
        kept = found(name, planting.values[FIELDS[name]], read)
        assert name in GONE or kept, f"{name} does not hold the {FIELDS[name]}"
        if name in HASHED and kept:
            planting.values[f"{FIELDS[name]}, hashed"] = kept


@pytest.mark.timeout(500)
def test_no_personal_value_rests_readable_and_an_erased_one_opens_in_no_copy_with_no_key(
    ground: Ground, tmp_path: Path
) -> None:
    planting, system = Planting(ground.system.url), ground.system
    village = settle(planting)
    write_about(planting, village)
    go_wrong(planting, village)
    instruct(planting, village)
    disclose(planting, village)
    leaving = leave_in_part(planting, village)
    be_refused(planting, village)
    log = entries(village.officer)
    assert ungrounded(log) == []
    assert set(unused(log)) <= NEEDED_ELSEWHERE, "what nothing needs is no exemption"
    take_along(system, village, planting, ground.taken)
    saved = shutil.copytree(ground.taken / "backup", tmp_path / "untouched")  # who searches a database leaves files

    copy, keys_of_then = tmp_path / "copy", tmp_path / "keys of then"
    tables = ground.copy(copy)
    shutil.copytree(system.secrets, keys_of_then)
    then = steal([copy, keys_of_then], tables)
    assert_each_field_was_planted(planting, then, FIELDS.keys() - LAST)
    assert_unread(ground, planting, village)

    erasure = village.member.ask("DELETE", "/v1/me", expect=202)["erasure"]["id"]
    certified(village.operator, erasure)
    assert_unread(ground, planting, village)
    for what in ("member's e-mail", "member's corrected e-mail"):
        assert village.operator.get("/dev/mail.json", params={"to": planting.values[what]}) == []
    if ground.cluster is None:
        # PostgreSQL leaves a deleted row's bytes in its pages and its log; there it takes the rotation.
        assert of_the_erased(planting, steal([*ground.today, system.secrets], []), "member's ") == set()
    let_all_of_it_go(village, leaving)
    certified(village.operator, leaving)
    certified(village.operator, leave(planting, village), seconds=90)
    assert_unread(ground, planting, village)

    # The control: while the epoch of then is there, the files of before and the keys of today open everything.
    stolen = [copy, ground.taken, *ground.today, system.secrets]
    everything = of_the_erased(planting, steal(stolen, tables))
    assert everything >= {canary for name, canary in FIELDS.items() if name not in GONE | HASHED | KEPT_FIELDS}
    assert everything == of_the_erased(planting, then)

    system.command("keys", "rotate")

    opened = steal(stolen, tables + ground.settle_down())
    # Replaced, withdrawn and left people are as gone as who closed their account.
    assert of_the_erased(planting, opened) == set()
    assert {planting.values[f"{who}last name"] for who in LIVING[:3]} <= opened.values()
    if ground.cluster is None:
        roll_back(system, planting, saved)
        assert_unread(ground, planting, village)
        assert_each_field_was_planted(planting, steal([*ground.today, system.secrets], []), LAST)


def roll_back(system: System, planting: Planting, saved: Path) -> None:
    """Only the log of the backup is left: somebody decides to go on from it, and says why."""
    system.stop()
    shutil.rmtree(system.var / "data")
    reason = planting.a("rollback's ground", "brand bij * Oeverloper in de kelder")
    system.command("restore", str(saved), "--accept-rollback", "--case", CASE, "--ground", reason)
    system.start()
