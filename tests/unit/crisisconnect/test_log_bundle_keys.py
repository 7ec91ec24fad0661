"""A bundle holds what it takes to believe entries under later keys, and no more of those than how they came to be."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from crisisconnect import log_bundle
from services.reader import BundleReport, Damage, verify_bundle, verify_directory
from tests.examples.log import event_id
from tests.interop.written import LOG_VKEY, SOURCES, Written
from tests.unit.crisisconnect.test_log_bundle import relisted

MINE = event_id("organisation", 3)
HANDED, LATER = SOURCES.hand_over("auth", 30, b"2" * 32)
ELSE, LAST = LATER.hand_over("org", 1, b"3" * 32)
HAND_OVERS = (4 + 29, 4 + 29 + 1 + 30)
"""Their indices."""


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Written:
    log = Written.empty(tmp_path_factory.mktemp("log"))
    log.grow([*SOURCES.registrations(), *(SOURCES.note("auth", n) for n in range(1, 30))])
    log.grow([HANDED])
    log.grow([*(LATER.note("auth", n) for n in range(31, 61)), ELSE])
    log.grow([LAST.note("org", n) for n in range(2, 40)])
    return log


@pytest.fixture
def bundle(log: Written, tmp_path: Path) -> Path:
    log_bundle.write(log.engine, log.vkey, MINE, tmp_path / "bundle")
    return tmp_path / "bundle"


def judged(bundle: Path, **pins: str) -> BundleReport:
    return verify_bundle(bundle, log_vkey=LOG_VKEY, pins=SOURCES.pins | pins)


def test_the_first_keys_are_enough_to_believe_it(bundle: Path) -> None:
    report = judged(bundle)
    assert report.ok, report.text()
    assert (report.registrations, report.handovers) == (4, 2)
    assert report.sources["/auth"] + report.sources["/org"] == len(list((bundle / "entries").iterdir())) - 6
    assert "registrations of keys: 4, hand-overs: 2" in report.text()
    assert {int(path.name) for path in (bundle / "entries").iterdir()} > {*range(4), *HAND_OVERS}


def test_a_later_key_is_no_first_one(bundle: Path) -> None:
    report = judged(bundle, auth=LATER.pins["auth"])
    assert (report.findings[0].damage, report.findings[0].index) == (Damage.KEY_UNKNOWN, 1)


def test_without_a_hand_over_what_follows_is_not_believed(bundle: Path) -> None:
    (bundle / f"entries/{HAND_OVERS[0]}").unlink()
    (bundle / f"proofs/{HAND_OVERS[0]}.tlog-proof").unlink()
    relisted(bundle)
    report = judged(bundle)
    assert {finding.damage for finding in report.findings} == {Damage.KEY_UNKNOWN}
    after = [int(path.name) for path in (bundle / "entries").iterdir()]
    assert report.findings[0].index == min(index for index in after if index > HAND_OVERS[0])


def test_a_hand_over_that_was_changed_is_named(bundle: Path) -> None:
    entry = bundle / f"entries/{HAND_OVERS[1]}"
    entry.write_bytes(entry.read_bytes().replace(b'"proof":"', b'"proof":"A', 1))
    first = judged(bundle).findings[0]
    assert (first.damage, first.index) == (Damage.ENTRY_CHANGED, HAND_OVERS[1])


def test_the_files_of_the_whole_log_are_believed_too(log: Written, tmp_path: Path) -> None:
    files = Path(shutil.copytree(log.export(), tmp_path / "log"))
    report = verify_directory(files, log_vkey=LOG_VKEY, pins=SOURCES.pins)
    assert (report.ok, report.sources["/auth"], report.sources["/org"]) == (True, 60, 39)
