"""A source's later keys count through hand-overs alone: each is checked, and whatever is wrong with one is named."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from services.reader import Damage, Report, verify_directory
from tests.unit.reader.tinylog import KEYS, LOG, ORIGIN, PINS, SOURCES, Files, Signer

AUTH = [KEYS["/auth"], *(Signer(KEYS["/auth"].name, seed=seed) for seed in (b"second", b"third"))]
ORG = [KEYS["/org"], Signer(KEYS["/org"].name, seed=b"second")]
AUDIT = [KEYS["/audit"], Signer(KEYS["/audit"].name, seed=b"second")]
THIEF = Signer(KEYS["/auth"].name, seed=b"thief")


def said(source: str, number: int, by: Signer, name: str = "Happened", data: object = None) -> bytes:
    line = {
        "sequence": str(number), "specversion": "1.0", "id": f"{source}-{number}", "source": source,
        "type": f"nl.crisisconnect.{source[1:]}.{name}.v1", "subject": "thing/1",
        "time": "2026-01-02T03:04:05.000006Z", "correlationid": "c1", "data": data or {},
    }  # fmt: skip
    return by.sign(json.dumps(line, separators=(",", ":")).encode() + b"\n")


def agreed(source: str, old: Signer, new: Signer) -> str:
    text = f"crisisconnect.nl/signing-key-hand-over/v1\n{ORIGIN}\n{source}\n{old.vkey}\n{new.vkey}\n"
    return base64.b64encode(new.key.sign(text.encode()).signature).decode()


def handed(
    source: str, number: int, old: Signer, new: Signer, *, by: Signer | None = None, **differing: object
) -> bytes:
    data = {"old": old.vkey, "vkey": new.vkey, "proof": agreed(source, old, new)} | differing
    return said(source, number, by or old, "SigningKeyHandedOver", data)


def held(size: int = 620) -> list[bytes]:
    """Four registrations; audit hands over at once, org at 50, auth at 100 and at 250; the rest is auth's."""
    made = [
        said("/audit", n, KEYS["/audit"], "KeyRegistered", {"source": source, "vkey": KEYS[source].vkey})
        for n, source in enumerate(SOURCES, 1)
    ]
    made += [handed("/audit", 5, *AUDIT), said("/audit", 6, AUDIT[1])]
    made += [said("/org", n, ORG[0]) for n in range(1, 50)]
    made += [handed("/org", 50, *ORG), said("/org", 51, ORG[1])]
    for number in range(1, size - len(made) + 1):
        if number in (100, 250):
            made.append(handed("/auth", number, *(AUTH[:2] if number == 100 else AUTH[1:])))
        else:
            made.append(said("/auth", number, AUTH[(number > 100) + (number > 250)]))
    return made


BEFORE = 4 + 2 + 51 - 1
"""Where auth's number n stands: at BEFORE + n."""
AT = BEFORE + 100


def verified(path: Path, entries: list[bytes], **more: int) -> Report:
    return verify_directory(Files(path, entries).path, log_vkey=LOG.vkey, pins=PINS, **more)  # type: ignore[arg-type]


def test_each_key_is_believed_for_its_own_numbers(tmp_path: Path) -> None:
    report = verified(tmp_path, held())
    assert (report.ok, report.sources["/auth"]) == (True, 620 - BEFORE - 1), report.text()
    without_pins = verify_directory(tmp_path, log_vkey=LOG.vkey)
    assert without_pins.ok


def put(*changed: tuple[int, bytes]) -> Callable[[], list[bytes]]:
    def make() -> list[bytes]:
        made = held()
        for number, entry in changed:
            made[BEFORE + number] = entry
        return made

    return make


def broken(entry: bytes) -> bytes:
    """The same, its signature one bit off."""
    head, _, line = entry.rpartition(b" ")
    blob = bytearray(base64.b64decode(line))
    blob[40] ^= 1
    return head + b" " + base64.b64encode(bytes(blob)) + b"\n"


WRONG: dict[str, tuple[Callable[[], list[bytes]], int, Damage, str]] = {
    "the old key signs the number after": (
        put((101, said("/auth", 101, AUTH[0]))), 101, Damage.KEY_UNKNOWN, "does not hold at number 101"),
    "the old key signs far beyond": (
        put((300, said("/auth", 300, AUTH[0]))), 300, Damage.KEY_UNKNOWN, "does not hold at number 300"),
    "the old key hands over again": (
        put((300, handed("/auth", 300, AUTH[0], THIEF))), 300, Damage.KEY_UNKNOWN, "does not hold at number 300"),
    "the new key signs the hand-over itself": (
        put((100, handed("/auth", 100, *AUTH[:2], by=AUTH[1]))), 100, Damage.KEY_UNKNOWN, "handed over to"),
    "the next key signs before its time": (
        put((200, said("/auth", 200, AUTH[2]))), 200, Damage.KEY_UNKNOWN, "handed over to"),
    "the new key signs without a hand-over": (
        put((100, said("/auth", 100, AUTH[0]))), 101, Damage.KEY_UNKNOWN, "handed over to"),
    "a stranger hands over": (
        put((100, handed("/auth", 100, AUTH[0], THIEF, by=THIEF))), 100, Damage.KEY_UNKNOWN, "handed over to"),
    "another source's key hands over": (
        put((100, handed("/auth", 100, *AUTH[:2], by=ORG[0]))), 100, Damage.KEY_UNKNOWN, "handed over to"),
    "the hand-over's signature fails": (
        put((100, broken(handed("/auth", 100, *AUTH[:2])))), 100, Damage.SIGNATURE_INVALID, "not signed by"),
    "the next key did not agree": (
        put((100, handed("/auth", 100, *AUTH[:2], proof=agreed("/auth", AUTH[0], THIEF)))), 100,
        Damage.HAND_OVER_INVALID, "did not agree"),
    "it agreed to follow another": (
        put((100, handed("/auth", 100, *AUTH[:2], proof=agreed("/auth", AUTH[2], AUTH[1])))), 100,
        Damage.HAND_OVER_INVALID, "did not agree"),
    "it agreed for another source": (
        put((100, handed("/auth", 100, *AUTH[:2], proof=agreed("/org", AUTH[0], AUTH[1])))), 100,
        Damage.HAND_OVER_INVALID, "did not agree"),
    "no proof": (put((100, handed("/auth", 100, *AUTH[:2], proof=None))), 100, Damage.HAND_OVER_INVALID, "hand over"),
    "an unreadable proof": (
        put((100, handed("/auth", 100, *AUTH[:2], proof="?"))), 100, Damage.HAND_OVER_INVALID, "unreadable"),
    "an unreadable key": (
        put((100, handed("/auth", 100, *AUTH[:2], vkey="x"))), 100, Damage.HAND_OVER_INVALID, "unreadable"),
    "a key of another name": (
        put((100, handed("/auth", 100, AUTH[0], ORG[1]))), 100, Damage.HAND_OVER_INVALID, "named"),
    "a witness's kind of key": (
        put((100, handed("/auth", 100, AUTH[0], Signer(AUTH[0].name, 4)))), 100, Damage.HAND_OVER_INVALID, "Ed25519"),
    "the key of another is handed over": (
        put((100, handed("/auth", 100, AUTH[2], AUTH[1], by=AUTH[0]))), 100, Damage.HAND_OVER_INVALID, "hand over"),
    "no data": (
        put((100, said("/auth", 100, AUTH[0], "SigningKeyHandedOver", ["a"]))), 100,
        Damage.HAND_OVER_INVALID, "hand over"),
    "back to the first key": (
        put((250, handed("/auth", 250, AUTH[1], AUTH[0]))), 250, Damage.HAND_OVER_INVALID, "come back"),
    "to itself": (put((100, handed("/auth", 100, AUTH[0], AUTH[0]))), 100, Damage.HAND_OVER_INVALID, "come back"),
    "one hand-over twice": (
        put((101, handed("/auth", 100, *AUTH[:2]))), 101, Damage.NUMBER_DOUBLED, "again"),
    "two under one number": (
        put((101, handed("/auth", 100, AUTH[0], THIEF))), 101, Damage.HAND_OVER_INVALID, "from there on"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_with_a_key_is_named_where_it_is(tmp_path: Path, case: str) -> None:
    make, number, damage, words = WRONG[case]
    first = verified(tmp_path, make()).first
    assert first is not None
    assert (first.index, first.damage, first.source) == (BEFORE + number, damage, "/auth"), first
    assert words in first.detail


@pytest.mark.searching
def test_a_hand_over_that_is_gone_or_changed_is_the_first_damage(tmp_path: Path) -> None:
    log, entries = Files(tmp_path, held()), held()
    chance = random.Random(7)
    for _ in range(80):
        changed = bytearray(entries[AT])
        bit = chance.randrange(8 * len(changed))
        changed[bit // 8] ^= 1 << bit % 8
        log.bundles([*entries[:AT], bytes(changed), *entries[AT + 1 :]])
        first = verify_directory(tmp_path, log_vkey=LOG.vkey, pins=PINS).first
        assert first is not None, bit
        assert (first.index, first.damage) == (AT, Damage.ENTRY_CHANGED), (bit, first)
