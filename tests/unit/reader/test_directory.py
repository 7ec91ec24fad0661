"""A sound directory verifies at every size, and whatever is done to it is named."""

from __future__ import annotations

import random
from hashlib import sha256

import pytest

from services.reader import Damage, Unusable, verify_directory
from services.reader.__main__ import main
from tests.unit.reader.tinylog import KEYS, LOG, PINS, Files, Signer, checkpoint, entries, event, mth


def verify(log: Files, **more):
    return verify_directory(log.path, log_vkey=LOG.vkey, pins=PINS, **more)


def first(log: Files, **more):
    report = verify(log, **more)
    assert not report.ok
    assert report.exit_code == 1
    return report.first.damage, report.first.index


def start_of(held: list[bytes], index: int) -> int:
    """The offset of an entry's bytes within its bundle."""
    return sum(2 + len(entry) for entry in held[index - index % 256 : index]) + 2


@pytest.mark.parametrize("size", [0, 1, 2, 255, 256, 257, 600])
def test_a_sound_log_is_sound(files, size):
    report = verify(files(size))
    assert report.ok, report.text()
    assert report.exit_code == 0
    assert (report.size, report.root) == (
        size,
        mth([sha256(b"\0" + entry).digest() for entry in entries(size)]),
    )
    assert sum(report.sources.values()) == size


def test_the_key_beside_the_log_is_said_to_prove_less(files):
    report = verify_directory(files(5).path)
    assert report.ok
    assert not report.key_given


def test_partial_tiles_of_earlier_sizes_may_stay_or_go(files):
    log = files(257)
    log.put("tile/0/000.p/9", (log.path / "tile/0/000").read_bytes()[: 9 * 32])
    raw = (log.path / "tile/entries/000").read_bytes()
    log.put("tile/entries/000.p/9", raw[: start_of(entries(10), 9) - 2])
    assert verify(log).ok
    log.flip("tile/0/000.p/9", 4 * 256)
    assert first(log) == (Damage.TILE_CHANGED, 4)
    log.flip("tile/0/000.p/9", 4 * 256)
    log.flip("tile/entries/000.p/9", 8 * start_of(entries(10), 7))
    assert first(log) == (Damage.ENTRY_CHANGED, 7)


@pytest.mark.parametrize("size", [0, 5, 255, 300, 599])
def test_a_log_that_has_grown_is_verified_up_to_its_checkpoint(files, size):
    log = files(600)
    grown = (log.path / "tile/0/002.p/88").read_bytes()
    log.put("tile/0/002", grown + bytes(8192 - len(grown)))
    log.put("tile/entries/002", (log.path / "tile/entries/002.p/88").read_bytes())
    log.put("tile/1/000.p/1", (log.path / "tile/1/000.p/2").read_bytes()[:32])
    log.put("checkpoint", checkpoint(entries(size)))
    report = verify(log)
    assert report.ok, report.text()
    assert report.size == size


@pytest.mark.searching
@pytest.mark.parametrize("index", [0, 4, 255, 256, 511, 599])
def test_one_bit_anywhere_in_an_entry_is_named(files, index):
    held, log = entries(600), files(600)
    chance = random.Random(index)
    bundle = f"tile/entries/{index // 256:03}" + (".p/88" if index >= 512 else "")
    for _ in range(6):
        bit = 8 * start_of(held, index) + chance.randrange(8 * len(held[index]))
        log.flip(bundle, bit)
        assert first(log) == (Damage.ENTRY_CHANGED, index)
        log.flip(bundle, bit)


@pytest.mark.parametrize(
    ("tile", "index"),
    [("0/000", 0), ("0/000", 255), ("0/001", 256), ("0/002.p/88", 599), ("1/000.p/2", 0), ("1/000.p/2", 256)],
)
def test_one_bit_in_a_tile_is_named(files, tile, index):
    log = files(600)
    position = index % 256 if tile.startswith("0") else index // 256
    log.flip(f"tile/{tile}", position * 256 + 77)
    assert first(log) == (Damage.TILE_CHANGED, index)
    assert verify(log).damaged == 1


def test_one_bit_anywhere_in_the_checkpoint_is_named(files):
    log = files(257)
    for bit in range(0, 8 * len(checkpoint(entries(257))), 7):
        log.flip("checkpoint", bit)
        assert first(log) == (Damage.CHECKPOINT_INVALID, None)
        log.flip("checkpoint", bit)
    assert verify(log).ok


def test_damage_to_entry_and_tile_together_is_named_for_each(files):
    held, log = entries(600), files(600)
    log.flip("tile/entries/000", 8 * start_of(held, 40) + 300)
    log.flip("tile/0/001", (300 - 256) * 256)
    named = [(finding.damage, finding.index) for finding in verify(log).findings]
    assert named == [(Damage.ENTRY_CHANGED, 40), (Damage.TILE_CHANGED, 300), (Damage.ROOT_MISMATCH, None)]


def test_a_dropped_entry_leaves_a_number_missing(files):
    held, log = entries(600), files(600)
    log.bundles(held[:50] + held[51:])
    assert first(log) == (Damage.ENTRY_CHANGED, 50)


def test_an_entry_dropped_with_its_hash_leaves_a_number_missing(files):
    held = entries(600)
    log = files(held[:50] + held[51:])
    assert first(log) == (Damage.NUMBER_MISSING, 52)
    assert verify(log).damaged == 1


@pytest.mark.parametrize("other", [53, 51])
def test_two_swapped_entries_are_named(files, other):
    held, log = entries(600), files(600)
    held[50], held[other] = held[other], held[50]
    log.bundles(held)
    expected = Damage.NUMBER_MISSING if other == 53 else Damage.ENTRY_CHANGED
    assert first(log) == (expected, 50)


def test_a_doubled_entry_is_named(files):
    held, log = entries(600), files(600)
    log.bundles([*held[:51], held[50], *held[51:599]])
    assert first(log) == (Damage.NUMBER_DOUBLED, 51)


@pytest.mark.parametrize(("kept", "size"), [(599, 600), (512, 600), (255, 256), (0, 1), (100, 600)])
def test_a_log_cut_short_is_named_where_it_ends(files, kept, size):
    log = files(size)
    log.bundles(entries(size)[:kept])
    (log.path / "tile/entries/002.p/88").unlink(missing_ok=True)
    last = log.path / f"tile/entries/{kept // 256:03}.p/{kept % 256}"
    if last.exists():
        wanted = min(256, size - kept // 256 * 256)
        log.put(f"tile/entries/{kept // 256:03}" + (f".p/{wanted}" if wanted < 256 else ""), last.read_bytes())
    assert first(log) == (Damage.TRUNCATED, kept)


def test_what_is_wrong_just_before_the_log_ends_is_named_first(files):
    held, log = entries(600), files(600)
    log.bundles([*held[:514], forged(held[514]), *held[515:520]])
    (log.path / "tile/entries/002.p/8").rename(log.path / "tile/entries/002.p/88")
    (log.path / "tile/0/002.p/88").unlink()
    named = [(finding.damage, finding.index) for finding in verify(log).findings]
    assert named == [(Damage.TILE_MISSING, 512), (Damage.SIGNATURE_INVALID, 514), (Damage.TRUNCATED, 520)]


def test_a_checkpoint_for_more_than_there_is_ends_at_the_end(files):
    log = files(257)
    log.put("checkpoint", LOG.sign(b"log.example/crisis\n%d\n" % 10**18 + b"A" * 43 + b"=\n"))
    assert Damage.TRUNCATED in {finding.damage for finding in verify(log).findings}


def test_a_missing_bundle_in_the_middle_is_named_once(files):
    log = files(600)
    (log.path / "tile/entries/001").unlink()
    report = verify(log)
    assert (report.first.damage, report.first.index) == (Damage.ENTRY_MISSING, 256)
    assert report.root is None


@pytest.mark.parametrize(("tile", "index"), [("0/001", 256), ("1/000.p/2", 0), ("0/002.p/88", 512)])
def test_a_missing_tile_is_named(files, tile, index):
    log = files(600)
    (log.path / "tile" / tile).unlink()
    assert first(log) == (Damage.TILE_MISSING, index)


def test_a_tile_too_long_or_short_is_named(files):
    log = files(600)
    raw = (log.path / "tile/0/001").read_bytes()
    for bad in (raw + b"x", raw[:-1]):
        log.put("tile/0/001", bad)
        assert first(log) == (Damage.TILE_CHANGED, 511)


def test_bytes_after_the_last_entry_are_named(files):
    log = files(5)
    log.put("tile/entries/000.p/5", (log.path / "tile/entries/000.p/5").read_bytes() + b"\0\0")
    assert first(log) == (Damage.ENTRY_SURPLUS, 4)


def rewritten(held: list[bytes], index: int, entry: bytes) -> list[bytes]:
    return [*held[:index], entry, *held[index + 1 :]]


def forged(entry: bytes) -> bytes:
    text, _, line = entry.rpartition(b"\n\n")
    return text.replace(b'"n":"', b'"n":"9') + b"\n\n" + line


def test_what_the_log_itself_wrote_wrong_is_named(files):
    held = entries(20)
    cases = {
        Damage.SIGNATURE_INVALID: forged(held[10]),
        Damage.ENTRY_UNREADABLE: b"not a note",
        Damage.NUMBER_MISSING: event("/auth", 99, "Happened", "new", {}),
        Damage.NUMBER_DOUBLED: event("/auth", 1, "Happened", "new", {}),
        Damage.EVENT_DOUBLED: event("/auth", 3, "Happened", "id-6", {}),
    }
    for damage, entry in cases.items():
        log = files(rewritten(held, 10, entry))
        assert first(log) == (damage, 10)
        assert verify(log).first.source in ("/auth", None)


def test_a_source_cannot_write_as_another(files):
    held = entries(20)
    as_org = KEYS["/org"].sign(held[10].split(b"\n\n")[0] + b"\n")
    assert first(files(rewritten(held, 10, as_org))) == (Damage.KEY_UNKNOWN, 10)
    typed = event("/auth", 3, "Happened", "new", {}, type="nl.crisisconnect.org.Happened.v1")
    assert first(files(rewritten(held, 10, typed))) == (Damage.ENTRY_UNREADABLE, 10)


def test_a_source_nobody_registered_is_unknown(files):
    held = entries(20)
    assert first(files([held[0], *held[2:4], *held[4:]]))[0] is Damage.NUMBER_MISSING
    stranger = event("/auth", 1, "Happened", "early", {})
    assert first(files([held[0], stranger])) == (Damage.KEY_UNKNOWN, 1)


def test_only_the_pinned_key_is_taken(files):
    log = files(20)
    another = {**PINS, "/auth": Signer(KEYS["/auth"].name, seed=b"another").vkey}
    report = verify_directory(log.path, log_vkey=LOG.vkey, pins=another)
    assert (report.first.damage, report.first.index) == (Damage.KEY_UNKNOWN, 1)
    two = {"auth": PINS["/auth"], "audit": PINS["/audit"]}
    report = verify_directory(log.path, log_vkey=LOG.vkey, pins=two)
    assert (report.first.damage, report.first.index) == (Damage.KEY_UNKNOWN, 2)


def test_a_second_key_for_a_source_is_not_taken(files):
    second = Signer(KEYS["/auth"].name, seed=b"another").vkey
    late = event("/audit", 5, "KeyRegistered", "late", {"source": "/auth", "vkey": second})
    report = verify_directory(files([*entries(20), late]).path, log_vkey=LOG.vkey)
    assert (report.first.damage, report.first.index) == (Damage.KEY_UNKNOWN, 20)


def test_entries_rewritten_with_their_tiles_still_miss_the_signed_root(files):
    held = entries(20)
    log = files(rewritten(held, 10, event("/auth", 3, "Happened", "new", {})))
    log.put("checkpoint", checkpoint(held))
    assert first(log) == (Damage.ROOT_MISMATCH, None)


@pytest.mark.parametrize("old", [0, 1, 10, 255, 256, 300, 511, 512, 600])
def test_an_earlier_checkpoint_is_contained(files, old):
    assert verify(files(600), since=checkpoint(entries(600), old).decode()).ok


@pytest.mark.parametrize("old", [11, 256, 300])
def test_another_history_is_a_fork(files, old):
    held = rewritten(entries(300), 10, event("/auth", 3, "Happened", "new", {}))
    assert first(files(held), since=checkpoint(entries(300), old)) == (Damage.FORK, None)
    assert verify(files(held), since=checkpoint(entries(300), 10)).ok


def test_a_log_shorter_than_it_was_is_truncated(files):
    assert first(files(256), since=checkpoint(entries(257))) == (Damage.TRUNCATED, 256)


def test_what_cannot_be_verified_is_unusable(files, tmp_path):
    log = files(5)
    with pytest.raises(Unusable, match="earlier checkpoint"):
        verify(log, since=Signer("log.example/crisis2").sign(b"log.example/crisis\n0\n" + b"A" * 43 + b"=\n"))
    with pytest.raises(Unusable, match="verifier key"):
        verify_directory(log.path, log_vkey="nonsense")
    (log.path / "log.vkey").unlink()
    with pytest.raises(Unusable, match=r"log\.vkey"):
        verify_directory(log.path)
    (log.path / "checkpoint").unlink()
    with pytest.raises(Unusable, match="checkpoint"):
        verify(log)
    with pytest.raises(Unusable, match="no such"):
        verify_directory(tmp_path / "nowhere")


def test_the_shell_sees_0_1_and_2(files, capsys):
    log = files(5)
    assert main([str(log.path)]) == 0
    assert main([str(log.path), "--log-vkey", LOG.vkey, "--pin", f"/audit={PINS['/audit']}"]) == 1
    assert "key_unknown at index 1 of /audit" in capsys.readouterr().out
    assert main([str(log.path / "nowhere"), "--log-vkey", LOG.vkey]) == 2
