"""Notes, checkpoints, tiles and receipts are read as C2SP writes them, and no other spelling is."""

from __future__ import annotations

import base64
from hashlib import sha256

import pytest

from services.reader import note, tiles
from services.reader.checkpoint import parse_checkpoint
from services.reader.note import Malformed, Untrusted
from services.reader.proof import Unproven, parse_proof, verify_proof
from tests.unit.reader.tinylog import LOG, ORIGIN, Signer, checkpoint, entries, inclusion

TEXT = b"a text\nof two lines\n"
WITNESS = Signer("witness.example", 4)
STAMP = (1_700_000_000).to_bytes(8, "big")


def cosign(text: bytes) -> bytes:
    return WITNESS.line(text, b"cosignature/v1\ntime 1700000000\n", STAMP)


def test_a_note_of_the_go_documentation_is_verified():
    key = note.parse_vkey("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    text = b"If you think cryptography is the answer to your problem,\n"
    text += b"then you don't know what your problem is.\n"
    blob = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
    line = f"— PeterNeumann {blob}\n"
    assert note.verified(note.parse(text + b"\n" + line.encode()), [key]) == (key,)


def test_a_text_ends_at_the_last_empty_line():
    text = b"one\n\ntwo\n"
    assert note.parse(LOG.sign(text)).text == text


def test_an_unknown_signature_counts_for_nothing():
    opened = note.parse(LOG.sign(TEXT) + Signer("stranger").line(TEXT))
    assert note.verified(opened, [note.parse_vkey(LOG.vkey)])
    with pytest.raises(Untrusted, match="no known key"):
        note.verified(opened, [note.parse_vkey(Signer("nobody").vkey)])


def test_one_failing_signature_of_a_known_key_rejects_the_note():
    opened = note.parse(LOG.sign(TEXT) + Signer("other").line(b"another text\n"))
    with pytest.raises(Untrusted, match="other fails"):
        note.verified(opened, [note.parse_vkey(LOG.vkey), note.parse_vkey(Signer("other").vkey)])


@pytest.mark.parametrize(
    "bad",
    [
        TEXT,
        TEXT + b"\n",
        LOG.sign(TEXT)[:-1],
        LOG.sign(TEXT).replace("—".encode(), b"-"),
        LOG.sign(TEXT).replace(b"a text", b"a\ttext"),
        LOG.sign(TEXT).replace(b"a text", b"a\xfftext"),
        LOG.sign(TEXT).replace(ORIGIN.encode(), b"a+b"),
        LOG.sign(TEXT) * 1 + LOG.line(TEXT) * 100,
        LOG.sign(TEXT)[:-2] + b"\n",
    ],
)
def test_a_note_with_another_shape_is_refused(bad):
    with pytest.raises(Malformed):
        note.parse(bad)


def test_base64_has_one_spelling():
    assert note.strict_base64("AA==") == b"\x00"
    for bad in ("AB==", "AA", "AA=", " AA==", "AA==\n", "_w==", "ÄA=="):
        with pytest.raises(Malformed):
            note.strict_base64(bad)


def test_a_key_whose_id_does_not_fit_is_refused():
    name, key_id, key = LOG.vkey.split("+", 2)
    for bad in (f"x{LOG.vkey}", f"{name}+{key_id[::-1]}+{key}", f"{name}+{key}", f"a b+{key_id}+{key}", ""):
        with pytest.raises(Malformed):
            note.parse_vkey(bad)


def test_a_cosignature_states_its_moment_and_binds_it():
    opened = note.parse(LOG.sign(TEXT) + cosign(TEXT))
    keys = [note.parse_vkey(LOG.vkey), note.parse_vkey(WITNESS.vkey)]
    assert len(note.verified(opened, keys)) == 2
    assert note.cosigned_at(opened.signatures[1]) == 1_700_000_000
    later = WITNESS.line(TEXT, b"cosignature/v1\ntime 1700000001\n", STAMP)
    with pytest.raises(Untrusted):
        note.verified(note.parse(LOG.sign(TEXT) + later), keys)


def test_a_checkpoint_is_origin_size_and_root():
    read = parse_checkpoint(checkpoint(entries(5)))
    assert (read.origin, read.size, len(read.root)) == (ORIGIN, 5, 32)
    root = base64.b64encode(read.root).decode()
    for bad in (
        f"{ORIGIN}\n05\n{root}\n",
        f"{ORIGIN}\n+5\n{root}\n",
        f"{ORIGIN}\n5\nAAAA\n",
        f"{ORIGIN}\n5\n",
    ):
        with pytest.raises(Malformed):
            parse_checkpoint(LOG.sign(bad.encode()))


def test_tiles_lie_where_c2sp_says():
    assert tiles.tile_path(0, 0) == "tile/0/000"
    assert tiles.tile_path(2, 1_234_067) == "tile/2/x001/x234/067"
    assert tiles.tile_path(1, 273, 112) == "tile/1/273.p/112"
    assert tiles.entries_path(1000, 1) == "tile/entries/x001/000.p/1"
    assert list(tiles.blocks(70_000))[-1] == (273, 112)
    assert list(tiles.blocks(512)) == [(0, 256), (1, 256)]
    assert list(tiles.blocks(0)) == []


def receipt(held: list[bytes], index: int, signed: bytes) -> bytes:
    path = inclusion(index, [sha256(b"\x00" + entry).digest() for entry in held])
    lines = ["c2sp.org/tlog-proof@v1", f"index {index}", *(base64.b64encode(node).decode() for node in path)]
    return "\n".join(lines).encode() + b"\n\n" + signed


@pytest.mark.parametrize(("size", "index"), [(1, 0), (7, 6), (257, 3), (257, 256)])
def test_a_receipt_proves_its_entry_and_no_other(size, index):
    held = entries(size)
    log = note.parse_vkey(LOG.vkey)
    proof = parse_proof(receipt(held, index, checkpoint(held)))
    assert verify_proof(held[index], proof, log=log).size == size
    with pytest.raises(Unproven):
        verify_proof(held[index] + b"x", proof, log=log)


def test_a_receipt_counts_its_witnesses():
    held = entries(7)
    text = parse_checkpoint(checkpoint(held)).note.text
    keys = {"log": note.parse_vkey(LOG.vkey), "witnesses": [note.parse_vkey(WITNESS.vkey)]}
    with_witness = parse_proof(receipt(held, 2, checkpoint(held) + cosign(text)))
    assert verify_proof(held[2], with_witness, **keys, quorum=1)
    with pytest.raises(Unproven, match="0 of 1"):
        verify_proof(held[2], parse_proof(receipt(held, 2, checkpoint(held))), **keys, quorum=1)


def test_a_receipt_of_another_shape_is_refused():
    good = receipt(entries(7), 2, checkpoint(entries(7)))
    assert parse_proof(good.replace(b"index", b"extra AAAA\nindex", 1)).extra == b"\0\0\0"
    for old, new in ((b"@v1", b"@v2"), (b"index 2", b"index 02"), (b"index 2\n", b""), (b"\n\n", b"\n")):
        with pytest.raises(Malformed):
            parse_proof(good.replace(old, new, 1))
