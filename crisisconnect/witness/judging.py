"""add-checkpoint is decided here: what may be cosigned, and what each refusal is called (C2SP tlog-witness)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from crisisconnect.witness.memory import BEHIND, FORK, UNPROVEN, Memory
from services.reader.checkpoint import Checkpoint, decimal, parse_checkpoint
from services.reader.note import Malformed, Untrusted, strict_base64, verified
from services.reader.tree import verify_consistency

MAX_REQUEST = 64 * 1024
MAX_PROOF = 63
SIZE_TYPE = "text/x.tlog.size"
TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True)
class Request:
    """The size that the log believes was cosigned last, the proof from there, and the new checkpoint."""

    old: int
    proof: tuple[bytes, ...]
    checkpoint: Checkpoint


@dataclass(frozen=True)
class Verdict:
    """`body` is the cosignature for 200, the size cosigned last for 409, else a word for a person."""

    status: HTTPStatus
    body: bytes
    media_type: str = TEXT


def parse(body: bytes) -> Request:
    """Read the body of add-checkpoint; nothing is verified. Raises Malformed."""
    head, blank, note = body.partition(b"\n\n")
    if not blank:
        raise Malformed("an empty line stands before the checkpoint")
    lines = head.split(b"\n")
    first = lines.pop(0)
    if not first.startswith(b"old "):
        raise Malformed("a request begins with the old size")
    if len(lines) > MAX_PROOF:
        raise Malformed("a proof is at most 63 hashes")
    proof = tuple(strict_base64(line) for line in lines)
    if any(len(node) != 32 for node in proof):
        raise Malformed("a hash is 32 bytes")
    try:
        old = decimal(first[4:].decode("ascii"))
    except UnicodeDecodeError as error:
        raise Malformed("a size is ASCII") from error
    return Request(old, proof, parse_checkpoint(note))


def judge(logs: Mapping[str, Memory], body: bytes, now: int) -> Verdict:
    """Answer one request; `logs` by origin, `now` in POSIX seconds. Raising OSError or Damaged, it cosigned nothing."""
    try:
        asked = parse(body)
    except Malformed as error:
        return _no(HTTPStatus.BAD_REQUEST, str(error))
    memory = logs.get(asked.checkpoint.origin)
    if memory is None:
        return _no(HTTPStatus.NOT_FOUND, "this log is not known here")
    try:
        verified(asked.checkpoint.note, [memory.log])
    except Untrusted:
        return _no(HTTPStatus.FORBIDDEN, "the log's key did not sign this")
    if asked.old > asked.checkpoint.size:
        return _no(HTTPStatus.BAD_REQUEST, "the old size is the larger one")
    with memory.alone():
        return _continued(memory, asked, now)


def _continued(memory: Memory, asked: Request, now: int) -> Verdict:
    known, new = memory.read(), asked.checkpoint
    same_size = bool(known.note) and new.size == known.size
    if same_size and new.root != known.root:
        memory.suspect(FORK, known, new)
    if asked.old != known.size:
        if new.size < known.size:
            memory.suspect(BEHIND, known, new)
        return Verdict(HTTPStatus.CONFLICT, b"%d\n" % known.size, SIZE_TYPE)
    if not verify_consistency(asked.old, new.size, known.root, new.root, asked.proof):
        if not same_size and asked.old:
            memory.suspect(UNPROVEN, known, new, asked.proof)
        return _no(HTTPStatus.UNPROCESSABLE_ENTITY, "this does not continue what was cosigned last")
    return Verdict(HTTPStatus.OK, memory.cosign(new, now))


def _no(status: HTTPStatus, why: str) -> Verdict:
    return Verdict(status, why.encode() + b"\n")
