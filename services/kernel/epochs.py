"""Keys are wrapped under the key-encryption key of an epoch; when it is destroyed, so is every older copy (I6)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Index,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    insert,
    select,
    update,
)

from services.kernel.database import writing
from services.kernel.keyproviders import KeyProvider
from services.kernel.locks import lock_owner

tables = MetaData()
keys = Table(
    "keys",
    tables,
    Column("id", String(36), primary_key=True),
    Column("owner", String(120), nullable=False),
    Column("category", String(40), nullable=False),
    Column("epoch", String(40), nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
    UniqueConstraint("owner", "category", name="one_key_per_owner_and_category"),
    Index("keys_by_epoch", "epoch"),
)
tombstones = Table("tombstones", tables, Column("owner", String(120), primary_key=True))
epochs = Table(
    "epochs",
    tables,
    Column("id", String(40), primary_key=True),
    Column("created_at", String(32), nullable=False),
    Column("retired_at", String(32)),
)

EPOCHS = "epochs"
"""What whoever mints or rotates locks, as if it were an owner."""


@dataclass(frozen=True)
class Rotation:
    """What one rotation did: the epoch retired, the one now in use, how many keys were wrapped anew."""

    retired: str
    current: str
    keys: int
    at: datetime


def rotate(engine: Engine, provider: KeyProvider, batch: int) -> Rotation:
    """Wrap the living keys under a new epoch and destroy the key of every other one; see Keyring.rotate."""
    with writing(engine) as session:
        # Waits for every mint under the old epoch: one that committed later would be stranded.
        lock_owner(session, EPOCHS, exclusive=True)
        old = current(session, provider)
        new = begin(session, provider)
    count = 0
    while True:
        with writing(engine) as session:
            rows = session.execute(
                select(keys).where(keys.c.epoch != new).order_by(keys.c.id).limit(batch).with_for_update()
            ).all()
            for row in rows:
                raw = provider.unwrap(row.epoch, row.wrapped, context(row.id, row.owner, row.category, row.epoch))
                wrapped = provider.wrap(new, raw, context(row.id, row.owner, row.category, new))
                session.execute(update(keys).where(keys.c.id == row.id).values(epoch=new, wrapped=wrapped))
        count += len(rows)
        if len(rows) < batch:
            break
    at = datetime.now(UTC)
    for stale in provider.epochs() - {new}:
        provider.destroy(stale)
    with writing(engine) as session:
        retiring = (epochs.c.id != new) & epochs.c.retired_at.is_(None)
        session.execute(update(epochs).where(retiring).values(retired_at=at.isoformat()))
    return Rotation(old, new, count, at)


def current(session: Connection, provider: KeyProvider) -> str:
    """The epoch in use; the first one begins here."""
    living = select(epochs.c.id).where(epochs.c.retired_at.is_(None)).order_by(epochs.c.created_at.desc())
    found = session.execute(living).scalars().first()
    return found or begin(session, provider)


def begin(session: Connection, provider: KeyProvider) -> str:
    # The provider first: a row whose key-encryption key was never written would strand every key under it.
    now = datetime.now(UTC)
    epoch = f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"
    provider.create(epoch)
    session.execute(insert(epochs).values(id=epoch, created_at=now.isoformat()))
    return epoch


def context(identity: str, owner: str, category: str, epoch: str) -> bytes:
    return f"k1|{identity}|{owner}|{category}|{epoch}".encode()
