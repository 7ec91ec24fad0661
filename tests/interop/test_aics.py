"""PyPI's aics-tlog needs a newer Python than we do; where one is at hand it verifies our directory."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.interop.conftest import some
from tests.interop.newer_python import installed
from tests.interop.written import LOG_VKEY, Written

PACKAGE = "aics-tlog==0.2.1"
Program = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def aics(tmp_path_factory: pytest.TempPathFactory) -> Program:
    place = tmp_path_factory.mktemp("aics")
    key = place / "log.vkey"
    key.write_text(LOG_VKEY + "\n")
    python = installed(PACKAGE, place)

    def run(command: str, log: Written, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        line = [python, "-m", "aics_tlog", command, "--tiles", log.files, "--vkey-file", key]
        return subprocess.run([*line, *arguments], capture_output=True, text=True, timeout=60)

    return run


def test_it_accepts_our_checkpoint_and_tiles(aics: Program, log: Written) -> None:
    done = aics("verify-checkpoint", log)
    assert done.returncode == 0, done.stdout + done.stderr


def test_it_proves_our_entries(aics: Program, log: Written, tmp_path: Path) -> None:
    for index in some(log.size, 0)[:6]:
        done = aics("verify-inclusion", log, "--index", str(index), "--entry-out", tmp_path / "entry")
        assert done.returncode == 0, done.stdout + done.stderr
        assert (tmp_path / "entry").read_bytes().startswith(b'{"sequence":"')


def test_it_accepts_that_we_only_grew(aics: Program, tmp_path: Path) -> None:
    log = Written.of(tmp_path, 600, stops=(1, 255, 300))
    for old in (1, 255, 300):
        log.export()
        earlier = tmp_path / f"checkpoint-{old}"
        earlier.write_bytes(log.checkpoint_of(old))
        done = aics("verify-consistency", log, "--old-checkpoint", earlier)
        assert done.returncode == 0, done.stdout + done.stderr
