"""`crisisconnect restore DIR`: old data joins the newest keys and the newest log, or nothing is touched at all.

Everything is looked at before anything is written: hashes, installation, the log with the independent reader, every
numbered event against the log, the keyring against the key provider. The services do the rest at their next start:
they take back from the log what their copy lacks, make their views again, and follow the erasures that came since.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, inspect, select

from crisisconnect import backup_manifest, restore_rollback
from crisisconnect.backup import KEYRING, MARK, ORDER
from crisisconnect.backup_manifest import Damaged, Foreign, Manifest
from crisisconnect.backup_stores import Stores, stores
from crisisconnect.restore_places import Place, opened, place, where
from crisisconnect.supervisor import hold
from crisisconnect.topology import SERVICES
from services.audit.ledger import pruned, reading
from services.audit.ledger.tables import entries
from services.kernel.configuration import Configuration
from services.kernel.keys import epochs
from services.kernel.keys.providers.choosing import provider_of
from services.kernel.replaying.rebuilding import must_rebuild
from services.kernel.store import eventstore
from services.kernel.store.cursor import Cursor
from services.kernel.store.database import reading as look, writing
from services.kernel.store.eventstore import events
from services.reader import Unusable, verify_database, verify_directory

BATCH = 1000


class NotEmpty(Exception):
    """There is data in place, and nobody said that it may go."""


@dataclass(frozen=True)
class Restored:
    """`log_kept`: the log in place was newer, and stays. `rolled_back`: the ingest will not sign on this log."""

    manifest: Manifest
    log_kept: bool
    keyrings: tuple[str, ...]
    rolled_back: bool


@contextmanager
def stopped(configuration: Configuration) -> Iterator[None]:
    """Nothing of this installation runs meanwhile. Raises AlreadyRunning."""
    handle = hold(configuration.var)
    try:
        yield
    finally:
        (configuration.var / "run" / "supervisor.pid").unlink(missing_ok=True)
        os.close(handle)


def restore(configuration: Configuration, directory: Path, *, over: bool = False) -> Restored:
    """Put a backup in place of the data here. The system must be stopped (`stopped`).

    Raises Damaged, Foreign, NotEmpty; then nothing has changed.
    """
    manifest = backup_manifest.read(directory)
    manifest.same_installation(configuration.installation)
    here = stores(configuration.database_url, configuration.var / "data")
    if here.kind != manifest.kind:
        raise Foreign(f"the backup is of {manifest.kind} databases, the installation here has {here.kind}")
    room = directory / manifest.directory
    _prove(room / "log", configuration)
    data = place(configuration.database_url, configuration.var / "data")
    keys = place(configuration.keyring_url, configuration.var / "keys")
    try:
        if not over and any(data.there(service) for service in SERVICES):
            raise NotEmpty("there is data in place; --over replaces it, and keeps the log where that is newer")
        missing = _keyrings(configuration, directory, keys)
        kept = data.there("audit") and _goes_on(configuration, manifest.checkpoint)
        _stage(room, data, here, kept=kept)
        _check(configuration, data, kept=kept)
        if missing:
            keys.swap([f"keys_{service}" for service in SERVICES])
        data.swap(SERVICES)
    finally:
        data.drop()
        keys.drop()
    return Restored(manifest, kept, tuple(missing), restore_rollback.is_rolled_back(configuration))


def _prove(log: Path, configuration: Configuration) -> None:
    """The log of the backup, from its first entry on. Raises Damaged."""
    born = configuration.installation
    try:
        report = verify_directory(log, log_vkey=born["log"], pins=born["pins"])
    except (Unusable, OSError) as error:
        raise Damaged(f"the log of the backup cannot be checked: {error}") from error
    if report.exit_code:
        raise Damaged(f"the log of the backup does not hold:\n{report.text()}")


def _stage(room: Path, data: Place, saved: Stores, *, kept: bool) -> None:
    for service in ORDER:
        if service == "audit" and kept:
            data.leave(service)
        else:
            data.stage(service, room / "data" / saved.file(service))


def _check(configuration: Configuration, data: Place, *, kept: bool) -> None:
    """What was staged fits together; its views are to be made again. Raises Damaged."""
    audit = data.staged("audit")
    try:
        _check_log(configuration, audit)
        for service in ORDER:
            engine = data.staged(service)
            try:
                _check_events(service, engine, audit)
                if not (service == "audit" and kept):
                    with writing(engine) as session:
                        must_rebuild(session)
            finally:
                _close(engine)
    finally:
        _close(audit)


def _close(engine: Engine) -> None:
    """What SQLite wrote ahead goes into the file itself."""
    if engine.dialect.name == "sqlite":
        with engine.connect() as session:
            driver = session.connection.driver_connection
            assert driver is not None  # noqa: S101
            driver.execute("pragma wal_checkpoint(truncate)")
    engine.dispose()


def _goes_on(configuration: Configuration, checkpoint: str) -> bool:
    """Whether the log in place is whole, and continues the one of the backup: then it is the newer one."""
    born = configuration.installation
    engine = opened(configuration.database_url, "audit", configuration.var / "data")
    try:
        report = verify_database(where(engine), log_vkey=born["log"], pins=born["pins"], since=checkpoint)
        return report.exit_code == 0
    except Unusable:
        return False
    finally:
        engine.dispose()


def _check_log(configuration: Configuration, audit: Engine) -> None:
    born = configuration.installation
    try:
        report = verify_database(where(audit), log_vkey=born["log"], pins=born["pins"])
    except Unusable as error:
        raise Damaged(f"the log in the data cannot be checked: {error}") from error
    if report.exit_code:
        raise Damaged(f"the log in the data does not hold:\n{report.text()}")


def _check_events(service: str, store: Engine, log: Engine) -> None:
    """What a store says of a number is what the log says, and it goes as far as the log begins. Raises Damaged."""
    _check_reach(service, store, log)
    after = 0
    while True:
        e, n = events.c, entries.c
        mine = select(e.sequence, e.line).where(e.sequence > after).order_by(e.sequence).limit(BATCH)
        with look(store) as session:
            ours = {row.sequence: bytes(row.line) for row in session.execute(mine)}
        if not ours:
            return
        with look(log) as session:
            under = (n.source == f"/{service}", n.sequence.in_(ours), n.idx < reading.size(session))
            theirs = {
                row.sequence: bytes(row.note) for row in session.execute(select(n.sequence, n.note).where(*under))
            }
        for number, note in theirs.items():
            if ours[number] != note:
                raise Damaged(f"{service} tells its number {number} otherwise than the log")
        after = max(ours)


def _check_reach(service: str, store: Engine, log: Engine) -> None:
    """A store takes back from the log what it lacks, unless the log has let go of it."""
    with look(log) as session:
        begins = pruned.floor(session)
    with look(store) as session:
        number = eventstore.last_number(session)
        read = Cursor(f"{service}-feed").at(session)
    lacks = f"{service} {{}} and the log has let go of what comes after that: a newer copy of it is needed"
    if number < begins.numbers.get(f"/{service}", 0):
        raise Damaged(lacks.format(f"ends at its number {number},"))
    if read + 1 < begins.minimum:
        raise Damaged(lacks.format(f"has read the log up to entry {read},"))


def _keyrings(configuration: Configuration, directory: Path, keys: Place) -> list[str]:
    """The services whose keyring comes from the backup, since none is in place. An older one never replaces a newer.

    Raises Foreign for a keyring that the key provider here does not open, wherever it comes from.
    """
    missing = []
    for service in SERVICES:
        name = f"keys_{service}"
        if keys.there(name):
            engine = opened(configuration.keyring_url, name, configuration.var / "keys")
            try:
                if _check_keyring(configuration, service, engine, "in place"):
                    keys.leave(name)
                    continue
            finally:
                engine.dispose()
        missing.append(service)
    if missing:
        _stage_keyrings(configuration, directory / KEYRING, keys, missing)
    return missing


def _stage_keyrings(configuration: Configuration, saved: Path, keys: Place, missing: list[str]) -> None:
    here = stores(configuration.keyring_url, configuration.var / "keys")
    try:
        mark = json.loads((saved / MARK).read_bytes())
        origin, kind, files = mark["origin"], mark["kind"], mark["files"]
    except FileNotFoundError:
        raise Damaged(f"no keyring is in place for {', '.join(missing)}, and the backup has none") from None
    except (ValueError, KeyError, TypeError) as error:
        raise Damaged(f"{KEYRING}/{MARK} cannot be read") from error
    if origin != configuration.origin or kind != here.kind:
        raise Foreign("the keyring beside the backup is of another installation, or of other databases")
    there = backup_manifest.hashes(saved)
    there.pop(MARK, None)
    if there != files:
        raise Damaged(f"{KEYRING}/ is not what was written")
    for service in missing:
        keys.stage(f"keys_{service}", saved / here.file(f"keys_{service}"))
        engine = keys.staged(f"keys_{service}")
        try:
            _check_keyring(configuration, service, engine, "of the backup")
        finally:
            _close(engine)


def _check_keyring(configuration: Configuration, service: str, engine: Engine, which: str) -> bool:
    """Whether there is anything in it. Raises Foreign where its keys cannot be opened here."""
    if not inspect(engine).has_table(epochs.keys.name):
        return False
    provider = provider_of(configuration, service)
    with look(engine) as session:
        living = session.execute(select(epochs.epochs.c.id).where(epochs.epochs.c.retired_at.is_(None))).scalars()
        known = set(living)
        row = session.execute(select(epochs.keys).limit(1)).first()
        buried = session.execute(select(epochs.tombstones).limit(1)).first()
    if not known:
        return buried is not None  # it never had a key; whoever it buried stays buried all the same
    try:
        if not known & provider.epochs():
            raise KeyError(service)
        if row is not None:
            provider.unwrap(row.epoch, row.wrapped, epochs.context(row.id, row.owner, row.category, row.epoch))
    except (KeyError, ValueError):
        why = "another installation's, or older than the last rotation of its keys"
        raise Foreign(f"the keyring of {service} {which} cannot be opened with the keys in secrets/: {why}") from None
    return True
