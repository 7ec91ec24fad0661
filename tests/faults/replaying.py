"""Every view of a system on disk against its replay: the services' own from their events, audit's from the log."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import create_engine

from crisisconnect.topology import SERVICES
from services.contracts.grounds import GROUNDS
from services.kernel.commands.unit import Store
from services.kernel.keys.keyring import Keyring
from services.kernel.keys.providers import FileKeys
from services.kernel.replaying import replay
from services.kernel.signing.entry import Reader
from services.kernel.signing.note import Verifier
from services.kernel.store.database import reading, sqlite, writing
from services.kernel.store.wake import Wake
from tests.faults.evidence import Evidence, pins


def differences(evidence: Evidence) -> Iterator[str]:
    for service in SERVICES:
        yield from (f"{service}: {one}" for one in _of_events(evidence, service))
    yield from (f"audit: {one}" for one in _of_the_log(evidence))


def _modules(service: str, does: str) -> list[Any]:
    package = importlib.import_module(f"services.{service}.views")
    names = [f"{package.__name__}.{found.name}" for found in pkgutil.iter_modules(package.__path__)]
    return [module for name in names if hasattr(module := importlib.import_module(name), does)]


def _tables(views: list[Any]) -> list[Any]:
    return [table for view in views for table in view.tables.sorted_tables]


def _of_events(evidence: Evidence, service: str) -> list[replay.Difference]:
    views = _modules(service, "project")
    if not views:
        return []
    engine, keys, scratch = evidence.engines[service], evidence.keyring(service), create_engine("sqlite://")
    with TemporaryDirectory() as nowhere:
        ring = Keyring(keys, FileKeys(evidence.secrets / "kek" / service), f"/{service}")
        wake = Wake(engine, Path(nowhere), f"{service}-relay")
        store = Store(engine, ring, service, views, wake, maker=evidence.installation.maker, grounds=GROUNDS)
        try:
            for view in views:
                view.tables.create_all(scratch)
            return replay.verify(store, scratch, _tables(views))
        finally:
            scratch.dispose()
            keys.dispose()


def _of_the_log(evidence: Evidence) -> list[replay.Difference]:
    views = _modules("audit", "follow")
    reader = Reader({source: Verifier.parse(vkey) for source, vkey in pins(evidence.secrets).items()})
    with TemporaryDirectory() as nowhere:
        scratch = sqlite(Path(nowhere) / "scratch.sqlite3")
        try:
            for view in views:
                view.tables.create_all(scratch)
            with writing(scratch) as session:
                for index, entry in enumerate(evidence.log()):
                    for view in views:
                        view.follow(session, reader.read(index, entry.note))
            with replay.moment(evidence.engines["audit"]) as live, reading(scratch) as again:
                return replay.compare(live, again, _tables(views))
        finally:
            scratch.dispose()
