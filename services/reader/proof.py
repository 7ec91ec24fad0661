"""A receipt, a tlog-proof, shows offline that an entry is in the log (C2SP tlog-proof)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.reader.checkpoint import Checkpoint, decimal, parse_checkpoint
from services.reader.note import COSIGNATURE_V1, Malformed, VerifierKey, strict_base64, verified
from services.reader.tree import leaf_hash, verify_inclusion

_HEADER = "c2sp.org/tlog-proof@v1"
_MAX_PATH = 64


class Unproven(ValueError):
    """The receipt is well formed and yet does not prove that the entry is in the log."""


@dataclass(frozen=True, slots=True)
class Proof:
    """An entry's 0-based index, its inclusion path (sibling first) and the checkpoint it leads to.

    `extra` is whatever the sender added; nothing vouches for it.
    """

    index: int
    path: tuple[bytes, ...]
    checkpoint: Checkpoint
    extra: bytes | None


def parse_proof(receipt: bytes | str) -> Proof:
    """Read a tlog-proof; nothing is verified. Raises Malformed."""
    raw = receipt.encode() if isinstance(receipt, str) else receipt
    head, blank, checkpoint = raw.partition(b"\n\n")
    if not blank:
        raise Malformed("a receipt has an empty line before its checkpoint")
    try:
        lines = head.decode("utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise Malformed("a receipt is UTF-8") from error
    if lines.pop(0) != _HEADER:
        raise Malformed(f"a receipt begins with {_HEADER}")
    extra = strict_base64(lines.pop(0)[6:]) if lines and lines[0].startswith("extra ") else None
    if not lines or not lines[0].startswith("index "):
        raise Malformed("a receipt states its index")
    index = decimal(lines.pop(0)[6:])
    path = tuple(strict_base64(line) for line in lines)
    if len(path) > _MAX_PATH or any(len(node) != 32 for node in path):
        raise Malformed("a path is at most 64 hashes of 32 bytes")
    return Proof(index, path, parse_checkpoint(checkpoint), extra)


def verify_proof(
    entry: bytes, proof: Proof, *, log: VerifierKey, witnesses: Sequence[VerifierKey] = (), quorum: int = 0
) -> Checkpoint:
    """The checkpoint under which the entry stands, signed by the log and by `quorum` different witnesses.

    Raises Malformed for another log's receipt, Untrusted for a signature, Unproven for path or quorum.
    """
    checkpoint = proof.checkpoint
    checkpoint.signed_by(log)
    if quorum:
        signed = verified(checkpoint.note, [log, *witnesses])
        cosigners = {key.public_key for key in signed if key.algorithm == COSIGNATURE_V1}
        if len(cosigners) < quorum:
            raise Unproven(f"{len(cosigners)} of {quorum} witnesses cosigned")
    leaf = leaf_hash(entry)
    if not verify_inclusion(proof.index, checkpoint.size, leaf, proof.path, checkpoint.root):
        raise Unproven("the path does not lead from the entry to the root")
    return checkpoint
