"""A restored backup brings nobody back and loses nobody; a damaged or foreign one changes nothing at all."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from crisisconnect import backup_manifest, restore_rollback
from crisisconnect.backup import Occupied, backup
from crisisconnect.backup_manifest import Damaged, Foreign
from crisisconnect.installation import Installation
from crisisconnect.restore import NotEmpty, restore, stopped
from crisisconnect.restore_rollback import NothingToAccept, accept
from crisisconnect.supervisor import AlreadyRunning
from crisisconnect.topology import SERVICES
from crisisconnect.views import verify
from services.audit.ingest.state import Untrustworthy
from services.audit.ingest.writer import Writer
from services.kernel.configuration import Configuration
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.signing.note import Signer
from services.kernel.store.database import open_engine
from services.reader import verify_database
from tests.faults.household import Household
from tests.faults.town import Neighbour, Size, Town

HAMLET = Size(events=60, people=5, erased=0)


class Home(Household):
    """A household that remembers what it signed where an installation does, and asks the log as one does."""

    def __init__(self, directory: Path) -> None:
        self.directory, self.kept = directory, directory / "var" / "log" / "head"
        if self.kept.exists():
            shutil.copy(self.kept, directory / "head")
        super().__init__(directory)

    def close(self) -> None:
        super().close()
        self.kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(self.directory / "head", self.kept)

    def call(self, service: str, method: str, args: Mapping[str, Any], context: Context, timeout: float = 4.0) -> Any:
        asker = Context(**{**vars(context), "caller": context.actor.rpartition("/")[2]})
        match service, method:
            case "audit", "entries_of":
                return self.audit.entries_of(asker, **args)
            case "audit", "store_came_back":
                return self.audit.store_came_back(asker, **args)
            case "audit", "handovers":
                return [note.decode() for note in self.audit.handovers()]
        return super().call(service, method, args, context, timeout)

    def come_back(self) -> None:
        """What each service does at its start."""
        for app in self.apps.values():
            app.refetch.turn()
        for outbox in self.outboxes.values():
            outbox.begin()
        self.settle()


class Scene:
    """An installation that lives, and a backup of it from before one member left and the keys were rotated."""

    def __init__(self, room: Path) -> None:
        self.room, self.saved = room, room / "backup"
        home = Home(room / "home")
        self.here = home.configuration
        self.town = Town(home, "seed")
        self.town.live(HAMLET)
        backup(self.here, self.saved)
        self.gone = self.town.members[0]
        self.others = self.town.members[1:]
        self.town._leave(self.gone)
        home.settle()
        home.retire_epochs()
        self.size = home.settle()
        self.before = [self.seen(one) for one in self.others]
        home.close()

    def again(self) -> Home:
        home = Home(self.room / "home")
        home.come_back()
        self.town.household = home
        return home

    def begin_to_write(self) -> None:
        """As the ingest does at its start."""
        engine = open_engine(None, "audit", self.here.var / "data", pool=1)
        signer = Signer(self.here.origin, self.here.seed("log"))
        try:
            Writer(engine, self.here.installation["pins"], signer, self.here.var / "log" / "head").load()
        finally:
            engine.dispose()

    def seen(self, person: Neighbour) -> Any:
        return self.town.household.auth.people.me(self.town._asked(person))

    def whole(self, home: Home) -> None:
        """Others are as they were, the one who left cannot be read, and every view is what the events say."""
        assert [self.seen(one) for one in self.others] == self.before
        owner = self.gone.context.actor
        assert home.auth.keyring.living([owner]) == 0
        for app in (home.auth, home.audit, home.retention):
            assert app.keyring.buried() >= {owner}, app.name
        assert verify(self.here) == {name: [] for name in SERVICES}
        born = self.here.installation
        assert verify_database(self.here.var / "data" / "audit.sqlite3", log_vkey=born["log"], pins=born["pins"]).ok

    def data(self) -> dict[str, Any]:
        return backup_manifest.hashes(self.here.var / "data")


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return Scene(tmp_path_factory.mktemp("lived"))


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


@pytest.fixture
def saved(lived: Scene, tmp_path: Path) -> tuple[Configuration, Path]:
    """A copy of an installation after its backup, and of that backup: to be spoilt."""
    copy = Path(shutil.copytree(lived.room, tmp_path / "copy"))
    return at(lived.here, copy / "home" / "secrets", copy / "home" / "var"), copy / "backup"


def at(here: Configuration, secrets: Path, var: Path) -> Configuration:
    said = {field.name: getattr(here, field.name) for field in fields(here)}
    return Configuration(**{**said, "secrets": secrets, "var": var})


def test_whoever_was_erased_after_the_backup_stays_gone_and_the_newer_log_stays(scene: Scene) -> None:
    with stopped(scene.here):
        found = restore(scene.here, scene.saved, over=True)
    assert (found.log_kept, found.rolled_back, found.keyrings) == (True, False, ())

    home = scene.again()

    scene.whole(home)
    with pytest.raises(Refused):
        scene.seen(scene.gone)
    assert home.writer.state.edge.size > scene.size
    assert told(scene.here, "StoreCameBack") == {"/auth", "/org", "/retention"}
    home.close()


def test_a_log_older_than_what_was_signed_is_gone_on_with_only_by_a_decision_that_it_tells(scene: Scene) -> None:
    shutil.rmtree(scene.here.var / "data")
    with stopped(scene.here):
        found = restore(scene.here, scene.saved)
        assert (found.log_kept, found.rolled_back) == (False, True)
        with pytest.raises(Untrustworthy):
            scene.begin_to_write()
        with pytest.raises(Refused):
            accept(scene.here, "2025-007", "  ")
        signed, kept = accept(scene.here, "2025-007", "Schijf verloren.")
        with pytest.raises(NothingToAccept):
            accept(scene.here, "2025-007", "Schijf verloren.")
    assert kept < signed == scene.size

    home = scene.again()

    scene.whole(home)
    # The log tells no more that an account was closed; but there is nothing to be read of it, and nothing to find.
    assert scene.town.mark not in str(scene.seen(scene.gone))
    assert told(scene.here, "LogRolledBack", "rollback")
    assert b"Schijf" not in b"".join(path.read_bytes() for path in (scene.here.var / "data").iterdir())
    home.close()


def test_every_file_that_is_not_what_was_written_is_refused(saved: tuple[Configuration, Path]) -> None:
    here, directory = saved
    before = backup_manifest.hashes(here.var)
    manifest = backup_manifest.read(directory)
    room = directory / manifest.directory
    for path in [*(room / name for name in manifest.files), directory / "manifest.json"]:
        written = path.read_bytes()
        half = len(written) // 2
        flipped = written[:half] + bytes([written[half] ^ 1]) + written[half + 1 :]
        for spoilt in (written[:-2], flipped, None):
            path.unlink()
            if spoilt is not None:
                path.write_bytes(spoilt)
            with pytest.raises((Damaged, Foreign)):
                restore(here, directory, over=True)
            path.write_bytes(written)
    (room / "data" / "more").write_bytes(b"")
    with pytest.raises(Damaged):
        restore(here, directory, over=True)
    assert backup_manifest.hashes(here.var) == before


def test_what_a_store_says_must_be_what_the_log_says_though_every_hash_fits(
    saved: tuple[Configuration, Path],
) -> None:
    here, directory = saved
    before = backup_manifest.hashes(here.var)
    room = directory / backup_manifest.read(directory).directory
    with closing(sqlite3.connect(room / "data" / "auth.sqlite3")) as session:
        session.execute("update events set line = (select line from events where sequence = 2) where sequence = 3")
        session.commit()
    said = json.loads((directory / "manifest.json").read_text())
    said["files"] = backup_manifest.hashes(room)
    (directory / "manifest.json").write_text(json.dumps(said))

    with pytest.raises(Damaged, match="number 3"):
        restore(here, directory, over=True)

    assert backup_manifest.hashes(here.var) == before


def test_nothing_of_another_installation_is_put_in_place(saved: tuple[Configuration, Path], tmp_path: Path) -> None:
    here, directory = saved
    before = backup_manifest.hashes(here.var)
    Installation.mint(tmp_path / "others")
    other = at(here, tmp_path / "others", here.var)
    with pytest.raises(Foreign):
        restore(other, directory, over=True)
    with pytest.raises(Occupied):
        backup(other, directory)

    keys = here.var / "keys" / "keys_auth.sqlite3"
    own = keys.read_bytes()
    shutil.copy(here.var / "keys" / "keys_org.sqlite3", keys)
    with pytest.raises(Foreign):
        restore(here, directory, over=True)
    keys.write_bytes(own)
    assert backup_manifest.hashes(here.var) == before


def test_data_in_place_and_a_run_that_goes_on_are_left_alone(saved: tuple[Configuration, Path]) -> None:
    here, directory = saved
    before = backup_manifest.hashes(here.var / "data")
    with pytest.raises(NotEmpty):
        restore(here, directory)
    with stopped(here), pytest.raises(AlreadyRunning), stopped(here):
        pass
    assert backup_manifest.hashes(here.var / "data") == before
    assert not restore_rollback.is_rolled_back(here)


def test_a_keyring_comes_from_the_backup_only_where_none_is_and_only_while_it_opens(
    saved: tuple[Configuration, Path],
) -> None:
    here, directory = saved
    shutil.rmtree(here.var / "keys")
    with pytest.raises(Foreign, match="older than the last rotation"):
        restore(here, directory, over=True)
    assert not (here.var / "keys").exists()


def test_the_keyring_of_now_is_the_only_one_that_a_backup_has(saved: tuple[Configuration, Path]) -> None:
    here, directory = saved
    old = backup_manifest.read(directory).directory
    backup(here, directory)
    shutil.rmtree(here.var / "keys")

    with stopped(here):
        assert restore(here, directory, over=True).keyrings == SERVICES

    assert not (directory / old).exists()
    assert len(list(directory.rglob("keys_auth*"))) == 1


def told(here: Configuration, event: str, field: str = "source") -> set[str]:
    """What the log says of it."""
    with closing(sqlite3.connect(here.var / "data" / "audit.sqlite3")) as session:
        like = f"nl.crisisconnect.audit.{event}.v%"
        notes = session.execute("select note from log_entries where type like ?", (like,)).fetchall()
    return {json.loads(note.split(b"\n", 1)[0])["data"][field] for (note,) in notes}
