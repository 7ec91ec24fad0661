"""What is kept beside the log speaks for itself: a witness's line of its checkpoint, a refused note of its digest."""

from __future__ import annotations

from hashlib import sha256

from services.reader.database import Cosigned, Database
from services.reader.note import COSIGNATURE_V1, Malformed, parse, parse_vkey
from services.reader.report import Damage, Findings
from services.reader.tiles import MAX_ENTRY_BYTES
from services.reader.waiting import is_moment


def examine(database: Database, findings: Findings) -> None:
    """Go through `log_cosignatures` and `log_quarantine`.

    Of what was refused nothing is signed: it is held against the digest beside it, unless it was too long to be kept
    whole, and so are source, reason and moment against nothing.
    """
    for row in database.cosigned():
        wrong = _wrong(row)
        if wrong is not None:
            findings.add(wrong[0], None, f"log_cosignatures size {row.size} of {row.witness}", wrong[1])
    for row_id, note, digest in database.refused():
        if len(note) < MAX_ENTRY_BYTES and sha256(note).hexdigest() != digest:
            findings.add(Damage.ROW_MISMATCH, None, f"log_quarantine {row_id}", "digest is not the note's")


def _wrong(row: Cosigned) -> tuple[Damage, str] | None:
    if row.note is None:
        return Damage.ROW_MISMATCH, "no checkpoint of this size is kept"
    try:
        text = parse(row.note).text
        lines = parse(text + b"\n" + row.line).signatures
        key = parse_vkey(row.witness)
    except Malformed as error:
        return Damage.ROW_MISMATCH, str(error)
    signed = [(line.name, line.key_id) for line in lines]
    if key.algorithm != COSIGNATURE_V1 or signed != [(key.name, key.key_id)]:
        return Damage.ROW_MISMATCH, "the line is not one of this witness"
    if not key.verifies(text, lines[0].blob):
        return Damage.SIGNATURE_INVALID, "the witness did not sign the checkpoint of this size"
    if not is_moment(row.at):
        return Damage.ROW_MISMATCH, "at is no moment"
    return None
