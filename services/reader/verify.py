"""The reader's door: verify a directory of tiles, a log behind a URL, or the log of a running installation."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypedDict, Unpack

from services.reader import beside, marks, waiting
from services.reader.checkpoint import Checkpoint, parse_checkpoint
from services.reader.database import Database
from services.reader.directory import Directory
from services.reader.examination import Examination, Progress
from services.reader.note import Malformed, Untrusted, VerifierKey, parse_vkey, strict_base64
from services.reader.pruned import Beginning
from services.reader.remote import Remote
from services.reader.report import Damage, Findings, Report, Unusable
from services.reader.shelf import Earlier, Shelf
from services.reader.sources import Sources
from services.reader.witnesses import Witnesses


class Demands(TypedDict, total=False):
    """What a log is held against, beside its own key."""

    pins: Mapping[str, str] | None
    """Source (`/auth`) → verifier key; given, no other key is accepted."""
    since: str | bytes | None
    """An earlier signed checkpoint that the log must contain."""
    witnesses: Sequence[str]
    """Cosignature/v1 keys (0x04) that must have cosigned the checkpoint."""
    quorum: int | None
    """How many of the witnesses; all of them where it is not given."""
    passed: Progress | None
    """Hears after every block how many entries were read, and of how many."""
    jobs: int | None
    """How many processes check entries, as many as there are cores where it is not given."""


def verify_directory(directory: Path, *, log_vkey: str | None = None, **demands: Unpack[Demands]) -> Report:
    """Re-read a log kept as files (`checkpoint`, `tile/…`, uncompressed `tile/entries/…`).

    `log_vkey` defaults to the directory's `log.vkey`, which shows only that the log fits together. A log that grows
    meanwhile is verified up to the checkpoint read first. Raises Unusable.
    """
    shelf = Directory(directory)
    key = _log_key(log_vkey if log_vkey is not None else shelf.log_vkey())
    sources = _sources(key.name, demands.get("pins"))
    return _verify(shelf, shelf.checkpoint(), key, sources, demands, Findings(), key_given=log_vkey is not None)


def verify_url(
    url: str, *, token: str | None = None, log_vkey: str | None = None, **demands: Unpack[Demands]
) -> Report:
    """Re-read a log over HTTP, as verify_directory does; `token` is a bearer's, for the entries.

    Where entries are not for us, hash tiles and checkpoint alone are verified, and the report says so. Raises Unusable.
    """
    shelf = Remote(url, token)
    try:
        key = _log_key(log_vkey if log_vkey is not None else shelf.log_vkey())
        note = shelf.checkpoint()
        shelf.try_entries(_size(note))
        sources = _sources(key.name, demands.get("pins"))
        return _verify(shelf, note, key, sources, demands, Findings(), key_given=log_vkey is not None)
    finally:
        shelf.close()


def verify_database(url_or_path: str | Path, *, log_vkey: str, **demands: Unpack[Demands]) -> Report:
    """Re-read the log in audit's database (SQLite path or URL, PostgreSQL URL), read-only and without a lock.

    As verify_directory, and: every column repeats what its entry says, every checkpoint ever stored is signed and is
    the root of the log's first entries, what is remembered of each source is what its entries say, and what waits to
    become an entry is signed and not one yet. Cosignatures must hold too. Raises Unusable.
    """
    key = _log_key(log_vkey)
    sources = _sources(key.name, demands.get("pins"))
    database = Database(url_or_path)
    findings = Findings()
    try:
        size, root, note = database.head()
        _compare_head(size, root, note, database, findings)
        cosigned = note
        for line in database.cosignatures(_size(note)):
            if _stated(cosigned + line) is not None:  # of one that is not as it should be is told below
                cosigned += line
        begun = Beginning()
        report = _verify(database, cosigned, key, sources, demands, findings, key_given=True, begun=begun)
        _look_above(_size(note), database, key, findings)
        if report.own:
            marks.compare(database, report.size, sources, findings)
            marks.compare_prunings(database, report.size, begun, findings)
            waiting.examine(database, report.size, sources, findings)
            beside.examine(database, findings)
        return replace(report, findings=findings.ordered(), damaged=findings.count)
    except database.failures as error:
        raise Unusable(f"the database cannot be read on: {type(error).__name__}") from error
    finally:
        database.close()


def _verify(
    shelf: Shelf,
    note: bytes,
    key: VerifierKey,
    sources: Sources,
    demands: Demands,
    findings: Findings,
    *,
    key_given: bool,
    begun: Beginning | None = None,
) -> Report:
    known = _since(demands.get("since"), key)
    witnesses = Witnesses(demands.get("witnesses", ()), demands.get("quorum"))
    try:
        checkpoint = parse_checkpoint(note)
    except Malformed as error:
        findings.add(Damage.CHECKPOINT_INVALID, None, "checkpoint", f"unreadable: {error}")
        return Report(key.name, 0, None, {}, findings.ordered(), findings.count, key_given, own=False)
    try:
        checkpoint.signed_by(key)
    except (Malformed, Untrusted) as error:
        # Anybody can write such a one, of any size: nothing below it could be told from what it should be.
        findings.add(Damage.CHECKPOINT_INVALID, None, "checkpoint", str(error))
        return Report(key.name, checkpoint.size, None, {}, findings.ordered(), findings.count, key_given, own=False)
    cosigned = witnesses.judge(checkpoint, findings)
    earlier = heapq.merge(shelf.earlier(checkpoint.size), known, key=lambda kept: kept.size)
    begun = Beginning() if begun is None else begun
    begun.find(shelf, checkpoint.size, sources, findings)
    examination = Examination(shelf, checkpoint, sources, findings, begun, demands.get("passed"), demands.get("jobs"))
    root = examination.run(earlier, _judge(key, findings))
    return Report(
        key.name,
        checkpoint.size,
        root,
        sources.last_numbers(),
        findings.ordered(),
        findings.count,
        key_given,
        shelf.holds_entries,
        cosigned,
        witnesses.strangers(checkpoint, key),
        begins=begun.minimum,
        pruned_by=begun.entry,
    )


def _judge(key: VerifierKey, findings: Findings) -> Callable[[Earlier], Checkpoint | None]:
    def judge(kept: Earlier) -> Checkpoint | None:
        try:
            stated = parse_checkpoint(kept.note)
            stated.signed_by(key)
            if stated.size != kept.size:
                raise Malformed(f"filed under size {kept.size}, it says {stated.size}")
        except (Malformed, Untrusted) as error:
            findings.add(Damage.CHECKPOINT_INVALID, None, kept.where, str(error))
            return None
        return stated

    return judge


def _compare_head(size: int, root: bytes | str, note: bytes, database: Database, findings: Findings) -> None:
    """The head's columns repeat its note, and the note is kept among the checkpoints."""
    try:
        stated = parse_checkpoint(note)
    except Malformed:
        return  # said of the checkpoint itself
    stored = root
    if isinstance(stored, str):
        try:
            stored = strict_base64(stored)
        except Malformed:
            stored = b""
    if (size, stored) != (stated.size, stated.root):
        findings.add(Damage.ROW_MISMATCH, None, "log_head", "size or root is not what the note says")
    kept = database.checkpoint(stated.size)
    if kept is None or _stated(kept) != (stated.size, stated.root):
        findings.add(Damage.ROW_MISMATCH, None, "log_checkpoints", "the head is not kept among the checkpoints")


def _look_above(size: int, database: Database, key: VerifierKey, findings: Findings) -> None:
    """Checkpoints above the one verified are those of a log that went on growing: signed, and none above its head."""
    judge = _judge(key, findings)
    kept = [stated.size for one in database.above(size) if (stated := judge(one)) is not None]
    newest, _, _ = database.head()
    if kept and kept[-1] > newest:
        detail = f"signed with {kept[-1]} entries before, with {newest} now"
        findings.add(Damage.TRUNCATED, newest, f"log_checkpoints size {kept[-1]}", detail)


def _size(note: bytes) -> int:
    """What an unverified checkpoint says; 0 for an unreadable one, of which is told elsewhere."""
    stated = _stated(note)
    return 0 if stated is None else stated[0]


def _stated(note: bytes) -> tuple[int, bytes] | None:
    """A checkpoint's size and root, None when it is unreadable."""
    try:
        stated = parse_checkpoint(note)
    except Malformed:
        return None
    return stated.size, stated.root


def _log_key(vkey: str) -> VerifierKey:
    try:
        return parse_vkey(vkey)
    except Malformed as error:
        raise Unusable(f"the log's verifier key is unreadable: {error}") from error


def _sources(origin: str, pins: Mapping[str, str] | None) -> Sources:
    try:
        return Sources(origin, pins)
    except Malformed as error:
        raise Unusable(f"a pinned key is unreadable: {error}") from error


def _since(since: str | bytes | None, key: VerifierKey) -> Iterator[Earlier]:
    if since is None:
        return iter(())
    note = since.encode() if isinstance(since, str) else since
    try:
        checkpoint = parse_checkpoint(note)
        checkpoint.signed_by(key)
    except (Malformed, Untrusted) as error:
        raise Unusable(f"the earlier checkpoint proves nothing: {error}") from error
    return iter([Earlier(checkpoint.size, note, "the earlier checkpoint given")])
