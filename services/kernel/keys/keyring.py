"""Every personal value rests sealed under a key of its owner and category; without the key it is gone (P18, I6)."""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import (
    ColumnElement,
    Engine,
    and_,
    delete,
    func,
    insert,
    or_,
    select,
    tuple_,
)
from uuid_utils.compat import uuid7

from services.kernel.event import only
from services.kernel.keys import epochs
from services.kernel.keys.blinding import INDEX, Blinding, IndexKey, version
from services.kernel.keys.epochs import Rotation, keys, tables, tombstones
from services.kernel.keys.providers import KeyProvider
from services.kernel.keys.sealing import Key, Prepared, unsealed
from services.kernel.store.database import reading, scrub, writing
from services.kernel.store.lease import lease
from services.kernel.store.locks import lock_owner, lock_owners

__all__ = ["INDEX", "Erased", "Keyring", "Prepared", "Rotation", "tables"]

A_BATCH = 500
"""Owners whose keys are destroyed in one transaction."""
CACHED_SECONDS = 60.0
CACHED_KEYS = 20_000


class Erased(Exception):
    """The owner's keys were destroyed; none is ever minted again."""

    def __init__(self, owner: str) -> None:
        super().__init__(owner)
        self.owner = owner


class Keyring:
    """One service's keys, in a database apart from its data.

    Keys are wrapped under the key-encryption key of an epoch; opened ones stay in memory for a minute at most,
    so that an erasure elsewhere is felt here.
    """

    def __init__(self, engine: Engine, provider: KeyProvider, source: str) -> None:
        self._engine = engine
        self._provider = provider
        self.source = source
        self._cache: OrderedDict[str, tuple[float, Key]] = OrderedDict()
        self._names: dict[tuple[str, str], str] = {}
        self.index = Blinding(self._index_keys, lambda category: self._mint([(INDEX, category)]))

    # -- minting and finding

    def prepare(self, wanted: Iterable[tuple[str, str]]) -> Prepared:
        """Find or mint the keys of (owner, category) pairs. Raises Erased where owner or pair has a tombstone."""
        pairs = sorted(set(wanted))
        found = {pair: key for pair in pairs if (key := self._cached(self._names.get(pair))) is not None}
        missing = [pair for pair in pairs if pair not in found]
        if missing:
            found.update(self._select(missing))
            unborn = [pair for pair in missing if pair not in found]
            if unborn:
                self._mint(unborn)
                found.update(self._select(unborn))
                for owner, category in unborn:
                    if (owner, category) not in found:
                        raise Erased(owner)  # between the two looks
        return Prepared(self.source, found)

    def _select(self, pairs: list[tuple[str, str]]) -> Iterator[tuple[tuple[str, str], Key]]:
        for key in self._fetch(tuple_(keys.c.owner, keys.c.category).in_(pairs)):
            yield (key.owner, key.category), key

    def _fetch(self, chosen: ColumnElement[bool]) -> list[Key]:
        """A rotation may retire an epoch between a look and its unwrapping; then the next look finds the new one.

        Raises KeyError where two looks find the same epoch and its key is gone.
        """
        seen: dict[str, str] = {}
        while True:
            with reading(self._engine) as session:
                rows = session.execute(select(keys).where(chosen)).all()
            try:
                return [self._unwrap(row) for row in rows]
            except KeyError:
                found = {row.id: row.epoch for row in rows}
                if found == seen:
                    raise
                seen = found

    def _mint(self, pairs: list[tuple[str, str]]) -> None:
        spare = epochs.known(self._engine, self._provider)
        with writing(self._engine) as session:
            lock_owner(session, epochs.EPOCHS, exclusive=False)
            for owner in sorted({owner for owner, _ in pairs}):
                lock_owner(session, owner, exclusive=True)
                names = [owner, *(only(owner, category) for whose, category in pairs if whose == owner)]
                if session.execute(select(tombstones).where(tombstones.c.owner.in_(names))).first():
                    raise Erased(owner)
            taken = select(keys.c.owner, keys.c.category).where(tuple_(keys.c.owner, keys.c.category).in_(pairs))
            there = {tuple(row) for row in session.execute(taken)}
            epoch = epochs.current(session, spare)
            fresh = []
            for owner, category in pairs:
                if (owner, category) in there:
                    continue
                identity = str(uuid7())  # keys minted together lie together, and go from few pages
                wrapped = self._provider.wrap(
                    epoch, secrets.token_bytes(32), epochs.context(identity, owner, category, epoch)
                )
                fresh.append({"id": identity, "owner": owner, "category": category, "epoch": epoch, "wrapped": wrapped})
            if fresh:
                session.execute(insert(keys), fresh)

    def _unwrap(self, row: object) -> Key:
        raw = self._provider.unwrap(
            row.epoch,  # type: ignore[attr-defined]
            row.wrapped,  # type: ignore[attr-defined]
            epochs.context(row.id, row.owner, row.category, row.epoch),  # type: ignore[attr-defined]
        )
        key = Key(row.id, row.owner, row.category, AESGCM(raw), raw)  # type: ignore[attr-defined]
        self._cache[key.id] = (time.monotonic() + CACHED_SECONDS, key)
        self._names[key.owner, key.category] = key.id
        while len(self._cache) > CACHED_KEYS:
            self._forget(next(iter(self._cache)))
        return key

    def _cached(self, identity: str | None) -> Key | None:
        if identity is None or (entry := self._cache.get(identity)) is None:
            return None
        until, key = entry
        if until < time.monotonic():
            self._forget(identity)
            return None
        return key

    def _forget(self, identity: str) -> None:
        entry = self._cache.pop(identity, None)
        if entry:
            self._names.pop((entry[1].owner, entry[1].category), None)

    # -- opening

    def open(self, sealed: str | None, field: str) -> str | None:
        """The value, or None when there is none or its key is gone. Raises ValueError when it was tampered with."""
        return self.open_many([(sealed, field)])[0]

    def open_many(self, values: list[tuple[str | None, str]]) -> list[str | None]:
        """Like `open` for many (sealed, field) at once, with one look into the database."""
        identities = {sealed.split(":", 2)[1] for sealed, _ in values if sealed}
        found = {i: key for i in identities if (key := self._cached(i)) is not None}
        missing = sorted(identities - found.keys())
        for start in range(0, len(missing), 500):
            found.update((key.id, key) for key in self._fetch(keys.c.id.in_(missing[start : start + 500])))
        return [self._open(sealed, field, found) for sealed, field in values]

    def _open(self, sealed: str | None, field: str, found: Mapping[str, Key]) -> str | None:
        if not sealed:
            return None
        _, identity, type_, named, box = sealed.split(":", 4)
        if named != field:
            raise ValueError(f"a sealed {named} stands where a {field} belongs")
        key = found.get(identity)
        if key is None:
            return None
        return unsealed(self.source, key, type_, field, box)

    # -- looking up without reading

    def blind(self, what: str, value: str, scope: str = "") -> str:
        """The index to write beside a value; `index.seek` looks one up."""
        return self.index.writing().blind(what, value, scope)

    def _index_keys(self) -> list[IndexKey]:
        found = self._fetch(keys.c.owner == INDEX)
        for key in found:
            self._forget(key.id)  # they live in `index` alone
        return [IndexKey(key.id, version(key.category), key.raw) for key in found]

    def destroy_index(self, identities: list[str]) -> None:
        """Destroy versions of the index key, once no index has them any more."""
        with writing(self._engine) as session:
            session.execute(delete(keys).where(keys.c.owner == INDEX, keys.c.id.in_(identities)))
        self.index.fresher()
        self.scrub()

    # -- forgetting

    def erase(self, owners: Iterable[str]) -> int:
        """Destroy every key of `owners` and leave tombstones. Returns how many keys went; repeating is harmless.

        Of `only(owner, category)` it is the one key of that category, and no other is minted for that owner again.
        """
        gone, wanted = 0, sorted(set(owners))
        for start in range(0, len(wanted), A_BATCH):
            some = wanted[start : start + A_BATCH]
            with writing(self._engine) as session:
                lock_owners(session, (owner.partition("#")[0] for owner in some), exclusive=True)
                mine = _keys_of(some)
                known = session.execute(select(keys.c.id).where(mine)).scalars().all()
                gone += session.execute(delete(keys).where(mine)).rowcount
                there = set(session.execute(select(tombstones.c.owner).where(tombstones.c.owner.in_(some))).scalars())
                new = [{"owner": owner} for owner in some if owner not in there]
                if new:
                    session.execute(insert(tombstones), new)
            # After the commit: until then another thread may still read a key and remember it.
            for identity in known:
                self._forget(identity)
        if wanted:
            self.scrub()
        return gone

    def scrub(self) -> bool:
        """Take destroyed keys out of SQLite's write-ahead log too; False when a reader stood in the way."""
        return scrub(self._engine)

    def living(self, owners: Iterable[str]) -> int:
        """How many keys these owners still have; `owners` as `erase` takes them."""
        wanted, found = sorted(set(owners)), 0
        with reading(self._engine) as session:
            for start in range(0, len(wanted), A_BATCH):
                mine = _keys_of(wanted[start : start + A_BATCH])
                found += session.execute(select(func.count()).select_from(keys).where(mine)).scalar_one()
        return found

    def buried(self) -> set[str]:
        """Every owner whose keys were destroyed for good."""
        with reading(self._engine) as session:
            return set(session.execute(select(tombstones.c.owner)).scalars())

    @property
    def engine(self) -> Engine:
        return self._engine

    def rotate(self, batch: int = 2_000, first: Callable[[], object] = lambda: None) -> Rotation:
        """Do `first`, then wrap the living keys under a new epoch and destroy the old one's key.

        Resumes where an earlier try stopped: every epoch but the newest is retired, whoever began it.
        Raises Busy while another process rotates.
        """
        with lease(self._engine, "rotation"):
            first()
            return epochs.rotate(self._engine, self._provider, batch)

    def give_up(self) -> tuple[str, ...]:
        """Ask the provider again about every epoch before the one in use; answers those that it still has."""
        current = self.status()["epoch"]
        return epochs.give_up(self._engine, self._provider, str(current)) if current else ()

    def status(self) -> dict[str, object]:
        """The epoch in use, since when, how many keys it wraps, where its key lies, and what is yet to go there."""
        with reading(self._engine) as session:
            living = select(epochs.epochs).where(epochs.epochs.c.retired_at.is_(None))
            rows = session.execute(living.order_by(epochs.epochs.c.created_at.desc())).all()
            total = session.execute(select(func.count()).select_from(keys)).scalar_one()
            names = session.execute(select(keys.c.category).where(keys.c.owner == INDEX)).scalars()
            versions = sorted(version(name) for name in names)
        return {
            "epoch": rows[0].id if rows else None,
            "since": rows[0].created_at if rows else None,
            "keys": total,
            "provider": self._provider.kind,
            "going": [row.id for row in rows[1:]],
            "index": versions,
        }


def _keys_of(owners: list[str]) -> ColumnElement[bool]:
    """All keys of these owners, and of each `only(owner, category)` among them the one."""
    whole = [owner for owner in owners if "#" not in owner]
    parts = [tuple(owner.split("#", 1)) for owner in owners if "#" in owner]
    return or_(
        keys.c.owner.in_(whole), *(and_(keys.c.owner == whose, keys.c.category == what) for whose, what in parts)
    )
