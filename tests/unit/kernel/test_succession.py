"""Who signs for a source, from which number on, is said by those who hold its keys and by nobody else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from services.kernel.signing.note import NoteInvalid, Signer, Verifier
from services.kernel.signing.succession import Believed, Succession, agreement, statement, successor, type_of

NAME = "log.example/auth"
FIRST, SECOND, THIRD = (Signer(NAME, bytes([n]) * 32) for n in (1, 2, 3))
PINNED = Succession.begun("/auth", FIRST.verifier.vkey)


def hand_over(number: int, old: Signer, new: Signer, by: Signer | None = None, **differing: Any) -> bytes:
    data = {"old": old.verifier.vkey, "vkey": new.verifier.vkey, "proof": agreement("/auth", old.verifier, new)}
    said = {"sequence": str(number), "type": type_of("/auth"), "source": "/auth", "data": data} | differing
    return (by or old).sign(json.dumps(said).encode() + b"\n")


def test_a_key_holds_up_to_its_hand_over_and_the_next_one_from_there() -> None:
    both = PINNED.after(hand_over(5, FIRST, SECOND)).after(hand_over(9, SECOND, THIRD))
    held = [both.holder(number).verifier for number in (1, 5, 6, 9, 10, 10**12)]
    assert held == [signer.verifier for signer in (FIRST, FIRST, SECOND, SECOND, THIRD, THIRD)]
    assert PINNED.holder(10**12).verifier == FIRST.verifier


def test_the_proof_names_log_source_and_both_keys() -> None:
    assert statement("/auth", FIRST.verifier, SECOND.verifier).decode().split("\n") == [
        "crisisconnect.nl/signing-key-hand-over/v1",
        "log.example",
        "/auth",
        FIRST.verifier.vkey,
        SECOND.verifier.vkey,
        "",
    ]


@pytest.mark.parametrize(
    "note",
    [
        hand_over(5, FIRST, SECOND, by=THIRD),
        hand_over(5, SECOND, THIRD),
        hand_over(5, FIRST, SECOND, by=SECOND),
        hand_over(5, FIRST, SECOND, type="nl.crisisconnect.auth.SignedIn.v1"),
        hand_over(5, FIRST, SECOND, source="/org"),
        hand_over(0, FIRST, SECOND),
        hand_over(5, FIRST, FIRST),
        hand_over(5, FIRST, SECOND, sequence="five"),
        hand_over(5, FIRST, SECOND, data=[]),
        hand_over(5, FIRST, SECOND, data={}),
        hand_over(5, FIRST, SECOND, data=None),
        FIRST.sign(b"[]\n"),
        FIRST.sign(b"not json\n"),
        b"",
    ],
)
def test_nobody_else_names_a_successor(note: bytes) -> None:
    with pytest.raises(NoteInvalid):
        PINNED.after(note)


def agreed(**differing: Any) -> dict[str, Any]:
    proof = agreement("/auth", FIRST.verifier, SECOND)
    return {"old": FIRST.verifier.vkey, "vkey": SECOND.verifier.vkey, "proof": proof} | differing


@pytest.mark.parametrize(
    "data",
    [
        agreed(proof=agreement("/auth", THIRD.verifier, SECOND)),
        agreed(proof=agreement("/org", FIRST.verifier, SECOND)),
        agreed(proof=agreement("/auth", FIRST.verifier, THIRD)),
        agreed(proof=agreed()["proof"].rstrip("=")),
        agreed(proof=""),
        agreed(proof=7),
        agreed(proof="é"),
        agreed(vkey=THIRD.verifier.vkey),
        agreed(vkey=Signer("log.example/org", bytes(32)).verifier.vkey),
        agreed(vkey="nonsense"),
        agreed(vkey=SECOND.verifier.vkey + " "),
        agreed(old=THIRD.verifier.vkey),
        agreed(old=None),
        None,
        [],
        "data",
    ],
)
def test_nobody_is_named_who_did_not_agree_to_just_that(data: object) -> None:
    assert successor("/auth", FIRST.verifier, agreed()) == SECOND.verifier
    with pytest.raises(NoteInvalid):
        successor("/auth", FIRST.verifier, data)


def test_a_key_that_went_does_not_come_back() -> None:
    second = PINNED.after(hand_over(5, FIRST, SECOND))
    with pytest.raises(NoteInvalid, match="come back"):
        second.after(hand_over(9, SECOND, FIRST))
    with pytest.raises(NoteInvalid):
        second.after(hand_over(9, FIRST, THIRD))
    with pytest.raises(NoteInvalid, match="not hold"):
        second.then(4, THIRD.verifier.vkey)


def test_whoever_reads_much_knows_as_much_as_was_heard() -> None:
    believed = Believed({"/auth": Verifier.parse(FIRST.verifier.vkey)})
    old, new = FIRST.sign(b"text\n"), SECOND.sign(b"text\n")
    believed.check("/auth", 6, old)
    assert not believed.knows("/auth", new)
    believed.take(hand_over(5, FIRST, SECOND))
    assert (believed.count, believed.knows("/auth", new)) == (1, True)
    believed.check("/auth", 5, old)
    believed.check("/auth", 6, new)
    for number, note in ((6, old), (5, new)):
        with pytest.raises(NoteInvalid):
            believed.check("/auth", number, note)
    with pytest.raises(NoteInvalid):
        believed.take(hand_over(9, SECOND, THIRD, source="/nobody"))
