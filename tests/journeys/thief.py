"""`python -m tests.journeys.thief <directory>…`: opens whatever the keys that lie about still open.

It knows the source code. It tries every key in every file, on every wrapped key and every sealed value that
stands anywhere in the bytes, in rows or in what is left of rows: free pages, write-ahead logs, queues.
"""

from __future__ import annotations

import base64
import binascii
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.kernel.event import personal_fields
from tests.journeys.canaries import contents, files
from tests.rules.contracts import EVENTS

_UUID = rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
# Between two columns stands nothing in SQLite, a length in PostgreSQL, a tab in our own reading of cells. A length may
# look like an underscore or a letter: what an owner begins with is known.
_ROW = re.compile(
    rb"(?=(" + _UUID + rb")[^a-z]??((?:[a-z][a-z_]*/" + _UUID + rb")|index)[^a-z]??([a-z_]{3,20})[^a-z]??"
    rb"(\d{8}T\d{6}-[0-9a-f]{8})(.{61}))",
    re.S,
)
_EPOCH = re.compile(rb"20\d{6}T\d{6}-[0-9a-f]{8}")
_SEALED = re.compile(rb"s1:(" + _UUID + rb"):([A-Za-z]+\.[A-Za-z.0-9]+):([a-z_]+):([A-Za-z0-9_-]{38,}={0,2})")
_REQUEST = re.compile(rb"(?=(....)(\x01\x00\x00\x01[\x90-\xff].{5})(.{12}))", re.S)
_METHOD = re.compile(rb"([a-z]{3,12})\.([a-z_]{2,40})")
_SMALL = 4096
KINDS = {mark.owner or "account" for event in EVENTS.values() for mark in personal_fields(event).values()} | {"copy"}
"""What owners of keys begin with; what a hidden file keeps of people lies beside its events, under a key of its own."""


@dataclass(frozen=True)
class Wrapped:
    identity: str
    owner: str
    category: str
    epoch: str
    box: bytes


@dataclass(frozen=True)
class Sealed:
    identity: str
    type: str
    field: str
    box: bytes


@dataclass
class Loot:
    """What was found, closed; `keys` by the place each was found in."""

    keys: dict[bytes, Path] = field(default_factory=dict)
    rows: set[Wrapped] = field(default_factory=set)
    torn: set[tuple[str, bytes]] = field(default_factory=set)
    sealed: set[Sealed] = field(default_factory=set)
    requests: set[tuple[bytes, bytes]] = field(default_factory=set)


@dataclass
class Opened:
    """What could be read: by owner, `type.field` and value; and the calls between processes."""

    owners: dict[str, set[tuple[str, str]]] = field(default_factory=dict)
    keys: dict[str, bytes] = field(default_factory=dict)
    calls: list[dict[str, object]] = field(default_factory=list)

    def values(self) -> set[str]:
        return {value for read in self.owners.values() for _, value in read}


def keys_in(roots: Iterable[Path]) -> dict[bytes, Path]:
    """Every 32 bytes in a small file that are the file itself, or base64 or hex within it."""
    found: dict[bytes, Path] = {}
    for path in files(roots):
        data = path.read_bytes() if path.stat().st_size <= _SMALL else b""
        candidates = [data] if len(data) == 32 else []
        for word in re.findall(rb"[A-Za-z0-9+/_-]{43,64}={0,2}", data):
            try:
                candidates.append(base64.urlsafe_b64decode(word.replace(b"+", b"-").replace(b"/", b"_") + b"=="))
                candidates.append(binascii.unhexlify(word))
            except ValueError:
                continue
        found.update({key: path for key in candidates if len(key) == 32})
    return found


def gather(roots: list[Path], more: Iterable[tuple[str, bytes]] = ()) -> Loot:
    loot = Loot(keys=keys_in(roots))
    epochs = {path.stem for path in loot.keys.values() if path.suffix == ".key"}
    for place, data in chain(contents(roots), more):
        for match in _rows(data):
            identity, owner, category, epoch, rest = match.groups()
            names = (identity.decode(), _owner(owner.decode()), category.decode(), epoch.decode())
            loot.rows |= {Wrapped(*names, rest[:60]), Wrapped(*names, rest[1:])}
        for epoch in epochs:
            # PostgreSQL's log of an update leaves out how the new row begins, when it begins as the old one.
            for match in re.finditer(re.escape(epoch[-6:].encode()) + rb"(.{61})", data, re.S):
                loot.torn |= {(epoch, match[1][:60]), (epoch, match[1][1:])}
        for mark in re.finditer(b"s1:", data):
            if match := _SEALED.match(data, mark.start()):
                loot.sealed |= set(_boxes(*match.groups()))
        if "rabbitmq" in place:
            loot.requests |= set(_requests(data))
    return loot


def _owner(found: str) -> str:
    """The owner without a length before it that looks like a letter: 47 characters, say, as an `a` (PostgreSQL)."""
    kind = found.partition("/")[0]
    return found[1:] if kind not in KINDS and kind[1:] in KINDS else found


def _rows(data: bytes) -> Iterator[re.Match[bytes]]:
    """Wrapped keys, by the epoch that each names: that is quicker to find than what stands before it."""
    for epoch in _EPOCH.finditer(data):
        yield from _ROW.finditer(data[max(0, epoch.start() - 140) : epoch.end() + 61])


def _boxes(identity: bytes, type_: bytes, name: bytes, text: bytes) -> Iterator[Sealed]:
    """The next column may begin with letters of base64: then the last few are not the box's."""
    whole = len(text) // 4 * 4
    for length in range(whole, max(whole - 16, 36), -4):
        box = base64.urlsafe_b64decode(text[:length])
        yield Sealed(identity.decode(), type_.decode(), name.decode(), box)


def _requests(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(body, what surrounds it) of calls in a queue's files; the length stands before, as Erlang writes it."""
    for match in _REQUEST.finditer(data):
        length = int.from_bytes(match[1], "big")
        start = match.start(2)
        if 37 < length < 1 << 20:
            yield data[start : start + length], data[max(0, start - 1500) : start] + data[start + length :][:1500]


def ransack(loot: Loot) -> Opened:
    """Every key on every lock."""
    opened = Opened()
    ciphers = [AESGCM(key) for key in loot.keys]
    names: dict[str, tuple[str, str]] = {}
    for row in loot.rows:
        names[row.identity] = (row.owner, row.category)
        context = f"k1|{row.identity}|{row.owner}|{row.category}|{row.epoch}".encode()
        _unwrap(opened, row.identity, ciphers, row.box, context)
    by_epoch = {path.stem: AESGCM(key) for key, path in loot.keys.items()}
    for epoch, box in loot.torn:
        for identity, (owner, category) in names.items():
            if identity not in opened.keys:
                context = f"k1|{identity}|{owner}|{category}|{epoch}".encode()
                _unwrap(opened, identity, [by_epoch[epoch]], box, context)
    found = [AESGCM(key) for key in opened.keys.values()]
    for sealed in loot.sealed:
        _read(opened, sealed, names.get(sealed.identity), [*found, *ciphers])
    opened.calls = [call for body, around in loot.requests if (call := _overhear(loot, body, around))]
    return opened


def _unwrap(opened: Opened, identity: str, ciphers: list[AESGCM], box: bytes, context: bytes) -> None:
    for cipher in ciphers:
        raw = _try(cipher, box, context)
        if raw is not None:
            opened.keys[identity] = raw


def _read(opened: Opened, sealed: Sealed, name: tuple[str, str] | None, ciphers: list[AESGCM]) -> None:
    if name is None:
        return
    owner, category = name
    source = f"/{sealed.type.split('.', 1)[0]}"
    bound = f"s1|{source}|{owner}|{category}|{sealed.type}|{sealed.field}|{sealed.identity}".encode()
    own = opened.keys.get(sealed.identity)
    for cipher in [AESGCM(own)] if own else ciphers:
        raw = _try(cipher, sealed.box, bound)
        if raw is not None:
            opened.owners.setdefault(owner, set()).add((f"{sealed.type}.{sealed.field}", raw.decode()))
            return


def _overhear(loot: Loot, body: bytes, around: bytes) -> dict[str, object] | None:
    """A call between two processes, when the key of that pair lies about."""
    expires = int.from_bytes(body[1:9], "big")
    correlations = set(re.findall(_UUID, around)) | set(re.findall(rb"[0-9a-f]{32}", around))
    methods = set(_METHOD.findall(around))
    for key, path in loot.keys.items():
        caller, _, service = path.stem.partition("--")
        if not service:
            continue
        cipher = AESGCM(key)
        for named, method in methods:
            for correlation in correlations if named.decode() == service else ():
                bound = f"rpc1|{caller}|{service}|{method.decode()}|{correlation.decode()}|{expires}".encode()
                raw = _try(cipher, body[9:], bound)
                if raw is not None:
                    said: dict[str, object] = orjson.loads(raw)
                    return said
    return None


def _try(cipher: AESGCM, box: bytes, bound: bytes) -> bytes | None:
    try:
        return cipher.decrypt(box[:12], box[12:], bound)
    except InvalidTag:
        return None


def main() -> None:
    opened = ransack(gather([Path(name) for name in sys.argv[1:]]))
    for owner, read in sorted(opened.owners.items()):
        sys.stdout.write(f"{owner}: {', '.join(sorted(name for name, _ in read))}\n")
    sys.stdout.write(f"{len(opened.owners)} owners read, {len(opened.calls)} calls overheard\n")


if __name__ == "__main__":
    main()
