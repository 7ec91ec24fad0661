"""A cosignature is the bytes that C2SP says, and two implementations that share no code agree on them."""

from __future__ import annotations

import base64

import pytest
from nacl.signing import SigningKey

from crisisconnect.witness.key import CosignerKey
from services.audit.ledger.checkpoint import sign
from services.audit.witnessing.cosignature import WitnessKey, verified
from services.kernel.signing.note import NoteInvalid
from services.reader.note import cosigned_at, parse, parse_vkey, verified as read_verified
from tests.examples.log import Sources

SEED = bytes(range(32))
WITNESS = CosignerKey("witness.example/w1", SEED)
KEY = WitnessKey.parse(WITNESS.vkey)
HEAD = sign(Sources.made().log, 7, bytes(32))
TEXT = HEAD.note[: HEAD.note.index(b"\n\n") + 1]
LINE = WITNESS.line(TEXT, 1_700_000_000)


def by_hand(at: int, text: bytes = TEXT) -> bytes:
    signature = SigningKey(SEED).sign(b"cosignature/v1\ntime " + str(at).encode() + b"\n" + text).signature
    return base64.b64encode(parse_vkey(WITNESS.vkey).key_id + at.to_bytes(8, "big") + signature)


def test_the_line_is_what_the_format_says():
    assert "— witness.example/w1 ".encode() + by_hand(1_700_000_000) + b"\n" == LINE
    assert len(base64.b64decode(LINE.split()[-1])) == 4 + 8 + 64


def test_both_readings_of_a_verifier_key_agree():
    assert (KEY.name, KEY.id, KEY.public) == (
        parse_vkey(WITNESS.vkey).name,
        parse_vkey(WITNESS.vkey).key_id,
        parse_vkey(WITNESS.vkey).public_key,
    )


def test_the_reader_believes_a_checkpoint_with_the_line_below_it():
    note = parse(HEAD.note + verified(LINE, KEY, HEAD.note))

    assert [key.name for key in read_verified(note, [parse_vkey(WITNESS.vkey)])] == ["witness.example/w1"]
    assert cosigned_at(note.signatures[1]) == 1_700_000_000


def test_lines_of_strangers_are_left_out():
    stranger = CosignerKey("other.example", bytes(32)).line(TEXT, 1)

    assert verified(stranger + LINE, KEY, HEAD.note) == LINE


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\n",
        b"<html>",
        LINE[:-1],
        LINE.replace(b" witness", b"  witness"),
        WITNESS.line(TEXT + b"x\n", 1_700_000_000),
        CosignerKey("witness.example/w1", bytes(32)).line(TEXT, 1),
        "— witness.example/w1 ".encode() + by_hand(1 << 63) + b"\n",
        "— witness.example/w1 ".encode() + by_hand(5)[:-4] + b"\n",
        "— witness.example/w1 not-base64\n".encode(),
        LINE * 17,
    ],
)
def test_nothing_else_is_a_cosignature(answer):
    with pytest.raises(NoteInvalid):
        verified(answer, KEY, HEAD.note)


def test_a_timestamp_cannot_be_moved():
    blob = bytearray(base64.b64decode(LINE.split()[-1]))
    blob[11] ^= 1

    with pytest.raises(NoteInvalid):
        verified("— witness.example/w1 ".encode() + base64.b64encode(bytes(blob)) + b"\n", KEY, HEAD.note)
