"""Every personal value rests sealed under a key of its owner and category; without the key it is gone (P18, I6)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
import unicodedata
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Engine,
    Index,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    delete,
    func,
    insert,
    select,
    tuple_,
    update,
)

from services.kernel.database import lock_owner, reading, scrub, writing
from services.kernel.keyproviders import KeyProvider
from services.kernel.lease import lease

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

INDEX = "index"
"""The owner of the keys that blind indexes are made with; it is never erased, only rotated."""
EPOCHS = "epochs"
CACHED_SECONDS = 60.0
CACHED_KEYS = 20_000


class Erased(Exception):
    """The owner's keys were destroyed; none is ever minted again."""

    def __init__(self, owner: str) -> None:
        super().__init__(owner)
        self.owner = owner


@dataclass(frozen=True)
class Key:
    id: str
    owner: str
    category: str
    cipher: AESGCM
    raw: bytes


@dataclass(frozen=True)
class Rotation:
    """What one rotation did: the epoch retired, the one now in use, how many keys were wrapped anew."""

    retired: str
    current: str
    keys: int
    at: datetime


class Prepared:
    """Keys fetched before a transaction, so that sealing inside it waits for nobody."""

    def __init__(self, source: str, found: Mapping[tuple[str, str], Key]) -> None:
        self._source = source
        self._found = found

    def seal(self, owner: str, category: str, type_: str, field: str, value: str) -> str:
        """The sealed string. It names its key and binds source, owner, category, type and field."""
        key = self._found[owner, category]
        nonce = secrets.token_bytes(12)
        bound = _bound(self._source, key, type_, field)
        box = base64.urlsafe_b64encode(nonce + key.cipher.encrypt(nonce, value.encode(), bound)).decode()
        return f"s1:{key.id}:{type_}:{field}:{box}"


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
        self._index: bytes | None = None

    # -- minting and finding

    def prepare(self, wanted: Iterable[tuple[str, str]]) -> Prepared:
        """Find or mint the keys of (owner, category) pairs. Raises Erased where the owner has a tombstone."""
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
        """A rotation may retire an epoch between a look and its unwrapping; then the next look finds the new one."""
        for last in (False, False, True):
            with reading(self._engine) as session:
                rows = session.execute(select(keys).where(chosen)).all()
            try:
                return [self._unwrap(row) for row in rows]
            except KeyError:
                if last:
                    raise
        raise AssertionError("unreachable")

    def _mint(self, pairs: list[tuple[str, str]]) -> None:
        with writing(self._engine) as session:
            lock_owner(session, EPOCHS, exclusive=False)
            for owner in sorted({owner for owner, _ in pairs}):
                lock_owner(session, owner, exclusive=True)
                if session.execute(select(tombstones).where(tombstones.c.owner == owner)).first():
                    raise Erased(owner)
            taken = select(keys.c.owner, keys.c.category).where(tuple_(keys.c.owner, keys.c.category).in_(pairs))
            there = {tuple(row) for row in session.execute(taken)}
            epoch = self._current(session)
            fresh = []
            for owner, category in pairs:
                if (owner, category) in there:
                    continue
                identity = str(uuid4())
                wrapped = self._provider.wrap(
                    epoch, secrets.token_bytes(32), _context(identity, owner, category, epoch)
                )
                fresh.append({"id": identity, "owner": owner, "category": category, "epoch": epoch, "wrapped": wrapped})
            if fresh:
                session.execute(insert(keys), fresh)

    def _unwrap(self, row: object) -> Key:
        raw = self._provider.unwrap(
            row.epoch,  # type: ignore[attr-defined]
            row.wrapped,  # type: ignore[attr-defined]
            _context(row.id, row.owner, row.category, row.epoch),  # type: ignore[attr-defined]
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
        raw = base64.urlsafe_b64decode(box)
        try:
            return key.cipher.decrypt(raw[:12], raw[12:], _bound(self.source, key, type_, field)).decode()
        except InvalidTag as error:
            raise ValueError("a sealed value does not belong where it stands") from error

    # -- looking up without reading

    def blind(self, what: str, value: str, scope: str = "") -> str:
        """The keyed blind index of a value: equal for equal values of the same `what` and `scope` (RFC 2104)."""
        if self._index is None:
            self._index = self.prepare([(INDEX, INDEX)])._found[INDEX, INDEX].raw
        folded = unicodedata.normalize("NFKC", value).casefold().strip()
        return hmac.new(self._index, f"{what}\0{scope}\0{folded}".encode(), hashlib.sha256).hexdigest()

    # -- forgetting

    def erase(self, owners: Iterable[str]) -> int:
        """Destroy every key of `owners` and leave tombstones. Returns how many keys went; repeating is harmless."""
        gone, owners = 0, set(owners)
        for owner in sorted(owners):
            with writing(self._engine) as session:
                lock_owner(session, owner, exclusive=True)
                known = session.execute(select(keys.c.id).where(keys.c.owner == owner)).scalars().all()
                gone += session.execute(delete(keys).where(keys.c.owner == owner)).rowcount
                if not session.execute(select(tombstones).where(tombstones.c.owner == owner)).first():
                    session.execute(insert(tombstones).values(owner=owner))
            # After the commit: until then another thread may still read a key and remember it.
            for identity in known:
                self._forget(identity)
        if owners:
            self.scrub()
        return gone

    def scrub(self) -> bool:
        """Take destroyed keys out of SQLite's write-ahead log too; False when a reader stood in the way."""
        return scrub(self._engine)

    def living(self, owners: Iterable[str]) -> int:
        """How many keys these owners still have."""
        with reading(self._engine) as session:
            mine = select(func.count()).select_from(keys).where(keys.c.owner.in_(sorted(owners)))
            return session.execute(mine).scalar_one()

    def rotate(self, batch: int = 500) -> Rotation:
        """Wrap the living keys under a new epoch and destroy the old one's key.

        Resumes where an earlier try stopped: every epoch but the newest is retired, whoever began it.
        Raises Busy while another process rotates.
        """
        with lease(self._engine, "rotation"):
            return self._rotate(batch)

    def _rotate(self, batch: int) -> Rotation:
        with writing(self._engine) as session:
            # Waits for every mint under the old epoch: one that committed later would be stranded.
            lock_owner(session, EPOCHS, exclusive=True)
            old = self._current(session)
            new = self._begin(session)
        count = 0
        while True:
            with writing(self._engine) as session:
                rows = session.execute(
                    select(keys).where(keys.c.epoch != new).order_by(keys.c.id).limit(batch).with_for_update()
                ).all()
                for row in rows:
                    raw = self._provider.unwrap(
                        row.epoch, row.wrapped, _context(row.id, row.owner, row.category, row.epoch)
                    )
                    wrapped = self._provider.wrap(new, raw, _context(row.id, row.owner, row.category, new))
                    session.execute(update(keys).where(keys.c.id == row.id).values(epoch=new, wrapped=wrapped))
            count += len(rows)
            if len(rows) < batch:
                break
        at = datetime.now(UTC)
        for stale in self._provider.epochs() - {new}:
            self._provider.destroy(stale)
        with writing(self._engine) as session:
            retiring = (epochs.c.id != new) & epochs.c.retired_at.is_(None)
            session.execute(update(epochs).where(retiring).values(retired_at=at.isoformat()))
        return Rotation(old, new, count, at)

    def status(self) -> dict[str, object]:
        """The epoch in use, since when, and how many keys it wraps."""
        with reading(self._engine) as session:
            row = session.execute(select(epochs).where(epochs.c.retired_at.is_(None))).first()
            total = session.execute(select(func.count()).select_from(keys)).scalar_one()
        return {"epoch": row.id if row else None, "since": row.created_at if row else None, "keys": total}

    def _current(self, session: Connection) -> str:
        living = select(epochs.c.id).where(epochs.c.retired_at.is_(None)).order_by(epochs.c.created_at.desc())
        found = session.execute(living).scalars().first()
        return found or self._begin(session)

    def _begin(self, session: Connection) -> str:
        # The provider first: a row whose key-encryption key was never written would strand every key under it.
        now = datetime.now(UTC)
        epoch = f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"
        self._provider.create(epoch)
        session.execute(insert(epochs).values(id=epoch, created_at=now.isoformat()))
        return epoch


def _bound(source: str, key: Key, type_: str, field: str) -> bytes:
    return f"s1|{source}|{key.owner}|{key.category}|{type_}|{field}|{key.id}".encode()


def _context(identity: str, owner: str, category: str, epoch: str) -> bytes:
    return f"k1|{identity}|{owner}|{category}|{epoch}".encode()
