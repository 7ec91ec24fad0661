"""A tiny log, built here from RFC 6962 and the C2SP texts alone: neither the writer nor the reader helps."""

from __future__ import annotations

import base64
import json
import shutil
import sqlite3
from hashlib import sha256
from pathlib import Path

from nacl.signing import SigningKey

ORIGIN = "log.example/crisis"
SOURCES = ("/audit", "/auth", "/org", "/retention")
SCHEMA = """
CREATE TABLE log_entries (idx INTEGER PRIMARY KEY, source TEXT, sequence BIGINT, event_id TEXT, type TEXT,
  organisation TEXT, subject TEXT, correlation TEXT, time TEXT, note BLOB);
CREATE TABLE log_tiles (level INTEGER, n BIGINT, hashes BLOB, PRIMARY KEY (level, n));
CREATE TABLE log_checkpoints (size BIGINT PRIMARY KEY, note TEXT);
CREATE TABLE log_head (id INTEGER PRIMARY KEY, size BIGINT, root BLOB, note TEXT);
CREATE TABLE log_sources (source TEXT PRIMARY KEY, vkey TEXT, high_water BIGINT);
CREATE TABLE log_cosignatures (size BIGINT, witness TEXT, line BLOB, at TEXT, PRIMARY KEY (size, witness));
CREATE TABLE log_quarantine (id INTEGER PRIMARY KEY, source TEXT, reason TEXT, digest TEXT, note BLOB, at TEXT);
CREATE TABLE log_pending (source TEXT, sequence BIGINT, note BLOB, at TEXT, PRIMARY KEY (source, sequence));
"""


def mth(leaves: list[bytes]) -> bytes:
    """RFC 6962 2.1, as it is written there."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:])).digest()


def inclusion(m: int, leaves: list[bytes]) -> list[bytes]:
    """PATH(m, D[n]) of RFC 6962 2.1.1."""
    if len(leaves) <= 1:
        return []
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    if m < k:
        return [*inclusion(m, leaves[:k]), mth(leaves[k:])]
    return [*inclusion(m - k, leaves[k:]), mth(leaves[:k])]


def consistency(m: int, leaves: list[bytes], whole: bool = True) -> list[bytes]:
    """SUBPROOF(m, D[n], b) of RFC 6962 2.1.2."""
    if m == len(leaves):
        return [] if whole else [mth(leaves)]
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    if m <= k:
        return [*consistency(m, leaves[:k], whole), mth(leaves[k:])]
    return [*consistency(m - k, leaves[k:], False), mth(leaves[:k])]


class Signer:
    """An Ed25519 key with a name."""

    def __init__(self, name: str, algorithm: int = 1, seed: bytes = b"") -> None:
        self.name, self.algorithm = name, algorithm
        self.key = SigningKey(sha256(seed + name.encode()).digest())
        raw = bytes([algorithm]) + bytes(self.key.verify_key)
        self.key_id = sha256(name.encode() + b"\n" + raw).digest()[:4]
        self.vkey = f"{name}+{self.key_id.hex()}+{base64.b64encode(raw).decode()}"

    def line(self, text: bytes, before: bytes = b"", stamp: bytes = b"") -> bytes:
        blob = self.key_id + stamp + self.key.sign(before + text).signature
        return f"— {self.name} ".encode() + base64.b64encode(blob) + b"\n"

    def sign(self, text: bytes) -> bytes:
        return text + b"\n" + self.line(text)


LOG = Signer(ORIGIN)
KEYS = {source: Signer(ORIGIN + source) for source in SOURCES}
PINS = {source: signer.vkey for source, signer in KEYS.items()}


def event(source: str, number: int, name: str, event_id: str, data: dict[str, str], **more: str) -> bytes:
    """One signed entry."""
    line = {
        "sequence": str(number), "specversion": "1.0", "id": event_id, "source": source,
        "type": f"nl.crisisconnect.{source[1:]}.{name}.v1", "subject": f"thing/{event_id}",
        "time": "2026-01-02T03:04:05.000006Z", "correlationid": "c1", "organisation": "o1",
        **more, "data": data,
    }  # fmt: skip
    return KEYS[source].sign(json.dumps(line, separators=(",", ":")).encode() + b"\n")


def entries(size: int) -> list[bytes]:
    """Four registrations, then what auth, org and retention say in turn."""
    made = [
        event("/audit", n, "KeyRegistered", f"id-{n - 1}", {"source": source, "vkey": KEYS[source].vkey})
        for n, source in enumerate(SOURCES, 1)
    ]
    for index in range(4, size):
        turn = index - 4
        made.append(event(SOURCES[1 + turn % 3], turn // 3 + 1, "Happened", f"id-{index}", {"n": str(index)}))
    return made[:size]


def checkpoint(held: list[bytes], size: int | None = None) -> bytes:
    leaves = [sha256(b"\x00" + entry).digest() for entry in held][:size]
    return LOG.sign(f"{ORIGIN}\n{len(leaves)}\n{base64.b64encode(mth(leaves)).decode()}\n".encode())


def tiles(held: list[bytes]) -> dict[tuple[int, int], list[bytes]]:
    """Every hash tile of the log: (level, n) to its hashes."""
    made, level, hashes = {}, 0, [sha256(b"\x00" + entry).digest() for entry in held]
    while hashes:
        parts = [hashes[at : at + 256] for at in range(0, len(hashes), 256)]
        made.update({(level, n): part for n, part in enumerate(parts)})
        hashes, level = [mth(part) for part in parts if len(part) == 256], level + 1
    return made


class Files:
    """A log as a directory."""

    def __init__(self, path: Path, held: list[bytes]) -> None:
        self.path = path
        self.put("checkpoint", checkpoint(held))
        self.put("log.vkey", LOG.vkey.encode() + b"\n")
        for (level, n), hashes in tiles(held).items():
            self.put(f"tile/{level}/{n:03}" + (f".p/{len(hashes)}" if len(hashes) < 256 else ""), b"".join(hashes))
        self.bundles(held)

    def bundles(self, held: list[bytes]) -> None:
        """Write the entry bundles alone, whatever the tiles say."""
        shutil.rmtree(self.path / "tile/entries", ignore_errors=True)
        for n in range(-(-len(held) // 256)):
            part = held[n * 256 : n * 256 + 256]
            raw = b"".join(len(entry).to_bytes(2, "big") + entry for entry in part)
            self.put(f"tile/entries/{n:03}" + (f".p/{len(part)}" if len(part) < 256 else ""), raw)

    def put(self, name: str, raw: bytes) -> None:
        target = self.path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(raw)

    def flip(self, name: str, bit: int) -> None:
        raw = bytearray((self.path / name).read_bytes())
        raw[bit // 8] ^= 1 << bit % 8
        self.put(name, bytes(raw))


class Tables:
    """A log in audit's tables."""

    def __init__(self, path: Path, held: list[bytes], kept: tuple[int, ...] = ()) -> None:
        self.path = path
        with sqlite3.connect(path) as db:
            db.executescript(SCHEMA)
            for index, entry in enumerate(held):
                e = json.loads(entry.split(b"\n")[0])
                row = (index, e["source"], int(e["sequence"]), e["id"], e["type"], e["organisation"],
                       e["subject"], e["correlationid"], e["time"], entry)  # fmt: skip
                db.execute("INSERT INTO log_entries VALUES (?,?,?,?,?,?,?,?,?,?)", row)
            for (level, n), hashes in tiles(held).items():
                db.execute("INSERT INTO log_tiles VALUES (?,?,?)", (level, n, b"".join(hashes)))
            for size in sorted({*kept, len(held)}):
                note = checkpoint(held, size).decode()
                db.execute("INSERT INTO log_checkpoints VALUES (?,?)", (size, note))
            said = [json.loads(entry.split(b"\n")[0]) for entry in held]
            keys = {e["data"]["source"]: e["data"]["vkey"] for e in said if "KeyRegistered" in e["type"]}
            for source in SOURCES:
                mark = max([int(e["sequence"]) for e in said if e["source"] == source], default=0)
                db.execute("INSERT INTO log_sources VALUES (?,?,?)", (source, keys.get(source), mark))
            root = mth([sha256(b"\x00" + entry).digest() for entry in held])
            db.execute("INSERT INTO log_head VALUES (1,?,?,?)", (len(held), root, checkpoint(held).decode()))
        db.close()

    def change(self, statement: str, *values: object) -> None:
        with sqlite3.connect(self.path) as db:
            assert db.execute(statement, values).rowcount == 1
        db.close()
