"""A database stands at its newest form before any process uses it; how it got there is written down (alembic)."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from pathlib import Path

from alembic import command, context
from alembic.config import Config
from sqlalchemy import Engine, MetaData

from services.kernel.configuration import Configuration
from services.kernel.keys import keyring
from services.kernel.store import eventstore
from services.kernel.store.database import ensure, open_engine
from services.kernel.store.lease import lease

KEYS = "services.kernel.hosting.keys_migrations"


def migrate(service: str, configuration: Configuration) -> None:
    """Bring a service's data and key databases to the newest revision. Repeating it changes nothing."""
    keys = f"keys_{service}"
    for url, name, directory, environment in (
        (configuration.database_url, service, "data", f"services.{service}.migrations"),
        (configuration.keyring_url, keys, "keys", KEYS),
    ):
        ensure(url, name)
        engine = open_engine(url, name, configuration.var / directory, pool=2)
        try:
            upgrade(engine, environment)
        finally:
            engine.dispose()


def upgrade(engine: Engine, environment: str) -> None:
    """Run the migrations of one environment (a package with `env.py` and `versions/`)."""
    with lease(engine, "migration"):
        command.upgrade(settings(engine, environment), "head")


def settings(engine: Engine, environment: str) -> Config:
    package = importlib.import_module(environment)
    found = Config()
    found.set_main_option("script_location", str(Path(str(package.__file__)).parent))
    found.attributes["engine"] = engine
    return found


def run(tables: Sequence[MetaData]) -> None:
    """What every `env.py` does: one transaction on the engine it was given."""
    engine: Engine = context.config.attributes["engine"]
    with engine.begin() as connection:
        context.configure(
            connection=connection,
            target_metadata=list(tables),
            render_as_batch=connection.dialect.name == "sqlite",
            compare_type=True,
        )
        context.run_migrations()


EVENTS = eventstore.tables
KEYRING = keyring.tables
