"""Keys are wrapped under the key-encryption key of an epoch; when it is destroyed, so is every older copy (I6)."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Index,
    LargeBinary,
    MetaData,
    Row,
    String,
    Table,
    UniqueConstraint,
    insert,
    select,
    update,
)

from services.kernel.keys.providers import KeyProvider, Moving, NotGone
from services.kernel.store.database import is_sqlite, reading, writing
from services.kernel.store.locks import lock_owner

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
    going: tuple[str, ...] = ()
    """Epochs that are destroyed for us and that the provider has yet to give up."""


def rotate(engine: Engine, provider: KeyProvider, batch: int) -> Rotation:
    """Wrap the living keys under a new epoch and destroy the key of every other one; see Keyring.rotate."""
    old, new = known(engine, provider), create(provider)
    with writing(engine) as session:
        # Waits for every mint under the old epoch: one that committed later would be stranded.
        lock_owner(session, EPOCHS, exclusive=True)
        old = current(session, old)
        begin(session, new)
    with reading(engine) as session:
        stale = session.execute(select(keys.c.epoch).where(keys.c.epoch != new).distinct()).scalars().all()
    for epoch in stale:
        provider.rewrap(epoch, [])  # asked for ahead of the transactions that need it
    count, after = 0, ""
    while True:
        with writing(engine) as session:
            # What is minted from now on is under the new epoch already, so one pass by id finds all the others.
            found = select(keys).where(keys.c.id > after, keys.c.epoch != new).order_by(keys.c.id).limit(batch)
            rows = session.execute(found.with_for_update()).all()
            boxes = provider.rewrap(new, [_moving(row, new) for row in rows])
            _store(session, new, [row.id for row in rows], boxes)
        count += len(rows)
        if len(rows) < batch:
            break
        after = rows[-1].id
        time.sleep(0)  # where one thread serves many, it is the others' turn
    at = datetime.now(UTC)
    going = give_up(engine, provider, new)
    return Rotation(old, new, count, at, going)


def give_up(engine: Engine, provider: KeyProvider, new: str) -> tuple[str, ...]:
    """Have every epoch but `new` destroyed; answers those whose key the provider still has."""
    going = []
    for stale in sorted(provider.epochs() - {new}):
        try:
            provider.destroy(stale)
        except NotGone:
            going.append(stale)
    with writing(engine) as session:
        retiring = (epochs.c.id != new) & epochs.c.retired_at.is_(None) & epochs.c.id.not_in(going)
        session.execute(update(epochs).where(retiring).values(retired_at=datetime.now(UTC).isoformat()))
    return tuple(going)


def _moving(row: Row[Any], new: str) -> Moving:
    place = row.id, row.owner, row.category
    return row.epoch, row.wrapped, context(*place, row.epoch), context(*place, new)


def _store(session: Connection, epoch: str, identities: list[str], wrapped: list[bytes]) -> None:
    if not identities:
        return
    if is_sqlite(session):
        rows = [(epoch, box, identity) for identity, box in zip(identities, wrapped, strict=True)]
        session.exec_driver_sql("update keys set epoch = ?, wrapped = ? where id = ?", rows)
        return
    # One statement: as many trips as keys would be most of a rotation.
    moved = (
        "update keys set epoch = %s, wrapped = moved.wrapped"
        " from unnest(%s::text[], %s::bytea[]) as moved (id, wrapped) where keys.id = moved.id"
    )
    session.exec_driver_sql(moved, (epoch, identities, wrapped))


_LIVING = select(epochs.c.id).where(epochs.c.retired_at.is_(None)).order_by(epochs.c.created_at.desc())


def known(engine: Engine, provider: KeyProvider) -> str:
    """Ahead of a transaction: the epoch in use, opened, or one made to be the first.

    A rotation may retire it between the look and the opening; then the next look finds the new one. Raises KeyError
    where two looks find the same one and its key is gone.
    """
    before = None
    while True:
        with reading(engine) as session:
            found = session.execute(_LIVING).scalars().first()
        if found is None:
            return create(provider)
        try:
            provider.rewrap(found, [])
        except KeyError:
            if found == before:
                raise
            before = found
        else:
            return str(found)


def current(session: Connection, spare: str) -> str:
    """The epoch in use; the first one begins here, with `spare`."""
    found = session.execute(_LIVING).scalars().first()
    if found is None:
        begin(session, spare)
    return str(found or spare)


def create(provider: KeyProvider) -> str:
    """An epoch at the provider; it comes first, since a row without its key would strand every key under it."""
    now = datetime.now(UTC)
    # In the order of their making, by the microsecond; three more digits, since two processes may make one at once.
    epoch = f"{now:%Y%m%dT%H%M%S}-{now.microsecond:05x}{secrets.token_hex(2)[:3]}"
    provider.create(epoch)
    return epoch


def begin(session: Connection, epoch: str) -> None:
    session.execute(insert(epochs).values(id=epoch, created_at=datetime.now(UTC).isoformat()))


def context(identity: str, owner: str, category: str, epoch: str) -> bytes:
    return f"k1|{identity}|{owner}|{category}|{epoch}".encode()
