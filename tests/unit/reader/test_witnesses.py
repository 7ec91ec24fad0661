"""A cosignature counts when it holds and its key was asked for; nobody else's line proves or spoils anything."""

from __future__ import annotations

import sqlite3
from base64 import b64encode
from hashlib import sha256

import pytest

from services.reader import Damage, Unusable, verify_database, verify_directory
from services.reader.__main__ import main
from tests.unit.reader.tinylog import LOG, PINS, Files, Signer, checkpoint, entries

ANNE, BOB, EVE = (Signer(f"witness.example/{name}", 4) for name in ("anne", "bob", "eve"))
AT = 1_767_225_600


def cosigned(note: bytes, *witnesses: Signer) -> bytes:
    text = note[: note.rfind(b"\n\n") + 1]
    return note + b"".join(
        witness.line(text, b"cosignature/v1\ntime %d\n" % AT, AT.to_bytes(8, "big")) for witness in witnesses
    )


@pytest.fixture
def log(files) -> Files:
    made = files(20)
    made.put("checkpoint", cosigned(checkpoint(entries(20)), ANNE, BOB))
    return made


def verify(log: Files, *witnesses: Signer, **more):
    vkeys = [witness.vkey for witness in witnesses]
    return verify_directory(log.path, log_vkey=LOG.vkey, pins=PINS, witnesses=vkeys, **more)


def test_those_who_cosigned_are_named(log):
    report = verify(log, ANNE, BOB)
    assert report.ok
    assert (report.witnesses, report.strangers) == ((ANNE.name, BOB.name), ())


def test_one_that_did_not_cosign_is_missed_and_named(log):
    report = verify(log, ANNE, EVE)
    assert (report.first.damage, report.exit_code) == (Damage.NOT_WITNESSED, 1)
    assert EVE.name in report.first.detail
    assert BOB.name in report.strangers


def test_a_quorum_is_enough(log):
    assert verify(log, ANNE, BOB, EVE, quorum=2).ok
    assert verify(log, ANNE, BOB, EVE, quorum=3).first.damage is Damage.NOT_WITNESSED


def test_one_witness_under_two_names_is_one(log):
    alias = Signer("witness.example/alias", 4)
    alias.key = ANNE.key
    alias = renamed(alias)
    log.put("checkpoint", cosigned(checkpoint(entries(20)), ANNE, alias))
    with pytest.raises(Unusable, match="never be reached by 1"):
        verify(log, ANNE, alias, quorum=2)
    assert verify(log, ANNE, alias, BOB, quorum=2).first.damage is Damage.NOT_WITNESSED


def renamed(signer: Signer) -> Signer:
    """The same key under its own name, with the id that belongs to it."""
    raw = bytes([signer.algorithm]) + bytes(signer.key.verify_key)
    signer.key_id = sha256(signer.name.encode() + b"\n" + raw).digest()[:4]
    signer.vkey = f"{signer.name}+{signer.key_id.hex()}+{b64encode(raw).decode()}"
    return signer


def test_a_cosignature_of_another_checkpoint_fails(log):
    text = checkpoint(entries(19))
    line = ANNE.line(text[: text.rfind(b"\n\n") + 1], b"cosignature/v1\ntime %d\n" % AT, AT.to_bytes(8, "big"))
    log.put("checkpoint", checkpoint(entries(20)) + line)
    report = verify(log, ANNE)
    assert {finding.damage for finding in report.findings} == {Damage.NOT_WITNESSED}
    assert "fails" in report.first.detail


def test_a_moment_that_was_changed_fails(log):
    raw = (log.path / "checkpoint").read_bytes()
    assert verify(log, ANNE).ok
    text = raw[: raw.rfind(b"\n\n") + 1]
    late = ANNE.line(text, b"cosignature/v1\ntime %d\n" % AT, (AT + 1).to_bytes(8, "big"))
    log.put("checkpoint", checkpoint(entries(20)) + late)
    assert verify(log, ANNE).first.damage is Damage.NOT_WITNESSED


def test_without_witnesses_asked_for_their_lines_are_only_listed(log):
    report = verify(log)
    assert report.ok
    assert report.strangers == (ANNE.name, BOB.name)
    assert "was not judged" in report.text()


def test_a_key_that_cannot_cosign_is_refused(log):
    with pytest.raises(Unusable, match="cosignature/v1"):
        verify(log, LOG)
    with pytest.raises(Unusable, match="unreadable"):
        verify_directory(log.path, log_vkey=LOG.vkey, witnesses=["nonsense"])


def test_an_installations_cosignatures_stand_beside_its_head(tables):
    log = tables(20)
    assert verify_database(log.path, log_vkey=LOG.vkey, witnesses=[ANNE.vkey]).first.damage is Damage.NOT_WITNESSED
    line = cosigned(checkpoint(entries(20)), ANNE)[len(checkpoint(entries(20))) :]
    with sqlite3.connect(log.path) as db:
        db.execute("INSERT INTO log_cosignatures VALUES (20, ?, ?, '2026-01-02T03:04:05.000006Z')", (ANNE.vkey, line))
    db.close()
    assert verify_database(log.path, log_vkey=LOG.vkey, witnesses=[ANNE.vkey]).ok


@pytest.mark.parametrize(
    ("changed", "damage", "where"),
    [
        ("line = substr(line, 2)", Damage.ROW_MISMATCH, f"20 of {ANNE.vkey}"),
        (f"witness = '{EVE.vkey}'", Damage.ROW_MISMATCH, f"20 of {EVE.vkey}"),
        ("witness = 'x'", Damage.ROW_MISMATCH, "20 of x"),
        ("size = 19", Damage.ROW_MISMATCH, f"19 of {ANNE.vkey}"),
        ("size = 10", Damage.SIGNATURE_INVALID, f"10 of {ANNE.vkey}"),
        ("at = 'x'", Damage.ROW_MISMATCH, f"20 of {ANNE.vkey}"),
    ],
)
def test_a_cosignature_that_was_kept_is_held_against_its_own_checkpoint(tables, changed, damage, where):
    log = tables(20, kept=(10,))
    line = cosigned(checkpoint(entries(20)), ANNE)[len(checkpoint(entries(20))) :]
    log.change("INSERT INTO log_cosignatures VALUES (20, ?, ?, '2026-01-02T03:04:05.000006Z')", ANNE.vkey, line)
    log.change("UPDATE log_entries SET organisation = 'x' WHERE idx = 9")
    log.change(f"UPDATE log_cosignatures SET {changed}")
    report = verify_database(log.path, log_vkey=LOG.vkey)
    found = [(finding.damage, finding.index, finding.where) for finding in report.findings]
    assert found == [(Damage.ROW_MISMATCH, 9, "entry 9"), (damage, None, f"log_cosignatures size {where}")]


def test_what_was_refused_is_held_against_its_digest_where_it_is_kept_whole(tables):
    log = tables(20)
    for number, note, digest in ((1, b"short", sha256(b"short")), (2, b"x" * 65_535, sha256(b"x" * 65_536))):
        log.change("INSERT INTO log_quarantine VALUES (?, NULL, 'unreadable', ?, ?, 'then')", number,
                   digest.hexdigest(), note)  # fmt: skip
    assert verify_database(log.path, log_vkey=LOG.vkey).ok
    log.change("UPDATE log_quarantine SET note = CAST('shorT' AS BLOB) WHERE id = 1")
    first = verify_database(log.path, log_vkey=LOG.vkey).first
    assert (first.damage, first.where) == (Damage.ROW_MISMATCH, "log_quarantine 1")


def test_the_shell_asks_for_witnesses(log, capsys):
    asked = [str(log.path), "--log-vkey", LOG.vkey, "--witness", ANNE.vkey]
    assert main(asked) == 0
    assert main([*asked, "--witness", EVE.vkey]) == 1
    assert "not_witnessed" in capsys.readouterr().out
    assert main([*asked, "--witness", EVE.vkey, "--quorum", "1"]) == 0
