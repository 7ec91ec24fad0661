"""A bundle proves one organisation's entries with nothing else at hand, and names whatever was done to it."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from crisisconnect import log_bundle
from services.reader import BundleReport, Damage, Unusable, verify_bundle
from services.reader.__main__ import main
from services.reader.checkpoint import parse_checkpoint
from services.reader.note import parse_vkey
from services.reader.proof import parse_proof, verify_proof
from tests.examples.log import Sources, event_id, seed
from tests.interop.written import LOG_VKEY, SOURCES, Written, notes

SIZE = 700
MINE = event_id("organisation", 3)
OTHERS = [event_id("organisation", n) for n in range(7) if n != 3]


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Written:
    return Written.of(tmp_path_factory.mktemp("log"), SIZE)


@pytest.fixture(scope="module")
def pristine(log: Written, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("bundle") / "bundle"
    log_bundle.write(log.engine, log.vkey, MINE, made)
    return made


@pytest.fixture
def bundle(pristine: Path, tmp_path: Path) -> Path:
    """One to damage."""
    return Path(shutil.copytree(pristine, tmp_path / "bundle"))


def judged(bundle: Path) -> BundleReport:
    return verify_bundle(bundle, log_vkey=LOG_VKEY, pins=SOURCES.pins)


def contents(bundle: Path) -> dict[str, bytes]:
    return {str(path.relative_to(bundle)): path.read_bytes() for path in bundle.rglob("*") if path.is_file()}


def own_indices(bundle: Path) -> list[int]:
    return [line["index"] for line in json.loads((bundle / "manifest.json").read_bytes())["entries"]][4:]


def relisted(bundle: Path) -> None:
    """The manifest made to fit whatever the files are now, as a careful forger would."""
    said = json.loads((bundle / "manifest.json").read_bytes())
    indices = sorted(int(path.name) for path in (bundle / "entries").iterdir())
    hashes = ((i, _hash(bundle / f"entries/{i}"), _hash(bundle / f"proofs/{i}.tlog-proof")) for i in indices)
    lines = [f'{{"index":{i},"entry":"{entry}","proof":"{proof}"}}' for i, entry, proof in hashes]
    said |= {"checkpoint": _hash(bundle / "checkpoint"), "log.vkey": _hash(bundle / "log.vkey"), "entries": []}
    del said["count"]
    opening = json.dumps(said, separators=(",", ":"))[:-2]
    (bundle / "manifest.json").write_text(opening + "\n" + ",\n".join(lines) + f'\n],"count":{len(lines)}}}\n')


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_it_holds_exactly_that_organisations_entries_and_every_one_is_proved(log: Written, pristine: Path) -> None:
    expected = {i: note for i, note in enumerate(notes(SIZE)) if MINE.encode() in note or i < 4}
    assert {int(path.name): path.read_bytes() for path in (pristine / "entries").iterdir()} == expected
    report = judged(pristine)
    assert report.ok, report.text()
    assert (sum(report.sources.values()), report.registrations, report.size) == (len(expected) - 4, 4, SIZE)
    assert "not shown: that no entry was left out" in report.text()


def test_every_proof_is_one_that_stands_on_its_own(pristine: Path) -> None:
    for index in own_indices(pristine):
        receipt = parse_proof((pristine / f"proofs/{index}.tlog-proof").read_bytes())
        verify_proof((pristine / f"entries/{index}").read_bytes(), receipt, log=parse_vkey(LOG_VKEY))


def test_it_tells_nothing_of_other_organisations(pristine: Path) -> None:
    own = {f"entries/{index}" for index in range(4)}  # the registrations, which are the maker's
    for name, content in contents(pristine).items():
        if name not in own:
            assert not any(other.encode() in content for other in OTHERS), name


def test_the_same_log_under_the_same_checkpoint_gives_the_same_bytes(
    log: Written, pristine: Path, tmp_path: Path
) -> None:
    log_bundle.write(log.engine, log.vkey, MINE, tmp_path / "again")
    assert contents(tmp_path / "again") == contents(pristine)


def test_a_log_that_grows_meanwhile_is_left_at_its_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    everything = list(notes(SIZE))
    log = Written.empty(tmp_path)
    log.grow(everything[:300])
    monkeypatch.setattr(log_bundle, "PAGE", 5)
    inclusion = log_bundle.tree.inclusion

    def growing(index: int, size: int, read: Callable[[int, int], bytes | None]) -> list[bytes]:
        if log.size < SIZE:
            log.grow(everything[log.size : log.size + 90])
        return inclusion(index, size, read)

    monkeypatch.setattr(log_bundle.tree, "inclusion", growing)
    _, size = log_bundle.write(log.engine, log.vkey, MINE, tmp_path / "bundle")
    report = judged(tmp_path / "bundle")
    assert (size, report.ok, report.size) == (300, True, 300)
    assert sum(report.sources.values()) == sum(MINE.encode() in note for note in everything[4:300])


def test_nothing_is_written_where_something_is_or_nobody_is_named(log: Written, bundle: Path, tmp_path: Path) -> None:
    before = contents(bundle)
    with pytest.raises(log_bundle.Occupied):
        log_bundle.write(log.engine, log.vkey, MINE, bundle)
    with pytest.raises(KeyError):
        log_bundle.write(log.engine, log.vkey, "nobody", tmp_path / "none")
    assert contents(bundle) == before
    assert [path.name for path in tmp_path.iterdir()] == ["bundle"]


def test_exit_codes_tell_sound_damaged_and_unusable(bundle: Path, tmp_path: Path) -> None:
    asked = ["--bundle", "--log-vkey", LOG_VKEY]
    assert main([str(bundle), *asked]) == 0
    assert main([str(bundle), "--bundle"]) == 0
    assert main([str(tmp_path), *asked]) == 2
    (bundle / "entries/0").unlink()
    assert main([str(bundle), *asked]) == 1


def _flip(name: str, at: int = 30) -> Callable[[Path, int], None]:
    def change(bundle: Path, index: int) -> None:
        path = bundle / name.format(index)
        held = path.read_bytes()
        path.write_bytes(held[:at] + bytes([held[at] ^ 1]) + held[at + 1 :])

    return change


def _remove(name: str) -> Callable[[Path, int], None]:
    return lambda bundle, index: (bundle / name.format(index)).unlink()


def _rewrite(old: bytes, new: bytes) -> Callable[[Path, int], None]:
    def change(bundle: Path, index: int) -> None:
        path = bundle / "manifest.json"
        path.write_bytes(path.read_bytes().replace(old, new, 1))

    return change


def _extra(name: str) -> Callable[[Path, int], None]:
    return lambda bundle, _: (bundle / name).write_bytes(b"x")


def _swap(bundle: Path, index: int) -> None:
    one, two = (bundle / f"proofs/{i}.tlog-proof" for i in (index, own_indices(bundle)[1]))
    held = one.read_bytes()
    one.write_bytes(two.read_bytes())
    two.write_bytes(held)


DAMAGES: dict[str, tuple[Callable[[Path, int], None], Damage]] = {
    "entry": (_flip("entries/{}"), Damage.ENTRY_CHANGED),
    "no entry": (_remove("entries/{}"), Damage.ENTRY_MISSING),
    "no proof": (_remove("proofs/{}.tlog-proof"), Damage.PROOF_INVALID),
    "proof's form": (_flip("proofs/{}.tlog-proof", 3), Damage.PROOF_INVALID),
    "proof's path": (_flip("proofs/{}.tlog-proof", 60), Damage.PROOF_INVALID),
    "proof of another": (_swap, Damage.PROOF_INVALID),
    "checkpoint's signature": (_flip("checkpoint", -20), Damage.CHECKPOINT_INVALID),
    "checkpoint's size": (_flip("checkpoint", 13), Damage.CHECKPOINT_INVALID),
    "key beside it": (_flip("log.vkey", 3), Damage.MANIFEST_INVALID),
    "manifest's count": (_rewrite(b'],"count":', b'],"count":1'), Damage.MANIFEST_INVALID),
    "manifest's spelling": (_rewrite(b'"index":', b'"index": '), Damage.MANIFEST_INVALID),
    "manifest's size": (_rewrite(b'"size":700', b'"size":701'), Damage.MANIFEST_INVALID),
    "another organisation": (_rewrite(MINE.encode(), OTHERS[0].encode()), Damage.ENTRY_FOREIGN),
    "a file too many": (_extra("entries/699999"), Damage.ENTRY_SURPLUS),
    "a proof too many": (_extra("proofs/00.tlog-proof"), Damage.ENTRY_SURPLUS),
}  # fmt: skip


@pytest.mark.parametrize("case", DAMAGES)
def test_damage_is_named(bundle: Path, case: str) -> None:
    do, damage = DAMAGES[case]
    do(bundle, own_indices(bundle)[0])
    report = judged(bundle)
    assert report.exit_code == 1
    assert report.findings[0].damage is damage, report.text()


@pytest.mark.searching
def test_a_manifest_that_breaks_off_anywhere_is_never_sound(bundle: Path) -> None:
    path = bundle / "manifest.json"
    whole = path.read_bytes()
    for length in range(0, len(whole), 97):
        path.write_bytes(whole[:length])
        try:
            assert not judged(bundle).ok
        except Unusable:
            assert length < whole.index(b"\n") + 1


def test_a_forged_entry_with_a_fitting_manifest_has_no_proof(bundle: Path) -> None:
    _flip("entries/{}")(bundle, own_indices(bundle)[0])
    relisted(bundle)
    assert judged(bundle).findings[0].damage is Damage.PROOF_INVALID


def test_anothers_entry_is_named_though_it_is_proved(log: Written, bundle: Path) -> None:
    index = next(i for i, note in enumerate(notes(SIZE)) if i > 4 and MINE.encode() not in note)
    (bundle / f"entries/{index}").write_bytes(list(notes(SIZE))[index])
    (bundle / f"proofs/{index}.tlog-proof").write_bytes(log.proof(index))
    relisted(bundle)
    report = judged(bundle)
    assert [(finding.damage, finding.index) for finding in report.findings] == [(Damage.ENTRY_FOREIGN, index)]


def test_without_a_sources_registration_nothing_of_it_is_believed(bundle: Path) -> None:
    (bundle / "entries/1").unlink()
    (bundle / "proofs/1.tlog-proof").unlink()
    relisted(bundle)
    report = judged(bundle)
    assert {finding.damage for finding in report.findings} == {Damage.KEY_UNKNOWN}
    assert {finding.source for finding in report.findings} == {"/auth"}


def test_what_a_bundle_leaves_out_it_cannot_show(bundle: Path) -> None:
    index = own_indices(bundle)[0]
    (bundle / f"entries/{index}").unlink()
    (bundle / f"proofs/{index}.tlog-proof").unlink()
    relisted(bundle)
    assert judged(bundle).ok


def test_another_logs_bundle_is_not_this_logs(tmp_path: Path) -> None:
    other = Sources.made(seeds={name: seed(f"x {name}") for name in ("auth", "org", "audit", "retention", "log")})
    log = Written.of(tmp_path / "other", 100, other)
    log_bundle.write(log.engine, log.vkey, MINE, tmp_path / "bundle")
    assert not judged(tmp_path / "bundle").ok
    itself = verify_bundle(tmp_path / "bundle")
    assert (itself.ok, itself.key_given) == (True, False)
    assert parse_checkpoint((tmp_path / "bundle/checkpoint").read_bytes()).size == itself.size
