"""The log as files that any C2SP reader takes: whatever moment it stops at, the checkpoint names only what is there.

`checkpoint`, `tile/<L>/<N>[.p/<W>]`, `tile/entries/<N>[.p/<W>]` (uncompressed) and `log.vkey`. A second run writes
what is new, and drops the partial files whose full one has come. Where the log has let go of its beginning, `pruned`
says where it begins; bundles from before are dropped, hash tiles never.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from sqlalchemy import Connection, Engine

from services.audit.ledger import pruned, reading, tree
from services.audit.ledger.checkpoint import Head
from services.kernel.store.database import reading as look
from services.reader.checkpoint import parse_checkpoint
from services.reader.note import Malformed, Untrusted, parse_vkey

Passed = Callable[[int, int], None]


class NotContinued(Exception):
    """The directory holds something that this log does not continue; nothing was written."""


def export(engine: Engine, vkey: str, directory: Path, passed: Passed | None = None) -> Head:
    """Write the log up to its newest checkpoint, which is returned. One tile or bundle is in memory at a time.

    `vkey` is the log's verifier key. Raises NotContinued where the directory holds another log, or a newer one, and
    LookupError where the log has no checkpoint yet.
    """
    with look(engine) as session:
        begins, stated = pruned.minimum(session), pruned.statement(session)
        head = reading.head(session)
        if head is None:
            raise LookupError("the log has no checkpoint yet")
        known = _known(session, directory, vkey, head)
        served = reading.checkpoint(session) or b""
    # With the lines of witnesses, unless the log has grown since the line above.
    note = served if served.startswith(head.note) else head.note
    directory.mkdir(parents=True, exist_ok=True)
    _put(directory / "log.vkey", vkey.encode() + b"\n")
    written = [directory / "log.vkey"]
    for level, n, width in _implied(head.size):
        # Only what the old checkpoint implied is known to have reached the disk.
        settled = (n * tree.WIDTH + width) << 8 * level <= known and width == tree.WIDTH
        kept = directory / _path(str(level), n, width)
        if not (settled and kept.exists()):
            with look(engine) as session:
                _put(kept, _there(reading.tile(session, level, n, width), kept))
            written.append(kept)
        if level == 0 and n * tree.WIDTH >= begins:
            bundle = directory / _path("entries", n, width)
            if not (settled and bundle.exists()):
                with look(engine) as session:
                    _put(bundle, _there(reading.bundle(session, n, width), bundle))
                written.append(bundle)
        if level == 0 and passed is not None:
            passed(n * tree.WIDTH + width, head.size)
    if stated is not None:
        _put(directory / "pruned", stated)
        written.append(directory / "pruned")
    # Last, and only over what is on disk: nobody ever finds a checkpoint whose tiles are still to come.
    _settle(written)
    _put(directory / "checkpoint", note)
    _settle([directory / "checkpoint"])
    _drop_partials(directory, head.size)
    for n in range(begins // tree.WIDTH):
        (directory / _path("entries", n)).unlink(missing_ok=True)
    return head


def _known(session: Connection, directory: Path, vkey: str, head: Head) -> int:
    """The size of the log that the directory holds and this one continues; 0 where it holds none."""
    kept = directory / "log.vkey"
    if kept.exists() and kept.read_text().strip() != vkey:
        raise NotContinued("the directory holds a log of another key")
    try:
        old = parse_checkpoint((directory / "checkpoint").read_bytes())
        old.signed_by(parse_vkey(vkey))
    except FileNotFoundError:
        return 0
    except (Malformed, Untrusted) as error:
        raise NotContinued("the directory's checkpoint is not one of this log") from error
    if old.size > head.size:
        raise NotContinued(f"the directory has {old.size} entries, this log {head.size}: it is an older copy")
    if tree.edge_at(old.size, lambda level, n: reading.stored_tile(session, level, n)).root() != old.root:
        raise NotContinued("the directory's checkpoint is of another history than this log")
    return old.size


def _implied(size: int) -> Iterator[tuple[int, int, int]]:
    """Every hash tile of a tree of this size: level, number, width."""
    level = 0
    while count := size >> 8 * level:
        full, rest = divmod(count, tree.WIDTH)
        yield from ((level, n, tree.WIDTH) for n in range(full))
        if rest:
            yield level, full, rest
        level += 1


def _path(kind: str, n: int, width: int = tree.WIDTH) -> str:
    groups = [f"{n % 1000:03}"]
    while n := n // 1000:
        groups.append(f"x{n % 1000:03}")
    return f"tile/{kind}/{'/'.join(reversed(groups))}{'' if width == tree.WIDTH else f'.p/{width}'}"


def _there(found: bytes | None, where: Path) -> bytes:
    if found is None:
        raise LookupError(f"the log lacks what its checkpoint implies: {where}")
    return found


def _put(path: Path, content: bytes) -> None:
    """All of the content under its name, or what was there before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.draft")
    draft.write_bytes(content)
    draft.replace(path)


def _settle(written: Sequence[Path]) -> None:
    """Returns when the files, and the names they have in their directories, are on disk."""
    folders = {folder for path in written for folder in (path.parent, path.parent.parent)}
    for path in (*written, *folders):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _drop_partials(directory: Path, size: int) -> None:
    """A partial may go once its full tile is there; the newest stay, for whoever holds an older checkpoint."""
    for level, n, width in _implied(size):
        if width == tree.WIDTH:
            kinds = (str(level), "entries") if level == 0 else (str(level),)
            for kind in kinds:
                shutil.rmtree(directory / f"{_path(kind, n)}.p", ignore_errors=True)
